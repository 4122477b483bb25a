"""What PostgreSQL can tell of a statement that may or may not have been executed.

That is about the few that refuse a transaction; all others are noted in the transaction that executes them.
"""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Connection, bindparam, text

from whimbrel.impl.resuming import Resuming

_FLAGS: Final = re.IGNORECASE | re.DOTALL  # texts, which are compiled and kept when one is first used
_NAME: Final = r'(?P<name>(?:"(?:[^"]|"")+"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\w$]+))?)'
_CREATE: Final = rf"\s*CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+(?:IF\s+NOT\s+EXISTS\s+)?{_NAME}\s+ON\s"
_DROP: Final = rf"\s*DROP\s+INDEX\s+CONCURRENTLY\s+(?:IF\s+EXISTS\s+)?{_NAME}"
_TABLE: Final = (
    r'\s*CREATE\s.*?\sON\s+(?:ONLY\s+)?(?P<table>(?:"(?:[^"]|"")+"|[\w$]+)(?:\s*\.\s*(?:"(?:[^"]|"")+"|[\w$]+))?)'
)
# https://www.postgresql.org/docs/current/sql-createindex.html and the page of each of the others
_ALONE: Final = (
    r"\s*(?:VACUUM|REINDEX|CLUSTER"
    r"|CREATE\s+(?:UNIQUE\s+)?INDEX\s+CONCURRENTLY|DROP\s+INDEX\s+CONCURRENTLY"
    r"|(?:CREATE|DROP)\s+(?:DATABASE|TABLESPACE|SUBSCRIPTION)|ALTER\s+(?:SYSTEM|DATABASE\b.*\bTABLESPACE|SUBSCRIPTION)"
    r"|ALTER\s+TABLE\b.*\bDETACH\s+PARTITION\b.*\bCONCURRENTLY|CALL|DO)\b"
)
_HARMLESS: Final = r"\s*(?:VACUUM|REINDEX|CLUSTER|ALTER\s+SYSTEM)\b"


class PostgresqlResuming(Resuming):
    """The catalog of PostgreSQL, asked about single statements."""

    autocommit_begin = "BEGIN"

    def refused_transaction(self, error: Exception) -> bool:
        """Return whether an error is ``active_sql_transaction``.

        https://www.postgresql.org/docs/current/errcodes-appendix.html
        """
        return (getattr(error, "sqlstate", None) or getattr(error, "pgcode", None)) == "25001"

    def refuses_transaction(self, statement: str) -> bool:
        """Return whether PostgreSQL executes the statement outside of a transaction only, or it may commit itself.

        Some of these refuse a transaction in some forms only. What is missing here is found out by trying.
        """
        return re.match(_ALONE, statement, _FLAGS) is not None

    def may_repeat(self, statement: str) -> bool:
        """Return whether the statement only looks after what is there."""
        return re.match(_HARMLESS, statement, _FLAGS) is not None

    def state_of(self, connection: Connection, statement: str) -> str | None:
        """Return how an index is that is made or dropped ``CONCURRENTLY``.

        :param connection: what to ask.
        :param statement: SQL text.
        """
        name = self._index(connection, statement)
        if name is None:
            return None
        if re.match(_DROP, statement, _FLAGS):
            # One that was not finished leaves the index there, invalid, until it is dropped again.
            there = text("SELECT to_regclass(:name)").bindparams(bindparam("name", name))
            return "absent" if connection.execute(there).scalar() is None else "there"
        asked = text(
            "SELECT CASE WHEN i.indisvalid THEN pg_get_indexdef(i.indexrelid) ELSE 'invalid' END"
            " FROM pg_index i WHERE i.indexrelid = to_regclass(:name)"
        ).bindparams(bindparam("name", name))
        return str(connection.execute(asked).scalar() or "absent")

    def clear_remains(self, connection: Connection, statement: str) -> None:
        """Drop an index that was not finished, as the manual says: it is invalid.

        https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
        """
        if re.match(_CREATE, statement, _FLAGS) and self.state_of(connection, statement) == "invalid":
            name = self._index(connection, statement)
            connection.exec_driver_sql(f"DROP INDEX CONCURRENTLY {name}", None, {"no_parameters": True})

    @staticmethod
    def _index(connection: Connection, statement: str) -> str | None:
        """Return the name of an index as it is written, in the schema where the server puts or finds it."""
        found = re.match(_CREATE, statement, _FLAGS) or re.match(_DROP, statement, _FLAGS)
        if found is None:
            return None
        name = found["name"]
        table = re.match(_TABLE, statement, _FLAGS)
        if "." in re.sub(r'"(?:[^"]|"")+"', "", name) or table is None:
            return name
        asked = text("SELECT relnamespace::regnamespace::text FROM pg_class WHERE oid = to_regclass(:name)")
        schema = connection.execute(asked.bindparams(bindparam("name", table["table"]))).scalar()
        return f"{schema}.{name}" if schema is not None else name

    def session(self, connection: Connection) -> str | None:
        """Return the process and when it began: numbers are used again."""
        row = connection.exec_driver_sql(
            "SELECT pid || ' ' || backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid()"
        )
        return str(row.scalar())

    def is_at_work(self, connection: Connection, session: str) -> bool:
        """Return whether that process still executes something."""
        asked = text("SELECT 1 FROM pg_stat_activity WHERE pid || ' ' || backend_start = :session AND state = 'active'")
        return connection.execute(asked.bindparams(bindparam("session", session))).first() is not None
