"""The table of the journal: the statements of the one revision that is under way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import (
    BindParameter,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    DateTime,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    inspect,
    select,
)

from whimbrel.impl import DefaultImpl
from whimbrel.revisions import MAX_REVISION_ID_LENGTH
from whimbrel.runtime.moments import now
from whimbrel.runtime.own_tables import LONGEST_SCOPE
from whimbrel.runtime.repeated import RepeatedStatement

_LONGEST = 2000


class Entry(NamedTuple):
    """A statement that was about to be executed, or had been.

    :ivar revision: the revision it belongs to.
    :ivar direction: ``upgrade`` or ``downgrade``.
    :ivar position: which statement of it, counted from 0.
    :ivar fingerprint: of its text and parameters.
    :ivar statement: its text, without passwords, at most 2,000 characters.
    :ivar certain: it is done; else it may be, should it be the last: the database cannot do it and note it at once.
    :ivar state: what it was to change, as it was before, in the database's words; ``None`` where that is not known.
    :ivar session: the session that was to execute it, in the database's words.
    """

    revision: str
    direction: str
    position: int
    fingerprint: str
    statement: str
    certain: bool
    state: str | None
    session: str | None


class JournalTable:
    """Reads and writes entries.

    :param impl: creates the table as this database wants it.
    :param connection: the run's connection.
    :param name: the table's name.
    :param schema: its schema; ``None`` for the connection's default.
    :param scope: whose entries: the name of a version table; others in the same schema have runs of their own.
    """

    def __init__(self, impl: DefaultImpl, connection: Connection, *, name: str, schema: str | None, scope: str) -> None:
        self._impl = impl
        self._connection = connection
        self._there: bool | None = None
        self._scope = scope[:LONGEST_SCOPE]
        self.table = Table(
            name,
            MetaData(),
            Column("scope", String(LONGEST_SCOPE), primary_key=True),
            Column("position", Integer, primary_key=True, autoincrement=False),
            Column("revision", String(MAX_REVISION_ID_LENGTH), nullable=False),
            Column("direction", String(16), nullable=False),
            Column("fingerprint", String(64), nullable=False),
            Column("statement", Text, nullable=False),
            Column("certain", Boolean, nullable=False),
            Column("state", Text),
            Column("session", String(255)),
            Column("noted", DateTime, nullable=False),
            schema=schema,
        )
        self._insert = RepeatedStatement(self.table.insert(), tuple(self.table.c.keys()))
        self._delete = RepeatedStatement(self.table.delete().where(self._is_scope(bindparam("of"))))

    def exists(self) -> bool:
        """Return whether the database has the table; it is asked once."""
        if self._there is None:
            self._there = inspect(self._connection).has_table(self.table.name, self.table.schema)
        return self._there

    def create(self) -> None:
        """Create the table if the database lacks it."""
        if not self.exists():
            self._impl.create_table(self.table)
            self._there = True

    def read(self) -> list[Entry]:
        """Return the entries in order; none where there is no table."""
        if not self.exists():
            return []
        columns = (self.table.c[name] for name in Entry._fields)
        wanted = select(*columns).where(self._is_scope(self._scope)).order_by(self.table.c.position)
        return [Entry(*row) for row in self._connection.execute(wanted)]

    def write(self, entries: Sequence[Entry]) -> None:
        """Add entries; who calls commits them."""
        rows = [
            {
                **item._asdict(),
                "scope": self._scope,
                "statement": item.statement[:_LONGEST],
                "noted": now(),
                "session": (item.session or "")[:255],
            }
            for item in entries
        ]
        if len(rows) == 1:
            self._insert.execute(self._connection, rows[0])
        elif rows:
            self._connection.execute(self.table.insert(), rows)

    def forget(self, position: int | None = None) -> None:
        """Delete the entry at *position*, or all; who calls commits that."""
        if position is None:
            self._delete.execute(self._connection, {"of": self._scope})
            return
        one = self._is_scope(self._scope) & (self.table.c.position == position)
        self._connection.execute(self.table.delete().where(one))

    def _is_scope(self, scope: str | BindParameter[str]) -> ColumnElement[bool]:
        return self.table.c.scope == scope
