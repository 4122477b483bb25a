"""What a run tells of the statements of its revisions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from whimbrel.revisions import MigrationStep


class Journal:
    """Notes no statements."""

    @property
    def aftermath(self) -> str | None:
        """What a failure leaves behind, in a sentence with what to do about it; ``None`` where nothing is noted."""
        return None

    def listening(self) -> AbstractContextManager[None]:
        """Return the context that encloses a run."""
        return nullcontext()

    def begin(self, step: MigrationStep, *, again: bool = False) -> None:
        """A step is about to begin; no transaction of the run is open, unless one encloses it.

        :param step: the step.
        :param again: it was begun before in this run, and failed.
        """

    @contextmanager
    def noting(self) -> Iterator[None]:
        """The block runs the step's script."""
        yield

    def failed(self) -> None:
        """The step has failed."""
