"""Compiled files: the code that Python keeps of a source, and the module variables of one whose source is not there."""

from __future__ import annotations

import marshal
import os
from collections.abc import Collection
from importlib.util import MAGIC_NUMBER, cache_from_source
from types import CodeType

_HEADER_SIZE = 16  # magic number, flags, and either time and size of the source or its hash: see PEP 552
_BY_TIME = b"\0\0\0\0"  # the flags of a file that goes by time and size of its source
_MOST = 1 << 20  # bytes: what is longer is left to Python's loader
_SETS_ANYTHING = frozenset({"globals", "exec", "eval", "vars", "locals", "setattr"})
_IMPORT_STAR = 2  # of CALL_INTRINSIC_1, since Python 3.12
_HARMLESS = frozenset({"NOP", "RESUME", "CACHE", "PRECALL", "EXTENDED_ARG", "COPY", "SETUP_ANNOTATIONS"})


def cached_code(path: str, state: os.stat_result) -> CodeType | None:
    """Return the code that Python keeps of a source file; ``None`` where it keeps none, or of an earlier source.

    Python's own loader takes twice as long for the same: it asks for the state of both files, and looks each path up
    anew. There may be thousands of files to load.

    :param path: the source.
    :param state: the state of the source.
    """
    try:
        descriptor = os.open(cache_from_source(path), os.O_RDONLY | getattr(os, "O_BINARY", 0))
        try:
            data = os.read(descriptor, _MOST)
        finally:
            os.close(descriptor)
    except (OSError, NotImplementedError):  # no such file; no cache in this Python
        return None
    whole = len(data) < _MOST and data[:4] == MAGIC_NUMBER and data[4:8] == _BY_TIME
    if not whole or data[8:16] != _word(int(state.st_mtime)) + _word(state.st_size):
        return None
    try:
        code = marshal.loads(memoryview(data)[_HEADER_SIZE:])
    except (EOFError, ValueError, TypeError):  # damaged: the loader compiles the source again
        return None
    return code if isinstance(code, CodeType) and code.co_filename == path else None


def _word(number: int) -> bytes:
    return (number & 0xFFFFFFFF).to_bytes(4, "little")


def constants_of(data: bytes, names: Collection[str]) -> dict[str, object] | None:
    """Return the constants that a compiled file assigns to *names* at module level.

    :param data: the bytes of the ``.pyc`` file.
    :param names: the variables to look for.
    :return: those that are there; ``None`` when one is computed, or when this is no bytecode of this Python.

    Example::

        constants_of(Path("a.pyc").read_bytes(), ("revision", "down_revision"))
    """
    if data[:4] != MAGIC_NUMBER:
        return None
    try:
        code = marshal.loads(data[_HEADER_SIZE:])
    except (EOFError, ValueError, TypeError):
        return None
    return _constants(code, names) if isinstance(code, CodeType) else None


def _constants(code: CodeType, names: Collection[str]) -> dict[str, object] | None:
    import dis

    if code.co_exceptiontable or not _SETS_ANYTHING.isdisjoint(code.co_names):
        return None
    found: dict[str, object] = {}
    jumped = False
    before: dis.Instruction | None = None
    for instruction in dis.get_instructions(code):
        operation = instruction.opname
        if operation in _HARMLESS:
            continue
        if operation == "IMPORT_STAR" or (operation == "CALL_INTRINSIC_1" and instruction.argval == _IMPORT_STAR):
            return None
        jumped = jumped or "JUMP" in operation or "FOR_ITER" in operation  # behind one nothing is certain
        if instruction.argval in names and operation.startswith(("STORE_", "DELETE_")):
            certain = operation == "STORE_NAME" and not jumped and instruction.argval not in found
            if not certain or before is None or not before.opname.startswith("LOAD_CONST"):
                return None
            found[instruction.argval] = before.argval
        before = instruction
    return found
