"""How long the statements of a run may take, and what happens when one met a lock."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from logging import getLogger
from typing import Final

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from whimbrel.config.safety import SafetySettings
from whimbrel.impl import DefaultImpl
from whimbrel.impl.patience import Blocker, Limits
from whimbrel.revisions import MigrationStep
from whimbrel.runtime.failure import Hide, said_by
from whimbrel.runtime.lock.waiting import pause, pause_async
from whimbrel.runtime.switches import Switches
from whimbrel.runtime.transaction import RunTransactions

log = getLogger("whimbrel.runtime.migration")

_FIRST_PAUSE: Final = 0.5  # seconds
_LONGEST_PAUSE: Final = 10.0


class Patience:
    """Sets limits, finds out who is in the way, and says whether a revision is tried again.

    :param impl: knows the database.
    :param connection: the run's connection; ``None`` when SQL is written as text, where nothing is limited.
    :param safety: the limits of the run, and how often a revision is tried again.
    :param transactions: where transactions begin and end.
    :param hide: puts passwords out of sight.
    """

    def __init__(
        self,
        impl: DefaultImpl,
        connection: Connection | None,
        safety: SafetySettings,
        transactions: RunTransactions,
        hide: Hide,
    ) -> None:
        self._impl = impl
        self._connection = connection
        self._limits = Limits(safety.lock_timeout, safety.statement_timeout)
        self._retries = safety.retries
        self._transactions = transactions
        self._hide = hide
        self.attempt = 0
        """How often the step at hand was tried and will be tried again."""
        self._blockers: list[Blocker] = []

    # -- limits -------------------------------------------------------------------------------------------------------

    @contextmanager
    def over_run(self) -> Iterator[None]:
        """Have the limits of the run around all of it, where they outlast a transaction."""
        if self._connection is None or not self._limits or not self._impl.limits_outlast_transaction:
            yield
            return
        try:
            with self._impl.limited(self._connection, self._limits, in_transaction=False):
                yield
        finally:
            if not self._connection.closed and not self._connection.invalidated:
                self._transactions.settle()

    def over_script(self, switches: Switches) -> AbstractContextManager[None]:
        """Return a context with the limits of one revision.

        :param switches: what its file says.
        """
        limits = switches.limits(self._limits)
        if not limits or (limits == self._limits and self._impl.limits_outlast_transaction):
            return nullcontext()
        return self._transactions.limited(limits)

    # -- failures -----------------------------------------------------------------------------------------------------

    def advice(self, error: BaseException) -> str | None:
        """Return what to do about what a script raised, where a limit was met; asked before it is rolled back.

        :param error: what was raised.
        """
        failure = _of_database(error)
        if failure is None or self._connection is None:
            return None
        if self._impl.is_statement_timeout(failure):
            return (
                "It took longer than statement_timeout allows. Do it in smaller portions, or allow this revision more, "
                'in its file:  statement_timeout = "10min"'
            )
        if not self._impl.is_lock_failure(failure):
            return None
        self._blockers = self._find_blockers(failure)
        tries = [f"Tried {self.attempt + 1} times."] if self.attempt else []
        return "\n".join([*tries, *map(_in_the_way, self._blockers), *_ways_out(self._blockers)])

    def tries_again(self, step: MigrationStep, error: BaseException) -> bool:
        """Wait, and return whether a step is to be tried again: nothing of it is left, and a lock was the reason.

        :param step: the step that failed, and was rolled back.
        :param error: what was raised.
        """
        failure = _of_database(error)
        wanted = self.attempt < self._retries and self._transactions.step_is_undone
        if failure is None or not wanted or not self._impl.is_lock_failure(failure):
            self.attempt = 0
            return False
        seconds = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2 ** min(self.attempt, 10)) * random.uniform(0.5, 1.0)
        self.attempt += 1
        log.warning(
            "%s met a lock and was rolled back; again in %.1f s (%d of %d). %s%s",
            step, seconds, self.attempt, self._retries, self._said(failure),
            "".join(f" {_in_the_way(blocker)}" for blocker in self._blockers[:1]),
        )  # fmt: skip
        self._blockers = []
        wait = pause_async if self._impl.dialect.is_async else pause
        wait(seconds)
        return True

    def passed(self) -> None:
        """A step is done: the next one begins with its first attempt."""
        self.attempt = 0

    def _said(self, failure: DBAPIError) -> str:
        return " ".join(said_by(failure, self._hide).partition("\nStatement: ")[0].split())

    def _find_blockers(self, failure: DBAPIError) -> list[Blocker]:
        assert self._connection is not None
        if self._connection.invalidated or self._connection.closed:
            return []
        try:
            return self._impl.blockers(self._connection, failure.statement or "")
        except SQLAlchemyError as trouble:  # what went wrong first is what matters
            log.debug("Nobody could be asked who has the lock: %s", said_by(trouble, self._hide))
            return []


def _of_database(error: BaseException) -> DBAPIError | None:
    """Return what the database said, where *error* goes back to that."""
    seen: BaseException | None = error
    while seen is not None and not isinstance(seen, DBAPIError):
        seen = seen.__cause__
    return seen


def _in_the_way(blocker: Blocker) -> str:
    return f"{'In the way' if blocker.certain else 'Perhaps in the way'}: {blocker}"


def _ways_out(blockers: list[Blocker]) -> list[str]:
    ending = next((blocker.ending for blocker in blockers if blocker.ending), None)
    if ending is None:
        return ["Somebody else has a lock. Run the same command again when nobody has, or allow more:  lock_timeout"]
    return [f"Run the same command again when it has ended, or end it:  {ending}"]
