"""The module variables of a compiled file whose source is not there, read off its bytecode without running it."""

from __future__ import annotations

import marshal
from collections.abc import Collection
from importlib.util import MAGIC_NUMBER
from types import CodeType

_HEADER_SIZE = 16  # magic number, flags, and either time and size of the source or its hash: see PEP 552
_SETS_ANYTHING = frozenset({"globals", "exec", "eval", "vars", "locals", "setattr"})
_IMPORT_STAR = 2  # of CALL_INTRINSIC_1, since Python 3.12
_HARMLESS = frozenset({"NOP", "RESUME", "CACHE", "PRECALL", "EXTENDED_ARG", "COPY", "SETUP_ANNOTATIONS"})


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
