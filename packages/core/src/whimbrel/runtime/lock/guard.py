"""Guard: what a run asks, between its steps, about being alone."""

from __future__ import annotations


class Guard:
    """Watches that a run stays alone; this one watches nothing: the run has no lock."""

    def check(self) -> None:
        """See that the run is still alone.

        :raises RunLockLost: it is not.
        """
