"""The progress of a run, for a person at a terminal: one line a step, with its number and duration."""

from __future__ import annotations

import os
from collections.abc import Sequence
from time import perf_counter
from typing import TYPE_CHECKING, TextIO

from whimbrel.cli.terminal.colour import has_colour

if TYPE_CHECKING:
    from whimbrel.impl.run_lock import LockHolder
    from whimbrel.revisions import MigrationStep

_CLEAR = "\r\x1b[K"
_GREEN, _RED, _DIM, _END = "\x1b[32m", "\x1b[31m", "\x1b[2m", "\x1b[0m"


class Progress:
    """A reporter (see :class:`whimbrel.runtime.report.Reporter`) that draws on a terminal.

    While a step runs its line ends in "..."; then the line is written again with the duration::

        [ 9/12] upgrade ae1027a6acf -> 1975ea83b712, add users  0.31 s

    :param stream: the terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._coloured = has_colour(stream)
        self._began = 0.0
        self._waited = False
        self._whose = ""

    def database(self, name: str | None) -> None:
        """Begin lines with the name, from now on."""
        self._whose = f"{name}: " if name else ""

    def plan(self, steps: Sequence[MigrationStep]) -> None:
        """Say so when there is nothing to do."""
        self._began = perf_counter()
        if self._waited:
            self._write("\n")
        if not steps and self._waited:
            self._write(f"{self._whose}Nothing left to do: the other run has brought the database there.\n")
        elif not steps:
            self._write(f"{self._whose}Nothing to do: the database is there already.\n")

    def waiting(self, holder: LockHolder | None, seconds: float, limit: float) -> None:
        """Write who is waited for, over what was written of it before."""
        from whimbrel.runtime.report import waiting_for

        self._waited = True
        self._write(f"{_CLEAR}{self._fitting(self._whose + waiting_for(holder, seconds, limit))}")

    def start(self, step: MigrationStep, index: int, total: int) -> None:
        """Begin the line of *step*."""
        self._write(self._line(step, index, total, " ..."))

    def done(self, step: MigrationStep, index: int, total: int, seconds: float) -> None:
        """End the line of *step* with its duration, and the last one with that of the run."""
        self._write(f"{_CLEAR}{self._line(step, index, total, f'  {seconds:.2f} s', _DIM)}\n")
        if index == total:
            seconds = perf_counter() - self._began
            said = f"{self._whose}Done: {total} step{'s' * (total > 1)} in {seconds:.2f} s"
            self._write(self._in(_GREEN, said) + "\n")

    def failed(self, step: MigrationStep, index: int, total: int, error: BaseException) -> None:
        """End the line of *step* with how it ended; what went wrong is told by the error."""
        how = "  failed" if isinstance(error, Exception) else "  interrupted"
        self._write(f"{_CLEAR}{self._line(step, index, total, how, _RED)}\n")

    def _line(self, step: MigrationStep, index: int, total: int, end: str, colour: str = "") -> str:
        ends = [", ".join(ids) or "<base>" for ids in (step.from_revisions_no_deps, step.to_revisions_no_deps)]
        text = f"{self._whose}[{index:>{len(str(total))}}/{total}] {step.name} {ends[0]} -> {ends[1]}"
        if step.doc:
            text += f", {step.doc}"
        return self._fitting(text, len(end)) + self._in(colour, end)

    def _fitting(self, text: str, after: int = 0) -> str:
        # A line that wraps could not be taken back with a carriage return.
        room = max(_width(self._stream) - after - 1, 20)
        return text if len(text) <= room else f"{text[: room - 1]}…"

    def _in(self, colour: str, text: str) -> str:
        return f"{colour}{text}{_END}" if colour and self._coloured else text

    def _write(self, text: str) -> None:
        self._stream.write(text)
        self._stream.flush()


def _width(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80
