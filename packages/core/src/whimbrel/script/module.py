"""One file of Python: read, compiled, run, with errors that name file and line."""

from __future__ import annotations

import os
import sys
import time
from importlib.machinery import ModuleSpec, SourceFileLoader, SourcelessFileLoader
from itertools import count
from types import CodeType, ModuleType
from typing import Final

from whimbrel.errors import CommandError, ScriptError, ScriptRaised, ScriptSyntaxError
from whimbrel.redact import redact
from whimbrel.script.bytecode import cached_code

_YOUNG_NS: Final = 2_000_000_000
_READ: Final = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_open, _fstat, _read, _close = os.open, os.fstat, os.read, os.close
_numbers = count(1)


def read_source(path: str) -> tuple[bytes, os.stat_result]:
    """Return the bytes of *path*, and the state of the file they were read from.

    :raises ScriptError: the file cannot be read.
    """
    try:
        # Bare descriptors take half the time of open(), and there may be thousands of files.
        descriptor = _open(path, _READ)
        try:
            state = _fstat(descriptor)
            data = _read(descriptor, 65536)
            if len(data) < 65536:
                return data, state
            chunks = [data]
            while chunk := _read(descriptor, 1 << 20):
                chunks.append(chunk)
            return b"".join(chunks), state
        finally:
            _close(descriptor)
    except OSError as error:
        raise ScriptError(
            f"{path} cannot be read: {error.strerror or error}.",
            "Mend its permissions, or move it out of the versions folder.",
            path=path,
        ) from error


def compile_source(source: bytes, path: str, flags: int = 0) -> object:
    """Return the code of *source*, or its syntax tree when *flags* say so.

    :param source: the bytes of the file, whatever encoding it declares.
    :param path: its name.
    :param flags: as for :func:`compile`.
    :raises ScriptSyntaxError: it is not Python.
    """
    try:
        result: object = compile(source, path, "exec", flags, dont_inherit=True)
    except (SyntaxError, ValueError) as error:  # ValueError: null bytes
        raise not_python(error, path) from error
    return result


def not_python(error: SyntaxError | ValueError, path: str) -> ScriptSyntaxError:
    """Return the error for a file *path* that does not compile."""
    line = error.lineno if isinstance(error, SyntaxError) else None
    said = error.msg if isinstance(error, SyntaxError) else str(error)
    text = (error.text or "").strip() if isinstance(error, SyntaxError) else ""
    return ScriptSyntaxError(
        f"{path}{f', line {line}' if line else ''} is not Python ({said}){f': {text}' if text else '.'}",
        "Mend that line; nothing of the file was run." if line else "Mend it, or restore it from version control.",
        path=path,
        line=line,
    )


def load_module(path: str) -> ModuleType:
    """Run the file *path* and return it as a module, which is not left in ``sys.modules``.

    The bytecode cache is read and written as for any import.

    :param path: a ``.py`` or ``.pyc`` file.
    :raises ScriptError: the file cannot be read, or another Python compiled it.
    :raises ScriptSyntaxError: it is not Python.
    :raises ScriptRaised: it raised; the message names the line, ``__cause__`` is what it raised.

    Example::

        load_module("versions/ae1027a6acf_add_account.py").upgrade()
    """
    try:
        return run_file(path)
    except CommandError:
        raise
    except (Exception, SystemExit) as error:
        raise _raised(error, path) from error


def run_file(path: str) -> ModuleType:
    """Run the file *path* as :func:`load_module` does, and let through whatever it raises.

    :param path: a ``.py`` or ``.pyc`` file.
    :raises ScriptError: the file cannot be read, or another Python compiled it.
    :raises ScriptSyntaxError: it is not Python.
    """
    stem = os.path.basename(path).partition(".")[0]
    name = f"whimbrel_script_{next(_numbers)}_{stem}"
    loader = (SourcelessFileLoader if path.endswith(".pyc") else SourceFileLoader)(name, path)
    code = _code(loader, name, path)
    module = ModuleType(name)
    spec = ModuleSpec(name, loader, origin=path)
    spec.has_location = True
    module.__spec__, module.__loader__, module.__file__, module.__package__ = spec, loader, path, ""
    sys.modules[name] = module  # while it runs: dataclasses look for their module there
    try:
        exec(code, vars(module))
    finally:
        sys.modules.pop(name, None)
    return module


def _code(loader: SourceFileLoader | SourcelessFileLoader, name: str, path: str) -> CodeType:
    try:
        code: CodeType | None = None
        if isinstance(loader, SourceFileLoader):
            state = os.stat(path)
            if time.time_ns() - state.st_mtime_ns < _YOUNG_NS:
                # The bytecode cache knows whole seconds only: it would miss a second edit within this one.
                code = loader.source_to_code(loader.get_data(path), path)
            else:
                code = cached_code(path, state)
        if code is None:
            code = _code_of(loader, name, path)
    except (SyntaxError, ValueError) as error:
        raise not_python(error, path) from error
    except (ImportError, EOFError) as error:
        raise ScriptError(
            f"{path} cannot be loaded: {error}.",
            f"It was compiled by another Python. Compile it again with this one ({sys.implementation.cache_tag}).",
            path=path,
        ) from error
    except OSError as error:
        raise ScriptError(
            f"{path} cannot be read: {error.strerror or error}.", "Mend its permissions or bring it back.", path=path
        ) from error
    assert code is not None  # both loaders return code or raise
    return code


def _code_of(loader: SourceFileLoader | SourcelessFileLoader, name: str, path: str) -> CodeType | None:
    try:
        return loader.get_code(name)
    except EOFError:
        if isinstance(loader, SourcelessFileLoader):
            raise
        # What was kept of the source is cut short, by a full disk for instance. Python itself would go no further.
        code: CodeType = loader.source_to_code(loader.get_data(path), path)
        return code


def _raised(error: BaseException, path: str) -> ScriptRaised:
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == path:
            line = trace.tb_lineno
        trace = trace.tb_next
    remedy = "A version file has to import without a database and without arguments: do the work in upgrade()."
    if isinstance(error, ModuleNotFoundError):
        remedy = (
            f"Install what provides {error.name!r}, or name its folder in the setting prepend_sys_path; "
            "in an environment of its own, the application has to be installed too."
        )
    return ScriptRaised(
        redact(f"{path}{f', line {line}' if line else ''} raised {type(error).__name__}: {error}"),
        remedy,
        path=path,
        line=line,
    )
