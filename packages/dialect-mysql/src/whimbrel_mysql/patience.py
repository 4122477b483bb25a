"""How long a statement may wait or run on MySQL and MariaDB, and which connections keep it waiting."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import Connection, bindparam, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from whimbrel.impl.patience import Blocker, Limits, Patient, names_in, no_answer, shown

# https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html: lock wait timeout, deadlock, NOWAIT
_LOCKS: Final = frozenset((1205, 1213, 3572))
_TOOK_TOO_LONG: Final = frozenset((1969, 3024))  # max_statement_time of MariaDB, max_execution_time of MySQL
# The client cannot reach it, or lost it while it said hello; too many connections; it shuts down.
_COMING_UP: Final = frozenset((2002, 2003, 2005, 2006, 2012, 2013, 2055, 1040, 1053))

# https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_lock_wait_timeout: it counts whole seconds
_LONGEST: Final = 31536000

_HOLDERS: Final = text("""
SELECT DISTINCT p.id, p.command, p.time, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()), p.info
FROM performance_schema.metadata_locks l
JOIN performance_schema.threads h ON h.thread_id = l.owner_thread_id
JOIN information_schema.processlist p ON p.id = h.processlist_id
LEFT JOIN information_schema.innodb_trx t ON t.trx_mysql_thread_id = p.id
WHERE l.object_type = 'TABLE' AND l.lock_status = 'GRANTED' AND p.id <> CONNECTION_ID()
    AND l.object_name IN :names
LIMIT 5
""").bindparams(bindparam("names", expanding=True))

_OPEN: Final = text("""
SELECT p.id, p.command, p.time, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()), p.info
FROM information_schema.innodb_trx t JOIN information_schema.processlist p ON p.id = t.trx_mysql_thread_id
WHERE p.id <> CONNECTION_ID() ORDER BY t.trx_started LIMIT 5
""")


class MySQLPatient(Patient):
    """The session's variables about time, and the lists of transactions and connections."""

    @contextmanager
    def limited(self, connection: Connection, limits: Limits, *, in_transaction: bool) -> Iterator[None]:
        """Have *limits* around the block; they are the session's.

        :param connection: the run's connection.
        :param limits: locks are waited for in whole seconds, at least one.
        :param in_transaction: makes no difference here.
        """
        wanted = _lock_limit(limits.lock) | self._statement_limit(limits.statement)
        names = ", ".join(f"@@SESSION.{name}" for name in wanted)
        before = dict(zip(wanted, connection.exec_driver_sql(f"SELECT {names}").one(), strict=True))
        _set(connection, wanted)
        try:
            yield
        finally:
            if not connection.invalidated and not connection.closed:
                _set(connection, before)

    def _statement_limit(self, seconds: float | None) -> dict[str, float]:
        """Return the variable for it: https://mariadb.com/kb/en/aborting-statements/

        https://dev.mysql.com/doc/refman/8.4/en/server-system-variables.html#sysvar_max_execution_time
        """
        if seconds is None:
            return {}
        if getattr(self.dialect, "is_mariadb", False):
            return {"max_statement_time": seconds}
        self.warn_once("MySQL ends nothing but SELECT by statement_timeout: ALTER TABLE takes as long as it takes.")
        return {"max_execution_time": math.ceil(seconds * 1000)}

    def is_lock_failure(self, error: BaseException) -> bool:
        """Return whether the statement waited too long for a lock, or was in a deadlock."""
        return _code(error) in _LOCKS

    def is_statement_timeout(self, error: BaseException) -> bool:
        """Return whether the server says so."""
        return _code(error) in _TOOK_TOO_LONG

    def blockers(self, connection: Connection, statement: str) -> list[Blocker]:
        """Return the connections with a lock on what the statement names, or else those with a transaction open.

        The former needs the performance schema, which MariaDB has switched off by default.
        """
        try:
            rows = connection.execute(_HOLDERS, {"names": names_in(statement)}).all()
        except SQLAlchemyError:  # there is no such table, or we may not read it
            rows = []
        if rows:
            return [_blocker(*row, certain=True) for row in rows]
        return [_blocker(*row, certain=False) for row in connection.execute(_OPEN)]

    @classmethod
    def is_coming_up(cls, error: BaseException) -> bool:
        """Return whether the client got no answer, or the server has no room for it yet."""
        return _code(error) in _COMING_UP or (_code(error) is None and no_answer(error))


def _lock_limit(seconds: float | None) -> dict[str, float]:
    if seconds is None:
        return {}
    whole = min(max(1, math.ceil(seconds)), _LONGEST) if seconds else _LONGEST
    return {"lock_wait_timeout": whole, "innodb_lock_wait_timeout": whole}


def _code(error: BaseException) -> int | None:
    """Return the number of an error: PyMySQL and its like have it first, others as an attribute."""
    driver_error: Any = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(driver_error, "errno", None)
    if code is None:
        code = next(iter(getattr(driver_error, "args", ())), None)
    return code if isinstance(code, int) and not isinstance(driver_error, OSError) else None


def _set(connection: Connection, values: Mapping[str, float]) -> None:
    connection.exec_driver_sql("SET " + ", ".join(f"SESSION {name} = {value}" for name, value in values.items()))


def _blocker(
    number: int, command: str | None, since: int | None, transaction: int | None, query: str | None, *, certain: bool
) -> Blocker:
    return Blocker(
        session=f"connection {number}",
        state=command,
        transaction=transaction,
        query=since,
        statement=shown(query, "'\"$"),
        ending=f"KILL {number}",
        certain=certain,
    )
