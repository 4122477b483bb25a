"""Processes of Python: real ones, forked behind the imports of what is not ours (see :mod:`testing.fork_server`)."""

from __future__ import annotations

import atexit
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, Self, TypeAlias

ROOT = Path(__file__).resolve().parent.parent
_UNDERSTOOD = {"PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONIOENCODING"}


class Process:
    """What tests use of ``subprocess.Popen``, for a process that somebody else has forked.

    :param arguments: those of an interpreter: ``-m MODULE``, ``-c CODE``, ``-`` or a script, and its words.
    :param cwd: its working directory.
    :param env: its whole environment; by default this process's.
    :param stdin: a descriptor or a file, ``subprocess.PIPE`` or ``subprocess.DEVNULL``.
    :param stdout: the same.
    :param stderr: the same, or ``subprocess.STDOUT``.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        cwd: Path | str | None = None,
        env: Mapping[str, str] | None = None,
        stdin: int | IO[Any] = subprocess.DEVNULL,
        stdout: int | IO[Any] = subprocess.PIPE,
        stderr: int | IO[Any] = subprocess.PIPE,
    ) -> None:
        self.returncode: int | None = None
        self.stdin: IO[str] | None = None
        self.stdout: IO[str] | None = None
        self.stderr: IO[str] | None = None
        self._told, tell = os.pipe()
        self._given: list[int] = [tell]
        try:
            streams = [self._stream("stdin", stdin), self._stream("stdout", stdout)]
            streams.append(streams[1] if stderr == subprocess.STDOUT else self._stream("stderr", stderr))
            with tempfile.TemporaryFile("w+", encoding="utf-8") as request:
                wanted = {
                    "arguments": [str(word) for word in arguments],
                    "folder": os.fspath(cwd or os.getcwd()),
                    "environment": dict(os.environ if env is None else env),
                }
                json.dump(wanted, request)
                request.seek(0)
                socket.send_fds(_server(), [b"!"], [request.fileno(), tell, *streams])
        finally:
            for each in self._given:
                os.close(each)
        self.pid = int(self._line())

    def _stream(self, name: str, wanted: int | IO[Any]) -> int:
        """Return the descriptor that becomes a standard stream; keep the other end of a pipe."""
        if wanted == subprocess.DEVNULL:
            self._given.append(os.open(os.devnull, os.O_RDWR))
        elif wanted == subprocess.PIPE:
            read, write = os.pipe()
            theirs, ours = (read, write) if name == "stdin" else (write, read)
            mode = "w" if name == "stdin" else "r"
            pipe = open(ours, mode, encoding="utf-8", errors="surrogateescape")  # noqa: SIM115  # until __exit__()
            setattr(self, name, pipe)
            self._given.append(theirs)
        else:
            return wanted if isinstance(wanted, int) else wanted.fileno()
        return self._given[-1]

    def _line(self) -> bytes:
        line = b""
        while not line.endswith(b"\n"):
            piece = os.read(self._told, 1)
            assert piece, "the fork server has ended"
            line += piece
        return line

    def poll(self) -> int | None:
        """Return how it has ended, as ``subprocess`` says it; ``None`` while it has not."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end and return how it has ended.

        :param timeout: for how many seconds.
        :raises subprocess.TimeoutExpired: when it is still there.
        """
        code = self._ended(timeout)
        if code is None:
            assert timeout is not None
            raise subprocess.TimeoutExpired("python", timeout)
        return code

    def _ended(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._told], [], [], timeout)[0]:
            self.returncode = int(self._line())
            os.close(self._told)
        return self.returncode

    def communicate(self, input: str | None = None, timeout: float | None = None) -> tuple[str, str]:
        """Send *input*, read both outputs to their ends, and wait; an output that is no pipe is empty.

        :param timeout: for how many seconds.
        :raises subprocess.TimeoutExpired: when it is still there; it is killed first.
        """
        if self.stdin is not None:
            self.stdin.write(input or "")
            self.stdin.close()
        expired: list[bool] = []

        def expire() -> None:
            expired.append(True)
            self.kill()

        alarm = threading.Timer(timeout if timeout is not None else threading.TIMEOUT_MAX, expire)
        alarm.daemon = True
        alarm.start()
        try:
            with ThreadPoolExecutor(1) as beside:
                errors = beside.submit(_content, self.stderr)
                said = _content(self.stdout), errors.result()
            self.wait()
        finally:
            alarm.cancel()
            alarm.join()
        if expired:
            raise subprocess.TimeoutExpired("python", timeout or 0, *said)
        return said

    def send_signal(self, number: int) -> None:
        """Send it a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it."""
        self.send_signal(signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for stream in (self.stdin, self.stdout, self.stderr):
            if stream is not None:
                stream.close()
        self.wait()


AnyProcess: TypeAlias = Process | subprocess.Popen[str]


def start(arguments: Sequence[str], **options: Any) -> AnyProcess:
    """Start a process of Python.

    What the fork server cannot do, or not here, an interpreter of its own does.

    :param arguments: those of the interpreter, such as ``-m whimbrel upgrade head``.
    :param options: ``cwd``, ``env``, ``stdin``, ``stdout`` and ``stderr``, as :class:`Process` has them.
    """
    env = options.get("env") or os.environ
    theirs = {name for name in env if name.startswith("PYTHON") and env[name] != os.environ.get(name)}
    if hasattr(os, "fork") and theirs <= _UNDERSTOOD:
        return Process(arguments, **options)
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([sys.executable, *arguments], text=True, encoding="utf-8", **{**pipes, **options})


def run(
    arguments: Sequence[str],
    *,
    input: str | None = None,
    timeout: float = 300,
    **options: Any,
) -> subprocess.CompletedProcess[str]:
    """Run a process of Python to its end, and return what it said.

    :param arguments: those of the interpreter, such as ``-m whimbrel upgrade head``.
    :param input: what it reads; without it there is nothing to read.
    :param timeout: for how many seconds to wait.
    :param options: ``cwd``, ``env``, ``stdout`` and ``stderr``, as :class:`Process` has them.
    :raises subprocess.TimeoutExpired: when it has not ended by then; it is killed.
    """
    if input is not None:
        options["stdin"] = subprocess.PIPE
    with start(arguments, **options) as process:
        try:
            out, err = process.communicate(input, timeout)
        finally:
            process.kill()
    assert process.returncode is not None
    return subprocess.CompletedProcess([*arguments], process.returncode, out, err)


def _content(stream: IO[str] | None) -> str:
    if stream is None:
        return ""
    with stream:
        return stream.read()


@functools.cache
def _server() -> socket.socket:
    """Start the fork server of this process, and return the socket for requests."""
    ours, theirs = socket.socketpair()
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    with theirs:
        server = subprocess.Popen(
            [sys.executable, "-m", "testing.fork_server", str(theirs.fileno())],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
        )

    def end() -> None:
        ours.close()
        server.wait()

    atexit.register(end)
    return ours
