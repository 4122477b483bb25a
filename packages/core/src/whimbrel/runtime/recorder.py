"""What keeps the records of a run is told of."""

from __future__ import annotations

from collections.abc import Sequence

from whimbrel.revisions import MigrationStep


class Recorder:
    """Keeps no records."""

    def begin(self, steps: Sequence[MigrationStep]) -> None:
        """The first of *steps* is about to begin; no transaction of the run is open, unless one encloses the run."""

    def passed(self, seconds: float, following: MigrationStep | None) -> None:
        """A step is done, after *seconds*, and its transaction about to be committed; *following* is next."""

    def failed(self, step: MigrationStep, seconds: float, error: BaseException) -> None:
        """*step* raised *error* after *seconds*."""
