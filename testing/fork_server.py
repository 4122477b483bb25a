"""Forks processes of Python that have imported already what is not ours: ``python -m testing.fork_server DESCRIPTOR``.

A fresh interpreter needs most of a second to import SQLAlchemy and the drivers, and the tests start a thousand. What is
forked here begins behind that: it is a process of its own, with its own folder, environment and streams, imports what
is ours by itself, and ends as any interpreter ends. :mod:`testing.processes` is what tests call.

A request is one byte over the socket, with five descriptors: a file of JSON that says what to run, where to tell the
number and the end of the process, and its standard input, output and error.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import io
import json
import os
import runpy
import signal
import socket
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

MODULES = (
    "click",
    "mako.template",
    "mako.exceptions",
    "pluggy",
    "sqlalchemy",
    "sqlalchemy.dialects.mssql",
    "sqlalchemy.dialects.mysql",
    "sqlalchemy.dialects.oracle",
    "sqlalchemy.dialects.postgresql",
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.ext.asyncio",
    "sqlalchemy.ext.compiler",
    "sqlalchemy.orm",
    "aiomysql",
    "aiosqlite",
    "asyncpg",
    "psycopg",
    "pymysql",
)


def serve(descriptor: int) -> dict[str, Any]:
    """Fork a process for each request, until nobody is left to make one.

    :param descriptor: of the socket.
    :return: in each process that was forked: what it is to run. In the server itself it is empty.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is for the tests
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how the watchers end
    for name in MODULES:
        with contextlib.suppress(ImportError):  # not all are installed everywhere
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    with socket.socket(fileno=descriptor) as requests:
        while descriptors := socket.recv_fds(requests, 1, 5)[1]:
            if os.fork() == 0:
                requests.close()
                return _started(*descriptors)
            for each in descriptors:
                os.close(each)
    return {}


def _started(request: int, told: int, *streams: int) -> dict[str, Any]:
    """Fork once more: a watcher, which tells the number and the end of the process, and the process itself."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    process = os.fork()
    if process:
        for each in (request, *streams):
            os.close(each)
        os.write(told, f"{process}\n".encode())
        _, status = os.waitpid(process, 0)
        with contextlib.suppress(BrokenPipeError):  # whoever asked has gone
            os.write(told, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os._exit(0)
    os.close(told)
    with open(request, encoding="utf-8") as file:
        wanted: dict[str, Any] = json.load(file)
    for number, each in enumerate(streams):
        os.dup2(each, number)
        os.close(each)
    return wanted


def settle(wanted: dict[str, Any], base: list[str]) -> None:
    """Make this process one that was just started: its folder, environment, paths and streams.

    :param wanted: the request.
    :param base: the search path of an interpreter without PYTHONPATH.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.unfreeze()  # what is frozen is not taken apart at the end, which some libraries call a leak
    os.chdir(wanted["folder"])
    os.environ.clear()
    os.environ.update(wanted["environment"])
    kind, *words = wanted["arguments"]
    first = {"-c": "", "-": "", "-m": os.getcwd()}.get(kind, str(Path(kind).parent))
    further = os.environ.get("PYTHONPATH", "").split(os.pathsep)
    sys.path[:] = [first, *filter(None, further), *base]
    sys.argv = ["-c", *words[1:]] if kind == "-c" else ["-m", *words[1:]] if kind == "-m" else [kind, *words]
    sys.dont_write_bytecode = bool(os.environ.get("PYTHONDONTWRITEBYTECODE"))
    encoding, _, errors = os.environ.get("PYTHONIOENCODING", "").partition(":")
    sys.stdin = _stream(0, "r", encoding, errors)
    sys.stdout = _stream(1, "w", encoding, errors)
    sys.stderr = _stream(2, "w", encoding, "backslashreplace")
    for name in ("stdin", "stdout", "stderr"):
        vars(sys)[f"__{name}__"] = getattr(sys, name)
    sys.modules.pop("testing", None)
    importlib.invalidate_caches()
    sys.path_importer_cache.clear()


def _stream(number: int, mode: str, encoding: str, errors: str) -> io.TextIOWrapper:
    """Return a standard stream such as an interpreter makes: the ones there are remember what the server wrote to."""
    was = (sys.stdin, sys.stdout, sys.stderr)[number]
    unbuffered = mode == "w" and bool(os.environ.get("PYTHONUNBUFFERED"))
    stream = open(number, f"{mode}b", buffering=0 if unbuffered else -1, closefd=False)  # noqa: SIM115  # stays open
    return io.TextIOWrapper(
        stream,
        encoding=encoding or was.encoding,
        errors=errors or was.errors,
        line_buffering=not unbuffered and (number == 2 or stream.isatty()),
        write_through=unbuffered,
    )


def run(arguments: list[str]) -> None:
    """Run what an interpreter would for these arguments.

    :param arguments: ``-m MODULE WORD...``, ``-c CODE WORD...``, ``-`` or a script, with its words.
    """
    kind = arguments[0]
    if kind == "-m":
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    elif kind in ("-c", "-"):
        source, name = (arguments[1], "<string>") if kind == "-c" else (sys.stdin.read(), "<stdin>")
        main = sys.modules["__main__"] = ModuleType("__main__")
        exec(compile(source, name, "exec"), main.__dict__)
    else:
        runpy.run_path(kind, run_name="__main__")


if __name__ == "__main__":
    _base = sys.path[1:]
    if _wanted := serve(int(sys.argv[1])):
        settle(_wanted, _base)
        run(_wanted["arguments"])
