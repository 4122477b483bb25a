"""The table in which a database keeps the revisions it is at: one row a head."""

from __future__ import annotations

from sqlalchemy import Connection, Executable, String, bindparam, inspect, literal, select

from whimbrel.errors import CommandError
from whimbrel.impl import DefaultImpl
from whimbrel.impl.capabilities import Capability, Support
from whimbrel.revisions import MAX_REVISION_ID_LENGTH, RowChanges
from whimbrel.runtime.repeated import RepeatedStatement


def move(heads: set[str], rows: RowChanges) -> None:
    """Do to *heads*, the version rows as they are known, what *rows* does to the table."""
    heads.difference_update(rows.deletes)
    heads.update(rows.inserts)
    if rows.update is not None:
        heads.discard(rows.update[0])
        heads.add(rows.update[1])


PEER_WIDTH = 32
"""Characters that fit in the version column of a table made by Alembic; only longer ids need a look at the column."""


class VersionTable:
    """Reads and moves the version rows, on a connection or as SQL text.

    :param impl: knows the table's shape on this database, and executes or writes.
    :param connection: the run's connection; ``None`` when SQL is written as text.
    :param name: the table's name.
    :param schema: its schema; ``None`` for the connection's default.
    :param primary_key: whether a new table gets a primary key.
    """

    def __init__(
        self, impl: DefaultImpl, connection: Connection | None, *, name: str, schema: str | None, primary_key: bool
    ) -> None:
        self._impl = impl
        self._connection = connection
        self.table = impl.version_table_impl(
            version_table=name, version_table_schema=schema, version_table_pk=primary_key
        )
        self._id = self.table.c.version_num
        is_old = self._id == bindparam("old")
        self._delete = RepeatedStatement(self.table.delete().where(is_old))
        self._update = RepeatedStatement(self.table.update().values(version_num=bindparam("new")).where(is_old))
        self._insert = RepeatedStatement(self.table.insert().values(version_num=bindparam("new")).inline())
        self._width_checked = False

    @property
    def full_name(self) -> str:
        """The table's name with its schema."""
        return self.table.fullname

    def exists(self) -> bool:
        """Return whether the database has the table; costs one look at the catalog."""
        assert self._connection is not None
        return inspect(self._connection).has_table(self.table.name, self.table.schema)

    def create(self) -> None:
        """Create the table."""
        self._impl.create_table(self.table)

    def read(self) -> tuple[str, ...]:
        """Return the rows, in the order the database gives them."""
        assert self._connection is not None
        return tuple(self._connection.execute(select(self._id)).scalars())

    def purge(self) -> None:
        """Delete every row."""
        self._impl.execute(self.table.delete())

    def apply(self, rows: RowChanges) -> None:
        """Delete, insert and update what *rows* says, in this order.

        :raises CommandError: a row that was to be changed is not there any more: another run moved it.
        """
        if self._connection is None:
            self._write(rows)
        else:
            self._execute(self._connection, rows)

    def _execute(self, connection: Connection, rows: RowChanges) -> None:
        added = rows.inserts if rows.update is None else (*rows.inserts, rows.update[1])
        if not self._width_checked and any(len(item) > PEER_WIDTH for item in added):
            self._widen(connection)
        for old in rows.deletes:
            self._change(connection, self._delete, {"old": old})
        for new in rows.inserts:
            self._insert.execute(connection, {"new": new})
        if rows.update is not None:
            self._change(connection, self._update, {"old": rows.update[0], "new": rows.update[1]})

    def _change(self, connection: Connection, statement: RepeatedStatement, values: dict[str, str]) -> None:
        result = statement.execute(connection, values)
        if result.supports_sane_rowcount() and result.rowcount != 1:
            raise CommandError(
                f"The version table {self.full_name} was to have one row {values['old']!r}; {result.rowcount} matched.",
                "Another run has moved this database in the meantime. See where it is now:  whimbrel current",
            )

    def _write(self, rows: RowChanges) -> None:
        statements: list[Executable] = [self.table.delete().where(self._id == literal(old)) for old in rows.deletes]
        statements += [self.table.insert().values(version_num=literal(new)).inline() for new in rows.inserts]
        if rows.update is not None:
            old, new = rows.update
            statements.append(self.table.update().values(version_num=literal(new)).where(self._id == literal(old)))
        for statement in statements:
            self._impl.execute(statement)

    def _widen(self, connection: Connection) -> None:
        """Make room for long ids in a table that Alembic, or an older release, made with a narrow column."""
        self._width_checked = True
        if self._impl.support(Capability.STRING_LENGTH) is Support.NO:
            return
        columns = inspect(connection).get_columns(self.table.name, self.table.schema)
        column = next(item for item in columns if item["name"] == self._id.name)
        length = getattr(column["type"], "length", None)
        if length is None or length >= MAX_REVISION_ID_LENGTH:
            return
        self._impl.alter_column(
            self.table.name,
            self._id.name,
            type_=String(MAX_REVISION_ID_LENGTH),
            schema=self.table.schema,
            existing_type=column["type"],
            existing_nullable=False,
        )
