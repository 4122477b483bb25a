"""How long a statement may wait or run on SQLite."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

from whimbrel.impl.patience import Limits, Patient

_LONGEST: Final = 2**31 - 1  # milliseconds
_STEPS: Final = 10_000  # of SQLite's virtual machine, between two looks at the clock: about a millisecond
_INTERRUPTED: Final = "interrupted"


class SQLitePatient(Patient):
    """``busy_timeout`` for locks; for statements, a look at the clock while they run.

    https://www.sqlite.org/pragma.html#pragma_busy_timeout
    """

    _statement_limit: float | None = None
    _deadline: float | None = None

    @contextmanager
    def limited(self, connection: Connection, limits: Limits, *, in_transaction: bool) -> Iterator[None]:
        """Have *limits* around the block; they are the connection's.

        :param connection: the run's connection.
        :param limits: 0 for no limit.
        :param in_transaction: makes no difference here.
        """
        with self._statements_limited(connection, limits.statement):
            if limits.lock is None:
                yield
                return
            before = connection.exec_driver_sql("PRAGMA busy_timeout").scalar_one()
            _wait_at_most(connection, min(round(limits.lock * 1000), _LONGEST) if limits.lock else _LONGEST)
            try:
                yield
            finally:
                _wait_at_most(connection, int(before))

    @contextmanager
    def _statements_limited(self, connection: Connection, seconds: float | None) -> Iterator[None]:
        driver: Any = connection.connection.driver_connection
        if seconds is None:
            yield
        elif not hasattr(driver, "set_progress_handler") or connection.dialect.is_async:
            self.warn_once(f"statement_timeout has no effect with {connection.dialect.driver}.")
            yield
        else:
            before, self._statement_limit = self._statement_limit, seconds
            if before is None:
                event.listen(connection, "before_cursor_execute", self._begins)
                event.listen(connection, "after_cursor_execute", self._ends)
                driver.set_progress_handler(self._is_late, _STEPS)
            try:
                yield
            finally:
                self._statement_limit = before
                if before is None:
                    event.remove(connection, "before_cursor_execute", self._begins)
                    event.remove(connection, "after_cursor_execute", self._ends)
                    driver.set_progress_handler(None, 0)

    def _begins(self, *_args: object) -> None:
        limit = self._statement_limit
        self._deadline = time.monotonic() + limit if limit else None

    def _ends(self, *_args: object) -> None:
        self._deadline = None  # rows may go to the driver past SQLAlchemy, where nobody tells when they begin

    def _is_late(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline

    def is_lock_failure(self, error: BaseException) -> bool:
        """Return whether another connection has locked the database: https://www.sqlite.org/rescode.html#busy"""
        said = str(error.orig if isinstance(error, DBAPIError) else error)
        return "database is locked" in said or "table is locked" in said

    def is_statement_timeout(self, error: BaseException) -> bool:
        """Return whether we have ended the statement."""
        said = str(error.orig if isinstance(error, DBAPIError) else error)
        return self._is_late() and _INTERRUPTED in said

    @classmethod
    def is_coming_up(cls, error: BaseException) -> bool:
        """Say no: a file is there or not."""
        return False


def _wait_at_most(connection: Connection, milliseconds: int) -> None:
    connection.exec_driver_sql(f"PRAGMA busy_timeout = {milliseconds}").close()
