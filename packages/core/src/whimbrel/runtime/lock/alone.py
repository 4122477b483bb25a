"""RunAlone: keeps a database to one run while that takes its steps."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Final

from sqlalchemy.exc import DBAPIError

from whimbrel.errors import CommandError, RunLockLost
from whimbrel.impl import DefaultImpl
from whimbrel.impl.run_lock import LockScope, RunLock, Unneeded
from whimbrel.runtime.failure import Hide, said_by
from whimbrel.runtime.lock.guard import Guard
from whimbrel.runtime.lock.waiting import pause, pause_async, wait_for
from whimbrel.runtime.report import Reporter
from whimbrel.runtime.transaction import RunTransactions

log = logging.getLogger("whimbrel.runtime.lock")

CHECKED_EVERY: Final = 5.0
"""Seconds after which a lock is asked again whether it is still ours."""


class RunAlone(Guard):
    """The lock of one run.

    :param impl: says which lock this database has.
    :param scope: what is to be locked.
    :param kind: ``auto``, ``database``, ``available`` or ``lease``, as the setting ``run_lock`` says.
    :param transactions: those of the run, which may not wait within one.
    :param hide: puts passwords out of sight.
    """

    def __init__(
        self, impl: DefaultImpl, scope: LockScope, kind: str, transactions: RunTransactions, hide: Hide
    ) -> None:
        self._impl = impl
        self._scope = scope
        self._kind = kind
        self._transactions = transactions
        self._hide = hide
        self._lock: RunLock | None = None
        self._checked = 0.0

    @contextmanager
    def taken(self, limit: float, reporter: Reporter) -> Iterator[None]:
        """Take the lock, wait for it if need be, and give it back at the end of the block.

        :param limit: seconds to wait at most.
        :param reporter: is told who is waited for.
        :raises RunLockTimeout: whoever has it did not give it back in time.
        """
        lock = self._chosen()
        self._transactions.settle()
        try:
            if self._take(lock, limit, reporter):
                self._lock, self._checked = lock, time.monotonic()
            yield
        finally:
            # Before its transaction has ended, the next run would not see what this one did.
            self._transactions.once_ended(partial(self._end, lock))

    @property
    def holds(self) -> bool:
        """Whether the lock is taken: also after the block, until the transaction around it has ended."""
        return self._lock is not None

    def check(self) -> None:
        """See that the lock is still ours.

        :raises RunLockLost: it is not, or nobody can tell.
        """
        if self._lock is None or time.monotonic() - self._checked < CHECKED_EVERY:
            return
        self._checked = time.monotonic()
        try:
            if self._lock.held():
                return
        except DBAPIError as error:
            raise RunLockLost(said_by(error, self._hide)) from error
        raise RunLockLost("Somebody else has it, or it was taken from this run.")

    def _take(self, lock: RunLock, limit: float, reporter: Reporter) -> bool:
        """Return whether it is taken; where it is asked for only if available, the run can go on without."""
        try:
            if lock.acquire():
                self._transactions.see_what_is_committed()
                return True
            with self._transactions.paused():
                sleep = pause_async if self._scope.connection.dialect.is_async else pause
                wait_for(lock, limit, reporter, sleep)
            return True
        except DBAPIError as error:
            if self._kind == "available":
                log.warning("Other runs are not kept away from this database: %s", said_by(error, self._hide))
                return False
            raise CommandError(
                f"The lock that keeps this database to one run cannot be taken.\n{said_by(error, self._hide)}",
                "It needs one connection besides the run's. Where no other run can come, do without:  run_lock = off",
            ) from error

    def _chosen(self) -> RunLock:
        lock = self._impl.run_lock(self._scope) if self._kind != "lease" else None
        if lock is not None:
            return lock
        name = self._impl.dialect.name
        if self._kind == "available":
            return Unneeded()
        if self._kind == "database":
            raise CommandError(
                f"run_lock = database, and there is no lock of {name} that holds here: this database has none that "
                "Whimbrel knows, or a pooler is in between.",
                "Let Whimbrel choose:  run_lock = auto",
            )
        if not self._impl.writes_beside:
            raise CommandError(
                f"run_lock = lease cannot be on {name}: nobody could renew the lease while the run writes.",
                "Let Whimbrel choose:  run_lock = auto",
            )
        from whimbrel.runtime.lock.lease import Lease

        return Lease(self._impl, self._scope)

    def _end(self, lock: RunLock) -> None:
        self._lock = None
        try:
            lock.release()
        except Exception as error:  # how the run went is what matters; and without its connection a lock ends anyway
            log.warning("The run lock could not be given back (%s); it ends by itself.", said_by(error, self._hide))
