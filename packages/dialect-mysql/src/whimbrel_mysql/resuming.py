"""What MySQL and MariaDB can tell of a statement that may or may not have been executed.

Every statement about the schema is committed at once, and is done as a whole or not at all: MySQL since 8.0, MariaDB
since 10.6. https://mariadb.com/kb/en/atomic-ddl/ https://dev.mysql.com/doc/refman/8.0/en/atomic-ddl.html
"""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import Connection, Dialect, Table
from sqlalchemy.exc import DBAPIError

from whimbrel.ddl.sink import plain_sql
from whimbrel.impl.resuming import Resuming

_FLAGS: Final = re.IGNORECASE | re.DOTALL  # texts, which are compiled and kept when one is first used
_NAME: Final = r"(`(?:[^`]|``)+`|[\w$]+)(?:\s*\.\s*(`(?:[^`]|``)+`|[\w$]+))?"
_EXISTS: Final = r"(?:IF\s+(?:NOT\s+)?EXISTS\s+)?"
_OBJECT: Final = (
    rf"\s*(?:CREATE|ALTER|DROP|TRUNCATE|RENAME)\b.*?"
    rf"\b(TABLE|VIEW|TRIGGER|PROCEDURE|FUNCTION|EVENT|SEQUENCE)\s+{_EXISTS}{_NAME}"
)
_INDEX: Final = (
    rf"\s*(?:CREATE|DROP)\s+(?:OR\s+REPLACE\s+)?(?:ONLINE\s+|OFFLINE\s+)?(?:UNIQUE\s+|FULLTEXT\s+|SPATIAL\s+)?"
    rf"INDEX\s+{_EXISTS}(?:`(?:[^`]|``)+`|[\w$]+).*?\bON\s+{_NAME}"
)
_COUNTER: Final = r" AUTO_INCREMENT=\d+"
_HARMLESS: Final = r"\s*(?:ANALYZE|OPTIMIZE|CHECK|FLUSH|GRANT|REVOKE|TRUNCATE)\b"
_SEVERAL: Final = r"\s*(?:DROP|RENAME)\s+(?:TABLE|VIEW|SEQUENCE)\s.*,"


class MySQLResuming(Resuming):
    """The catalog of MySQL and MariaDB, asked about single statements."""

    dialect: Dialect

    autocommit_begin = "BEGIN"

    def state_of(self, connection: Connection, statement: str) -> str | None:
        """Return ``SHOW CREATE`` of what the statement names; ``absent`` where there is none of that name.

        :param connection: what to ask.
        :param statement: SQL text.
        """
        if re.match(_SEVERAL, statement, _FLAGS):
            return None  # each is done or not, whatever happens to the others
        found = re.match(_INDEX, statement, _FLAGS)
        kind = "TABLE"
        if found is None:
            found = re.match(_OBJECT, statement, _FLAGS)
            if found is None:
                return None
            kind = found[1].upper()
        names = ".".join(name for name in found.groups()[-2:] if name)
        try:
            row: Any = connection.exec_driver_sql(
                plain_sql(f"SHOW CREATE {kind} {names}"), None, {"no_parameters": True}
            ).first()
        except DBAPIError:
            return "absent"
        return re.sub(_COUNTER, "", repr(tuple(row)))

    def may_repeat(self, statement: str) -> bool:
        """Return whether the statement only looks after a table, empties it, or grants what is granted."""
        return re.match(_HARMLESS, statement, _FLAGS) is not None

    def also_locking(self, statement: str, table: Table) -> str | None:
        """Return ``LOCK TABLES`` with *table* among them: its session can use no others.

        https://dev.mysql.com/doc/refman/8.4/en/lock-tables.html

        :param statement: SQL text.
        :param table: is to be written meanwhile.
        """
        if not re.match(r"\s*LOCK\s+TABLES?\s", statement, _FLAGS):
            return None
        name = self.dialect.identifier_preparer.format_table(table)
        return f"{statement.rstrip().rstrip(';')}, {name} WRITE"

    def session(self, connection: Connection) -> str | None:
        """Return the number of the connection."""
        return str(connection.exec_driver_sql("SELECT CONNECTION_ID()").scalar_one())

    def is_at_work(self, connection: Connection, session: str) -> bool:
        """Return whether that connection is there and does not sleep; the server may have been restarted since."""
        rows = connection.exec_driver_sql(
            "SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = %s AND COMMAND <> 'Sleep' AND INFO IS NOT NULL "
            "AND ID <> CONNECTION_ID()",
            (int(session),),
        )
        return rows.first() is not None
