"""Sweep: all that a database says of many tables, in a handful of statements, whatever their number.

The texts in sqlite_schema say nearly everything; one PRAGMA about columns says whether they were read as SQLite reads
them. Where they were not, SQLAlchemy's Inspector is asked about that table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, Inspector
from sqlalchemy.engine.interfaces import (
    ReflectedForeignKeyConstraint,
    ReflectedIndex,
)

from whimbrel.ddl import plain_text
from whimbrel.impl.reflected import ReflectedTable
from whimbrel.impl.reflected import read_tables as read_with_inspector
from whimbrel_sqlite.catalog import difference
from whimbrel_sqlite.definition import Clause, ClauseKind, TableDefinition
from whimbrel_sqlite.grammar import Unreadable, read_create_index, read_create_table
from whimbrel_sqlite.names import folded, quoted
from whimbrel_sqlite.reflection import knows_strict, reflected_columns
from whimbrel_sqlite.tokens import Kind, meaningful
from whimbrel_sqlite.types import type_of

_TEXTS: Final = "SELECT type, name, tbl_name, sql FROM {}.sqlite_master WHERE type IN ('table', 'index') AND sql <> ''"
_COLUMNS: Final = (
    'SELECT m.name, x.cid, x.name, x.type, x."notnull", x.dflt_value, x.pk, x.hidden '
    "FROM {}.sqlite_master AS m, pragma_table_xinfo(m.name, ?) AS x WHERE m.type = 'table' AND m.rootpage <> 0"
)
_REFERENCES: Final = (
    "SELECT m.name, count(DISTINCT x.id) FROM {}.sqlite_master AS m, pragma_foreign_key_list(m.name, ?) AS x "
    "WHERE m.type = 'table' AND m.rootpage <> 0 GROUP BY m.name"
)
SINCE: Final = (3, 31)
"""The version of SQLite that has ``pragma_table_xinfo`` with all that is asked of it."""


class Sweep:
    """Reads tables of one schema.

    :param connection: to the database.
    :param inspector: on it; asked about tables whose text cannot be read.
    :param schema: the schema; ``None`` for the main one.
    :param checks: whether CHECK constraints are wanted.
    """

    def __init__(self, connection: Connection, inspector: Inspector, schema: str | None, *, checks: bool) -> None:
        self._connection = connection
        self._inspector = inspector
        self._schema = schema
        self._place = schema or "main"
        self._checks = checks
        self._dialect = connection.dialect
        self._strict = knows_strict(connection.dialect)
        self._type = cache(lambda text: type_of(text, connection.dialect))
        self._tables: dict[str, str] = {}
        self._indexes: dict[str, list[str]] = defaultdict(list)
        self._columns: dict[str, list[Any]] = defaultdict(list)
        self._references: dict[str, int] = {}

    def read(self, names: Collection[str]) -> Iterator[ReflectedTable]:
        """Yield the tables of these names, in the order of the names, but those that are not there.

        :param names: the tables.
        """
        if not names:
            return
        self._ask()
        spelled = {folded(name): name for name in self._tables}
        for name in sorted(names):
            if name not in self._tables:
                continue
            if name not in self._columns:
                yield ReflectedTable(self._schema, name, [], opaque="it is a virtual table, made by its module")
                continue
            try:
                yield self._table(name, spelled)
            except Unreadable:
                yield from read_with_inspector(self._inspector, self._schema, [name], checks=self._checks)

    def _ask(self) -> None:
        for kind, name, table, sql in self._rows(_TEXTS):
            if kind == "table":
                self._tables[name] = sql
            else:
                self._indexes[folded(table)].append(sql)
        for name, *row in self._rows(_COLUMNS, self._place):
            self._columns[name].append(row)
        self._references = dict(self._rows(_REFERENCES, self._place))

    def _rows(self, sql: str, *values: str) -> Iterable[Any]:
        return self._connection.exec_driver_sql(sql.format(quoted(self._place)), values).fetchall()

    # -- one table ----------------------------------------------------------------------------------------------------

    def _table(self, name: str, spelled: dict[str, str]) -> ReflectedTable:
        """Return what a table's texts say.

        :raises Unreadable: they cannot be read, or SQLite reads them otherwise.
        """
        sql, rows = self._tables[name], self._columns[name]
        definition = read_create_table(sql)
        if difference(definition, rows, self._references.get(name, 0)) is not None:
            raise Unreadable(sql, 0)
        columns = list(reflected_columns(definition, self._type))
        for column, row in zip(columns, rows, strict=True):
            column["nullable"] = not row[3]  # of a key it goes without saying WITHOUT ROWID
        own = {folded(column["name"]): column["name"] for column in columns}
        table = ReflectedTable(self._schema, name, columns)
        for clause in definition.clauses:
            self._constrain(table, clause, own, spelled)
        table.check_constraints.sort(key=lambda item: item["name"] or "~")
        table.indexes += [self._index(text, own) for text in self._indexes[folded(name)]]
        table.indexes.sort(key=lambda item: item["name"] or "")
        table.options = self._options(definition)
        return table

    def _constrain(self, table: ReflectedTable, clause: Clause, own: dict[str, str], spelled: dict[str, str]) -> None:
        columns = [own[folded(name)] for name in clause.columns if folded(name) in own]
        if clause.kind is ClauseKind.PRIMARY_KEY:
            table.primary_key = {"constrained_columns": columns, "name": clause.name}
        elif clause.kind is ClauseKind.UNIQUE:
            table.unique_constraints.append({"name": clause.name, "column_names": columns})
        elif clause.kind is ClauseKind.FOREIGN_KEY:
            table.foreign_keys.append(self._foreign_key(clause, columns, spelled))
        elif clause.kind is ClauseKind.CHECK and self._checks:
            table.check_constraints.append({"name": clause.name, "sqltext": clause.body})

    def _foreign_key(
        self, clause: Clause, columns: list[str], spelled: dict[str, str]
    ) -> ReflectedForeignKeyConstraint:
        reference = clause.reference
        assert reference is not None
        table = spelled.get(folded(reference.table), reference.table)
        parent = self._columns.get(table, [])
        if reference.columns:
            names = {folded(row[1]): row[1] for row in parent}
            referred = [names.get(folded(name), name) for name in reference.columns]
        else:
            key = [row[1] for row in sorted(parent, key=lambda row: int(row[5])) if row[5]]
            # A parent that is not there, or has another key: SQLite does not mind until the foreign key is used.
            referred = key if len(key) == len(columns) else columns
        actions = {f"on{event.lower()}": action for event, action in reference.on if action != "NO ACTION"}
        options: dict[str, Any] = {name: actions[name] for name in ("ondelete", "onupdate") if name in actions}
        for name in ("deferrable", "initially", "match"):
            if (value := getattr(reference, name)) is not None:
                options[name] = value
        return {
            "name": clause.name,
            "constrained_columns": columns,
            "referred_schema": self._schema,
            "referred_table": table,
            "referred_columns": referred,
            "options": options,
        }

    def _options(self, definition: TableDefinition) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if definition.autoincrement:
            found["sqlite_autoincrement"] = True
        if not definition.rowid:
            found["sqlite_with_rowid"] = False
        if definition.strict and self._strict:
            found["sqlite_strict"] = True
        return found

    def _index(self, sql: str, own: dict[str, str]) -> ReflectedIndex:
        said = read_create_index(sql)
        names: list[str | None] = []
        expressions: list[str] = []
        sorting: dict[str, tuple[str]] = {}
        for item in said.items:
            text, column, descending = item.text, item.column, False
            words = meaningful(text)
            if column is None and words[-1].keyword in ("ASC", "DESC"):
                descending = words[-1].keyword == "DESC"
                plain = text[: words[-1].start].rstrip()
                if len(words) == 2 and words[0].is_name:
                    column = words[0].name
                elif not descending:
                    text = plain
            name = None if column is None or words[0].kind is Kind.LITERAL else own.get(folded(column))
            names.append(name)
            expressions.append(text if name is None else name)
            if name is not None and descending:
                sorting[name] = ("desc",)
        found: ReflectedIndex = {"name": said.name, "column_names": names, "unique": said.unique}
        if None in names:
            found["expressions"] = expressions
        if sorting:
            found["column_sorting"] = sorting
        if said.where is not None:
            found["dialect_options"] = {"sqlite_where": plain_text(said.where)}
        return found
