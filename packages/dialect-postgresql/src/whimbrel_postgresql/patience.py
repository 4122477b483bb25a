"""How long a statement may wait or run on PostgreSQL, and which sessions keep it waiting."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar, Final

from sqlalchemy import ARRAY, Boolean, Connection, String, bindparam, text
from sqlalchemy.exc import DBAPIError

from whimbrel.impl.patience import Blocker, Limits, Patient, names_in, no_answer, shown
from whimbrel.impl.run_lock import close_separate, separate_connection

# https://www.postgresql.org/docs/current/errcodes-appendix.html
_LOCKS: Final = frozenset(("55P03", "40P01", "40001"))
_CANCELED: Final = "57014"
_COMING_UP: Final = frozenset(("57P03", "57P01", "57P02", "53300"))
_SOON: Final = "starting up|shutting down|in recovery|not accepting connections|too many clients"

# These ask for ACCESS EXCLUSIVE, with which even a reader is in the way; others do not mind readers:
# https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-TABLES
_EXCLUSIVE: Final = r"\s*(?:ALTER|DROP|TRUNCATE|LOCK|REINDEX|CLUSTER|VACUUM|REFRESH)\b"

_SETTINGS: Final = {"lock": "lock_timeout", "statement": "statement_timeout"}

_BLOCKERS: Final = text("""
SELECT a.pid, a.state, a.application_name, a.query,
    CAST(extract(epoch FROM clock_timestamp() - a.xact_start) AS double precision),
    CAST(extract(epoch FROM clock_timestamp() - a.query_start) AS double precision)
FROM pg_catalog.pg_stat_activity a
WHERE a.pid <> pg_backend_pid() AND EXISTS (
    SELECT 1 FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_class c ON c.oid = l.relation
    WHERE l.pid = a.pid AND l.granted AND (:any_mode OR l.mode <> 'AccessShareLock')
        AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
        AND c.relname = ANY (CAST(:names AS text[]))
        AND c.relnamespace <> 'pg_catalog'::regnamespace)
ORDER BY a.xact_start NULLS LAST LIMIT 5
""").bindparams(bindparam("names", type_=ARRAY(String())), bindparam("any_mode", type_=Boolean()))


class PostgresqlPatient(Patient):
    """The settings ``lock_timeout`` and ``statement_timeout``, and the list of locks.

    Limits are set in each transaction, because a pooler may hand the session to somebody else afterwards.
    https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-LOCK-TIMEOUT
    """

    limits_outlast_transaction: ClassVar[bool] = False

    @contextmanager
    def limited(self, connection: Connection, limits: Limits, *, in_transaction: bool) -> Iterator[None]:
        """Have *limits* around the block; an aborted transaction takes them along.

        :param connection: the run's connection.
        :param limits: 0 for no limit.
        :param in_transaction: set them for this transaction only. Else they are the session's, which cannot be behind
            a pooler: what is set in one session there may be taken back in another.
        """
        if not in_transaction and _is_behind_pooler(connection):
            self.warn_once(
                "Behind a pooler, lock_timeout and statement_timeout have no effect outside of transactions."
            )
            yield
            return
        wanted = {
            setting: f"{max(1, round(value * 1000)) if value else 0}ms"
            for name, setting in _SETTINGS.items()
            if (value := getattr(limits, name)) is not None
        }
        before = _current(connection, wanted)
        _set(connection, wanted, local=in_transaction)
        try:
            yield
        except BaseException:
            if not in_transaction and not connection.invalidated and not connection.closed:
                _set(connection, before, local=False)
            raise
        _set(connection, before, local=in_transaction)

    def is_lock_failure(self, error: BaseException) -> bool:
        """Return whether the statement met a lock, a deadlock, or a transaction that it could not be ordered with."""
        return _code(error) in _LOCKS

    def is_statement_timeout(self, error: BaseException) -> bool:
        """Return whether the server says so; the same code tells of a statement that a person has ended."""
        return _code(error) == _CANCELED and "statement timeout" in str(error)

    def blockers(self, connection: Connection, statement: str) -> list[Blocker]:
        """Return the sessions with locks on what the statement names; asked over another connection.

        The server keeps no note of whom a statement has waited for: what it names is looked up.
        """
        own = separate_connection(connection.engine)
        try:
            values = {
                "names": names_in(statement),
                "any_mode": re.match(_EXCLUSIVE, statement, re.IGNORECASE) is not None,
            }
            return [_blocker(*row) for row in own.execute(_BLOCKERS, values)]
        finally:
            close_separate(own)

    @classmethod
    def is_coming_up(cls, error: BaseException) -> bool:
        """Return whether nobody answered, or a server that says it is not ready."""
        code = _code(error)
        if code is not None:
            return code in _COMING_UP
        return re.search(_SOON, str(error), re.IGNORECASE) is not None or no_answer(error)


def _code(error: BaseException) -> str | None:
    driver_error: Any = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(driver_error, "sqlstate", None) or getattr(driver_error, "pgcode", None)
    return str(code) if code else None


def _is_behind_pooler(connection: Connection) -> bool:
    from whimbrel_postgresql.lock import backend_known_to

    known = backend_known_to(connection.connection.driver_connection)
    return known is not None and known != connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()


def _current(connection: Connection, names: Mapping[str, str]) -> dict[str, str]:
    asked = ", ".join(f"current_setting('{name}')" for name in names)
    row = connection.exec_driver_sql(f"SELECT {asked}").one()
    return dict(zip(names, map(str, row), strict=True))


def _set(connection: Connection, values: Mapping[str, str], *, local: bool) -> None:
    calls = ", ".join(f"set_config('{name}', '{value}', {str(local).lower()})" for name, value in values.items())
    connection.exec_driver_sql(f"SELECT {calls}")


def _blocker(
    pid: int,
    state: str | None,
    application: str | None,
    query: str | None,
    transaction: float | None,
    since: float | None,
) -> Blocker:
    return Blocker(
        session=f"server process {pid}",
        state=state,
        application=application or None,
        transaction=transaction,
        query=since,
        statement=shown(query),
        ending=f"SELECT pg_terminate_backend({pid})",
    )
