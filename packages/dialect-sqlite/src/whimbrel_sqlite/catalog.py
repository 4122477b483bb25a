"""What a database has: the texts in sqlite_schema, and what the PRAGMAs tell of tables.

https://www.sqlite.org/schematab.html
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection
from sqlalchemy.exc import NoSuchTableError

from whimbrel_sqlite.definition import ClauseKind, TableDefinition
from whimbrel_sqlite.grammar import Unreadable, read_create_table
from whimbrel_sqlite.names import folded, quoted
from whimbrel_sqlite.refusal import OTHER_WAYS, cannot


@dataclass(frozen=True, slots=True)
class SchemaObject:
    """A row of sqlite_schema.

    :param schema: the database it is in: ``main``, ``temp`` or an attached one.
    :param type: table, index, view or trigger.
    :param name: its name.
    :param table: the table it belongs to.
    :param sql: its text; empty for what SQLite has made by itself.
    """

    schema: str
    type: str
    name: str
    table: str
    sql: str

    @property
    def called(self) -> str:
        """How a message names it."""
        return f"{self.type} {self.name}" if self.schema != "temp" else f"temporary {self.type} {self.name}"


class Catalog:
    """One schema of a database, and one table in it.

    :param connection: what to ask.
    :param table_name: the table.
    :param schema: the schema it is in; ``None`` for where SQLite finds it.
    :raises sqlalchemy.exc.NoSuchTableError: there is no such table.
    """

    def __init__(self, connection: Connection, table_name: str, schema: str | None) -> None:
        self.connection = connection
        self._asked_for = table_name
        self.schema, self.table = self._find(schema)

    def rows(self, sql: str, *values: object) -> Sequence[Any]:
        """Execute *sql* as it stands and return the rows."""
        return self.connection.exec_driver_sql(sql, values).fetchall()

    def run(self, sql: str, *values: object) -> None:
        """Execute *sql* as it stands; a percent sign or a colon in it is one."""
        if values:
            self.connection.exec_driver_sql(sql, values)
        else:
            self.connection.exec_driver_sql(sql, None, {"no_parameters": True})

    def pragma(self, name: str) -> Any:
        """Return the value of a PRAGMA that has one."""
        return self.connection.exec_driver_sql(f"PRAGMA {name}").scalar()

    @property
    def name(self) -> str:
        """The table's name as it is spelt in the schema."""
        return self.table.name

    def qualified(self, name: str) -> str:
        """Return *name*, quoted, with this schema before it."""
        return f"{quoted(self.schema)}.{quoted(name)}"

    # -- the schema ---------------------------------------------------------------------------------------------------

    def _find(self, schema: str | None) -> tuple[str, SchemaObject]:
        if schema is not None:
            places = [schema]
        else:
            attached = [name for _, name, _ in self.rows("PRAGMA database_list")]
            places = sorted(attached, key=lambda name: name != "temp")  # as SQLite looks for it
        for place in places:
            for item in self.objects(place):
                if item.type in ("table", "view") and folded(item.name) == folded(self._asked_for):
                    return place, item
        raise NoSuchTableError(self._asked_for)

    def objects(self, *schemas: str) -> Iterator[SchemaObject]:
        """Return what *schemas* have; unless one is given, that of the table, and the temporary one."""
        for schema in schemas or dict.fromkeys([self.schema, "temp"]):
            # sqlite_master is what sqlite_schema was called before 3.33, and may always be.
            sql = f"SELECT type, name, tbl_name, coalesce(sql, '') FROM {quoted(schema)}.sqlite_master ORDER BY rowid"
            for row in self.rows(sql):
                yield SchemaObject(schema, *row)

    def has(self, name: str) -> bool:
        """Return whether the schema has a table or index of that name."""
        return any(folded(item.name) == folded(name) for item in self.objects(self.schema))

    # -- the table ----------------------------------------------------------------------------------------------------

    def require_table(self) -> None:
        """See that it is a table that can be made anew.

        :raises UnsupportedOperation: it is a view, or belongs to a virtual table.
        """
        kind = self._kind()
        if kind == "view":
            raise cannot(
                f"{self.name} is a view.", "Drop it and create it anew: op.execute('DROP VIEW ...'), 'CREATE VIEW ...'."
            )
        if kind != "table":
            raise cannot(
                f"{self.name} is a {kind} table: it is as its module makes it, and cannot be made anew.",
                "Create another one with op.execute('CREATE VIRTUAL TABLE ...') and move the rows there.",
            )

    def _kind(self) -> str:
        if self.table.type == "view":
            return "view"
        if self.table.sql.upper().startswith("CREATE VIRTUAL"):
            return "virtual"
        virtual = [item.name for item in self.objects(self.schema) if item.sql.upper().startswith("CREATE VIRTUAL")]
        if not virtual:
            return "table"
        kinds = self.rows("SELECT type FROM pragma_table_list(?) WHERE schema = ?", self.name, self.schema)
        return str(kinds[0][0]) if kinds else "table"

    def definition(self) -> TableDefinition:
        """Return what the table's CREATE TABLE says, once SQLite has been asked whether it says so.

        :raises UnsupportedOperation: it cannot be read, or SQLite reads it otherwise.
        """
        sql = next(
            item.sql
            for item in self.objects(self.schema)
            if item.type == "table" and folded(item.name) == folded(self.name)
        )
        try:
            definition = read_create_table(sql)
        except Unreadable as error:
            raise cannot(f"The CREATE TABLE of {self.name} cannot be read {error}.", OTHER_WAYS) from None
        if difference := self._difference(definition):
            raise cannot(f"The CREATE TABLE of {self.name} is read wrongly: {difference}.", OTHER_WAYS)
        return definition

    def _difference(self, definition: TableDefinition) -> str | None:
        """Return where SQLite and our own reading differ."""
        rows = self.rows(f"PRAGMA {quoted(self.schema)}.table_xinfo({quoted(self.name)})")
        references = self.rows("SELECT DISTINCT id FROM pragma_foreign_key_list(?, ?)", self.name, self.schema)
        return difference(definition, rows, len(references))

    def columns(self) -> list[str]:
        """Return the names of the table's columns."""
        return [name for _, name, *_ in self.rows(f"PRAGMA {quoted(self.schema)}.table_xinfo({quoted(self.name)})")]

    def primary_key(self, table: str) -> list[str]:
        """Return the columns of a table's primary key, in its order; none where there is no such table."""
        found = self.rows("SELECT name FROM pragma_table_info(?, ?) WHERE pk > 0 ORDER BY pk", table, self.schema)
        return [name for (name,) in found]


_KINDS: Final = {0: False, 2: True, 3: True}
"""Whether a column is computed, by what the PRAGMA calls ``hidden``."""


def difference(definition: TableDefinition, rows: Sequence[Any], references: int) -> str | None:
    """Return where SQLite and our own reading of a CREATE TABLE differ; ``None`` where they agree.

    :param definition: our own reading.
    :param rows: what ``PRAGMA table_xinfo`` says.
    :param references: how many foreign keys SQLite has found.
    """
    columns = [row[1] for row in rows]
    if columns != [column.name for column in definition.columns]:
        return f"its columns are {', '.join(columns)}"
    for (_, name, _, notnull, default, key, kind), column in zip(rows, definition.columns, strict=True):
        kinds = [clause.kind for clause in column.clauses]
        if (default is None) is (ClauseKind.DEFAULT in kinds):
            return f"column {name} has the default {default}"
        if _KINDS.get(kind) is not (ClauseKind.GENERATED in kinds):
            return f"column {name} is of another kind"
        if notnull and not key and ClauseKind.NOT_NULL not in kinds:  # of a key it may go without saying
            return f"column {name} is NOT NULL"
    keys = {folded(name) for _, name, _, _, _, place, _ in rows if place}
    if keys != {folded(name) for clause in definition.of_kind(ClauseKind.PRIMARY_KEY) for name in clause.columns}:
        return f"its primary key is ({', '.join(sorted(keys))})"
    if references != len(definition.of_kind(ClauseKind.FOREIGN_KEY)):
        return f"it has {references} foreign keys"
    return None
