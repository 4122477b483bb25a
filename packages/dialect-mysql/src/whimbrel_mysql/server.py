"""Server: what a run knows of the server it changes, or writes SQL for."""

from __future__ import annotations

from typing import Final, NamedTuple

from sqlalchemy import Connection, Dialect, Inspector, inspect

from whimbrel.errors import UnsupportedOperation

# https://dev.mysql.com/doc/refman/8.0/en/create-table-check-constraints.html, https://mariadb.com/kb/en/constraint/
_CHECK_SINCE: Final = {"MySQL": (8, 0, 16), "MariaDB": (10, 2, 1)}
# https://dev.mysql.com/doc/relnotes/mysql/8.0/en/news-8-0-3.html, https://mariadb.com/kb/en/mariadb-1052-release-notes/
_RENAME_COLUMN_SINCE: Final = {"MySQL": (8, 0, 3), "MariaDB": (10, 5, 2)}


class Server(NamedTuple):
    """A server, or what is known of the one that SQL is written for.

    :param dialect: SQLAlchemy's dialect.
    :param connection: a connection to it; ``None`` where SQL is written as text.
    """

    dialect: Dialect
    connection: Connection | None

    @property
    def is_mariadb(self) -> bool:
        """Whether it is a MariaDB, as far as URL and connection tell."""
        return bool(getattr(self.dialect, "is_mariadb", False))

    @property
    def name(self) -> str:
        """What it is called."""
        return "MariaDB" if self.is_mariadb else "MySQL"

    @property
    def renames_columns(self) -> bool:
        """Whether it knows RENAME COLUMN; where its version is not known, yes."""
        return self._is_at_least(_RENAME_COLUMN_SINCE[self.name])

    @property
    def heeds_checks(self) -> bool:
        """Whether it does anything about a CHECK but read it; where its version is not known, yes."""
        return self._is_at_least(_CHECK_SINCE[self.name])

    def _is_at_least(self, version: tuple[int, ...]) -> bool:
        own = self.dialect.server_version_info
        return own is None or own >= version

    def inspector(self, operation: str, what: str) -> Inspector:
        """Return what knows the schema of the database, for where the server has no IF EXISTS.

        :param operation: the operation that asks, for the message.
        :param what: what is to be there or not.
        :raises UnsupportedOperation: SQL is written as text.
        """
        if self.connection is None:
            remedy = "Leave if_exists or if_not_exists out when SQL is written as text"
            if not self.is_mariadb:
                remedy += "; or, where it is written for MariaDB, which has it, let the URL begin with mariadb"
                remedy += " instead of mysql"
            raise UnsupportedOperation(
                f"{self.name} has no SQL for {operation} of {what} with IF EXISTS or IF NOT EXISTS.",
                f"{remedy}.",
                dialect=self.dialect.name,
                operation=operation,
            )
        return inspect(self.connection)
