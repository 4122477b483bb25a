"""Which of the tool's own tables a database has."""

from __future__ import annotations

from datetime import datetime
from typing import Final, Self

from sqlalchemy import Connection, DateTime, String, column, func, select, table

from whimbrel.impl import DefaultImpl
from whimbrel.runtime.moments import in_utc

LONGEST_SCOPE: Final = 128
"""Characters kept of a version table's name where rows say to which one they belong."""


class OwnTables:
    """Asks the catalog about all of them at once: most runs have nothing to do, and should find that out quickly.

    :param impl: asks.
    :param connection: where; ``None`` when SQL is written as text, and nothing can be asked.
    :param tables: name and schema of each; ``None`` for the connection's default schema.
    """

    def __init__(self, impl: DefaultImpl, connection: Connection | None, *tables: tuple[str, str | None]) -> None:
        self._impl = impl
        self._connection = connection
        self._tables = tables
        self._there: set[tuple[str, str | None]] | None = None

    def look(self) -> Self:
        """Ask again: another run may have made one."""
        assert self._connection is not None
        self._there = set()
        for schema in dict.fromkeys(schema for _, schema in self._tables):
            names = [name for name, where in self._tables if where == schema]
            found = self._impl.existing_tables(self._connection, names, schema=schema)
            self._there.update((name, schema) for name in found)
        return self

    def has(self, name: str, schema: str | None) -> bool:
        """Return whether a table was there at the last :meth:`look`.

        :param name: one of the tables' names.
        :param schema: its schema.
        """
        if self._there is None:
            self.look()
        assert self._there is not None
        return (name, schema) in self._there

    def last_begun(self, history: str, schema: str | None, scope: str) -> datetime | None:
        """Return when the last step began, in UTC; ``None`` where the table of records has none.

        All that a run with nothing to do wants of that table; the rest of it need not be imported.

        :param history: the name of the table of records, which is there.
        :param schema: its schema.
        :param scope: whose records: the name of the version table.
        """
        assert self._connection is not None
        records = table(history, column("started", DateTime), column("scope", String), schema=schema)
        wanted = select(func.max(records.c.started)).where(records.c.scope == scope[:LONGEST_SCOPE])
        newest = self._connection.execute(wanted).scalar()
        return in_utc(newest) if newest is not None else None
