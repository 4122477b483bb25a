"""Telling how a run goes: the words a run calls, and the plain log lines that answer by default."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from whimbrel.revisions import MigrationStep

if TYPE_CHECKING:
    from whimbrel.impl.run_lock import LockHolder


class Reporter(Protocol):
    """What wants to know how a run goes; the CLI's progress line is one."""

    def database(self, name: str | None) -> None:
        """What follows is about the database that env.py calls *name*; ``None`` where it has no name for it.

        It is what ``run_migrations()`` or ``configure()`` got as ``engine_name``.
        """

    def plan(self, steps: Sequence[MigrationStep]) -> None:
        """The run is about to take *steps*, in this order; none where there is nothing to do."""

    def waiting(self, holder: LockHolder | None, seconds: float, limit: float) -> None:
        """Another run, that of *holder*, has the database; we have waited *seconds* for it, and give up at *limit*.

        Called at once and then every ten seconds; before :meth:`plan`, of which less may be left afterwards.
        """

    def start(self, step: MigrationStep, index: int, total: int) -> None:
        """*step* begins; it is number *index* of *total*, counted from 1."""

    def done(self, step: MigrationStep, index: int, total: int, seconds: float) -> None:
        """*step* is committed; it took *seconds*."""

    def failed(self, step: MigrationStep, index: int, total: int, error: BaseException) -> None:
        """*step* raised *error*, and what it did is being rolled back where the database can."""


def waiting_for(holder: LockHolder | None, seconds: float, limit: float) -> str:
    """Return the line that tells a person who is waited for."""
    return f"Waiting for another run to end: {holder or 'nobody can tell which'} ({seconds:.0f} of {limit:g} s)"


class LogReporter:
    """Writes one log line a step, at level INFO, to the logger ``whimbrel.runtime.migration``.

    :param logger: what stands before ``.runtime.migration`` in the logger's name.
    """

    def __init__(self, logger: str = "whimbrel") -> None:
        self._log = logging.getLogger(f"{logger}.runtime.migration")
        self._whose = ""
        self._waited = False

    def database(self, name: str | None) -> None:
        """Begin lines with the name, from now on."""
        self._whose = f"{name}: " if name else ""

    def plan(self, steps: Sequence[MigrationStep]) -> None:
        """Say so when a wait has left nothing to do; otherwise the lines of the steps say it."""
        if self._waited and not steps:
            self._log.info("%sNothing left to do: the other run has brought the database there.", self._whose)
        self._waited = False

    def waiting(self, holder: LockHolder | None, seconds: float, limit: float) -> None:
        """Log who is waited for."""
        self._waited = True
        self._log.info("%s%s", self._whose, waiting_for(holder, seconds, limit))

    def start(self, step: MigrationStep, index: int, total: int) -> None:
        """Log the step that begins."""
        self._log.info("%sRunning %s", self._whose, step)

    def done(self, step: MigrationStep, index: int, total: int, seconds: float) -> None:
        """Log the duration, at level DEBUG."""
        self._log.debug("%sDone in %.3f s (%d of %d)", self._whose, seconds, index, total)

    def failed(self, step: MigrationStep, index: int, total: int, error: BaseException) -> None:
        """Log which step failed; the error itself travels on as an exception."""
        if isinstance(error, BrokenPipeError):
            return  # whoever read the SQL went away, such as  head  in a shell
        self._log.error("%sFailed %s (%d of %d)", self._whose, step, index, total)
