"""A line that tells a person at a terminal how long something takes already, once that is longer than a second."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from types import TracebackType
from typing import TextIO

_CLEAR = "\r\x1b[K"


class Waiting:
    """While its block runs, draws ``Comparing models with the database ... 3 s``, and takes it away at the end.

    :param stream: the terminal.
    :param doing: what is being done.
    :param after: seconds before the line is first drawn.
    :param every: seconds between two drawings.
    """

    def __init__(self, stream: TextIO, doing: str, *, after: float = 1.0, every: float = 0.5) -> None:
        self._stream = stream
        self._doing = doing
        self._after = after
        self._every = every
        self._ended = threading.Event()
        self._terminal = threading.Lock()
        self._shown = False
        self._thread = threading.Thread(target=self._draw, name="whimbrel-waiting", daemon=True)

    def __enter__(self) -> Waiting:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        self._clear()

    @contextmanager
    def hushed(self) -> Iterator[None]:
        """Take the line away and leave the terminal to the block, which prints or asks something."""
        with self._terminal:
            self._clear()
            yield

    def _draw(self) -> None:
        began = monotonic()
        pause = self._after
        while not self._ended.wait(pause):
            pause = self._every
            with self._terminal:
                self._stream.write(f"{_CLEAR}{self._doing} ... {monotonic() - began:.0f} s")
                self._stream.flush()
                self._shown = True

    def _clear(self) -> None:
        if self._shown:
            self._stream.write(_CLEAR)
            self._stream.flush()
            self._shown = False


class HushingStream:
    """A stream that takes the line away before anything else is written.

    :param stream: where it goes.
    :param waiting: draws the line.
    """

    def __init__(self, stream: TextIO, waiting: Waiting) -> None:
        self._stream = stream
        self._waiting = waiting

    @property
    def encoding(self) -> str:
        """That of the stream."""
        return self._stream.encoding

    def write(self, text: str) -> int:
        """Write *text*."""
        with self._waiting.hushed():
            return self._stream.write(text)

    def isatty(self) -> bool:
        """Return whether a person looks at the stream."""
        return self._stream.isatty()

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()
