"""A table as SQLAlchemy reflects it, completed by what its own text says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Constraint,
    Dialect,
    ForeignKeyConstraint,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    inspect,
)
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.schema import ColumnCollectionConstraint, Computed, SchemaItem, conv
from sqlalchemy.types import NullType, TypeEngine

from whimbrel.ddl import plain_text
from whimbrel_sqlite.catalog import Catalog
from whimbrel_sqlite.definition import Clause, ClauseKind, TableDefinition
from whimbrel_sqlite.grammar import read_create_index
from whimbrel_sqlite.names import folded
from whimbrel_sqlite.tokens import meaningful
from whimbrel_sqlite.types import type_of

ORIGIN: Final = "whimbrel_sqlite_clause"
"""Under this key, ``info`` of a reflected constraint has the place of its clause in the table's definition."""

TEXT: Final = "whimbrel_sqlite_text"
"""Under this key, ``info`` of a reflected table has the text of its CREATE TABLE."""

_ONLY_OF_AUTOLOAD: Final = frozenset(
    ["autoload_replace", "autoload_with", "extend_existing", "include_columns", "keep_existing", "resolve_fks"]
)


def reflect(
    connection: Connection,
    table_name: str,
    schema: str | None,
    reflect_args: Sequence[Any],
    reflect_kwargs: Mapping[str, Any],
) -> Table:
    """Return a table with every constraint and index it has, each constraint knowing its place in the text.

    :param connection: to the database.
    :param table_name: the table.
    :param schema: its schema; ``None`` for where SQLite finds it.
    :param reflect_args: columns and constraints that replace or complete what is reflected.
    :param reflect_kwargs: keywords of the Table.
    :raises sqlalchemy.exc.NoSuchTableError: there is no such table.
    :raises UnsupportedOperation: it is a view or a virtual table, or its text cannot be read.
    """
    catalog = Catalog(connection, table_name, schema)
    catalog.require_table()
    definition = catalog.definition()

    options: dict[str, Any] = {"sqlite_autoincrement": definition.autoincrement, "sqlite_with_rowid": definition.rowid}
    if definition.strict and knows_strict(connection.dialect):
        options["sqlite_strict"] = True
    keywords = {name: value for name, value in reflect_kwargs.items() if name not in _ONLY_OF_AUTOLOAD}
    keywords["info"] = {**keywords.get("info", {}), TEXT: definition.sql}
    table = Table(table_name, MetaData(), schema=schema, **{**options, **keywords})
    given = {folded(item.name): item for item in reflect_args if isinstance(item, Column)}
    for column in _columns(connection, table, definition):
        table.append_column(given.get(folded(column.name), column))
    _constrain(table, catalog, definition, [item for item in reflect_args if not isinstance(item, Column)])
    for item in catalog.objects(catalog.schema):
        if item.type == "index" and item.sql and folded(item.table) == folded(catalog.name):
            _index(table, item.sql)
    return table


def origin(constraint: Constraint) -> int | None:
    """Return the place of a constraint's clause in the definition it was reflected from; ``None`` for a new one."""
    place: int | None = constraint.info.get(ORIGIN)
    return place


def knows_strict(dialect: Dialect) -> bool:
    """Return whether SQLAlchemy has the keyword ``sqlite_strict``: since 2.0.37."""
    return any(item is Table and "strict" in names for item, names in dialect.construct_arguments or ())


# -- columns ----------------------------------------------------------------------------------------------------------


def reflected_columns(
    definition: TableDefinition, of_type: Callable[[str], TypeEngine[Any]]
) -> Iterator[ReflectedColumn]:
    """Yield what a definition says of each column, in the shape of SQLAlchemy's Inspector.

    :param definition: what a CREATE TABLE says.
    :param of_type: makes a type of its name; it may be the same one each time.
    """
    for said in definition.columns:
        clauses = {clause.kind: clause for clause in said.clauses}  # the last of a kind is the one that counts
        type_ = of_type(definition.sql[said.type_start : said.type_end])
        if (collate := clauses.get(ClauseKind.COLLATE)) is not None and isinstance(type_, String):
            type_ = type_.adapt(type(type_), collation=collate.body)
        default, generated = clauses.get(ClauseKind.DEFAULT), clauses.get(ClauseKind.GENERATED)
        found: ReflectedColumn = {
            "name": said.name,
            "type": type_,
            "nullable": ClauseKind.NOT_NULL not in clauses,
            "default": None if default is None else default.body,
        }
        if generated is not None:
            found["computed"] = {"sqltext": generated.body, "persisted": "STORED" in generated.words}
        yield found


def _columns(connection: Connection, table: Table, definition: TableDefinition) -> Iterator[Column[Any]]:
    """Yield the columns; listeners hear of each what they hear of a Table with ``autoload_with``."""
    inspector = inspect(connection)
    key = {folded(name) for clause in definition.of_kind(ClauseKind.PRIMARY_KEY) for name in clause.columns}
    for facts in reflected_columns(definition, lambda name: type_of(name, connection.dialect)):
        computed = facts.pop("computed", None)
        found: dict[str, Any] = {**facts, "primary_key": int(folded(facts["name"]) in key)}
        table.dispatch.column_reflect(inspector, table, found)
        column: Column[Any] = Column(
            found["name"],
            found["type"],
            server_default=None if found["default"] is None else plain_text(found["default"]),
            key=found.get("key", found["name"]),
            nullable=found["nullable"],
            info=found.get("info", {}),
        )
        if computed is not None:
            item = Computed(plain_text(computed["sqltext"]), persisted=computed.get("persisted"))
            item._set_parent_with_dispatch(column)  # how Column() itself takes it
        yield column


# -- constraints ------------------------------------------------------------------------------------------------------


def _constrain(table: Table, catalog: Catalog, definition: TableDefinition, own: Iterable[SchemaItem]) -> None:
    """Give a table its constraints: what the caller has said by *own*, and what its definition has besides."""
    for item in own:
        item._set_parent_with_dispatch(table)  # how Table() itself takes an item
    given = [item for item in own if isinstance(item, Constraint)]
    for place, clause in enumerate(definition.clauses):
        constraint = next((item for item in given if _says(item, table, catalog, clause)), None)
        if constraint is None:
            constraint = _constraint(table, catalog, clause)
            table.append_constraint(constraint)
        else:
            given.remove(constraint)
        constraint.info[ORIGIN] = place


def _says(constraint: Constraint, table: Table, catalog: Catalog, clause: Clause) -> bool:
    """Return whether a constraint of the caller's is what a clause says, to give it a name for instance."""
    if isinstance(constraint, CheckConstraint):
        return clause.kind is ClauseKind.CHECK and _words(str(constraint.sqltext)) == _words(clause.body)
    columns = [folded(name) for name in clause.columns]
    if not isinstance(constraint, ColumnCollectionConstraint) or columns != _names(constraint.columns):
        return False
    if isinstance(constraint, ForeignKeyConstraint):
        if clause.reference is None:
            return False
        schema = f"{table.schema}." if table.schema else ""
        targets = [folded(f"{schema}{clause.reference.table}.{column}") for column in _referred(catalog, clause)]
        return targets == [folded(element.target_fullname) for element in constraint.elements]
    kinds = {PrimaryKeyConstraint: ClauseKind.PRIMARY_KEY, UniqueConstraint: ClauseKind.UNIQUE}
    return any(isinstance(constraint, class_) and clause.kind is kind for class_, kind in kinds.items())


def _constraint(table: Table, catalog: Catalog, clause: Clause) -> Constraint:
    name = conv(clause.name) if clause.name is not None else None  # as it is: no naming convention applies
    if clause.kind is ClauseKind.CHECK:
        return CheckConstraint(plain_text(clause.body), name=name)
    columns = [_column(table, column) for column in clause.columns]
    if clause.kind is ClauseKind.PRIMARY_KEY:
        return PrimaryKeyConstraint(*columns, name=name)
    if clause.kind is ClauseKind.UNIQUE:
        return UniqueConstraint(*columns, name=name)
    assert clause.reference is not None
    actions = dict(clause.reference.on)
    return ForeignKeyConstraint(
        [column.name for column in columns],
        _referents(table, clause.reference.table, _referred(catalog, clause)),
        name=name,
        ondelete=actions.get("DELETE"),
        onupdate=actions.get("UPDATE"),
        match=clause.reference.match,
        deferrable=clause.reference.deferrable,
        initially=clause.reference.initially,
    )


def _column(table: Table, name: str) -> Column[Any]:
    return next(column for column in table.columns if folded(column.name) == folded(name))


def _referred(catalog: Catalog, clause: Clause) -> list[str]:
    """Return the columns a foreign key refers to."""
    assert clause.reference is not None
    columns = list(clause.reference.columns or catalog.primary_key(clause.reference.table))
    # A parent that is not there, or has another key: SQLite does not mind until the foreign key is used.
    return columns if len(columns) == len(clause.columns) else list(clause.columns)


def _referents(table: Table, name: str, columns: list[str]) -> list[Column[Any]]:
    """Return the columns a foreign key refers to, in a table made up for it unless it is the table itself."""
    if folded(name) == folded(table.name):
        return [_column(table, column) for column in columns]
    key = f"{table.schema}.{name}" if table.schema else name
    other = table.metadata.tables.get(key)
    if other is None:
        other = Table(name, table.metadata, schema=table.schema)
    for column in columns:
        if column not in other.columns:
            other.append_column(Column(column, NullType()))
    return [other.columns[column] for column in columns]


def _names(columns: Iterable[Column[Any]]) -> list[str]:
    return [folded(column.name) for column in columns]


def _words(sql: str) -> list[str]:
    return [token.text.lower() for token in meaningful(sql) if token.text not in ("(", ")")]


# -- indexes ----------------------------------------------------------------------------------------------------------


def _index(table: Table, sql: str) -> None:
    """Give a table an index of the database, expressions and condition as they are written."""
    said = read_create_index(sql)
    columns = {folded(column.name): column for column in table.columns}
    items = [columns.get(folded(item.column or ""), plain_text(item.text)) for item in said.items]
    keywords: dict[str, Any] = {} if said.where is None else {"sqlite_where": plain_text(said.where)}
    Index(conv(said.name), *items, unique=said.unique, _table=table, **keywords)
