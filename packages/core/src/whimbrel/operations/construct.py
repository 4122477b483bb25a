"""Scratch tables: the SQLAlchemy constructs of a directive need a Table around them, which is made up here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Column, Constraint, ForeignKey, ForeignKeyConstraint, MetaData, Table
from sqlalchemy.exc import ArgumentError, NoReferencedColumnError, NoReferencedTableError
from sqlalchemy.schema import SchemaItem
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.visitors import replacement_traverse
from sqlalchemy.types import Enum, NullType

from whimbrel.entry_points import DIALECTS, installed

if TYPE_CHECKING:
    from whimbrel.operations.directives.base import RunContext

Made = TypeVar("Made")


def scratch_metadata(context: RunContext | None) -> MetaData:
    """Return an empty MetaData with the naming convention of the run's ``target_metadata``.

    :param context: the run; ``None`` for no convention.
    """
    metadata = MetaData()
    target = context.opts.get("target_metadata") if context is not None else None
    for candidate in target if isinstance(target, Sequence) else (target,):
        if candidate is not None and candidate.naming_convention != metadata.naming_convention:
            return MetaData(naming_convention=candidate.naming_convention)
    return metadata


def scratch_table(
    name: str, context: RunContext | None, *items: SchemaItem, schema: str | None = None, **kw: Any
) -> Table:
    """Return a table of its own MetaData that holds *items*, or copies of those that have a table already.

    What its foreign keys refer to is made up too, so that they can be spelt.

    :param name: the table's name.
    :param context: the run, for its naming convention.
    :param items: columns, constraints, indexes.
    :param schema: the table's schema.
    :param kw: further keywords of the Table.
    """
    table = Table(name, scratch_metadata(context), schema=schema, **kw)
    for item in _columns_first(items):
        if isinstance(item, Column):
            table.append_column(own_column(item))
        elif isinstance(item, Constraint):
            table.append_constraint(_own_constraint(item, table))
        else:
            item._set_parent_with_dispatch(table)  # how Table() itself takes an Index or a Sequence
    make_up_referents(table)
    return table


def make_up_referents(table: Table) -> None:
    """See that the MetaData of a table has what its foreign keys refer to, if only by name: to spell them takes it."""
    for key in table.foreign_keys:
        _make_up_referent(key, table)


def construct(make: Callable[..., Made], *args: Any, **kw: Any) -> Made:
    """Return ``make(*args, **kw)``, where *kw* may hold keywords that a dialect's package adds to SQLAlchemy's own.

    Such a package is loaded in runs on its own database; a script that is written for several is to run on all.

    :param make: SQLAlchemy's class, or a function that makes one of its objects.
    :raises sqlalchemy.exc.ArgumentError: neither SQLAlchemy nor the installed package knows a keyword.
    """
    try:
        return make(*args, **kw)
    except ArgumentError:
        names = {keyword.partition("_")[0] for keyword in kw}
        for point in installed(DIALECTS):
            if point.name in names:
                point.load()
        return make(*args, **kw)


def name_columns(names: Iterable[str]) -> list[Column[Any]]:
    """Return columns of no type, one for each name once."""
    return [Column(name, NullType()) for name in dict.fromkeys(names)]


def included_names(keywords: Mapping[str, Any]) -> list[str]:
    """Return the names of columns that dialects' keywords look up in the table: PostgreSQL's and SQL Server's INCLUDE.

    :param keywords: those of an index or a constraint, such as ``postgresql_include=["total"]``.
    """
    lists = [value for keyword, value in keywords.items() if keyword.endswith("_include") and value]
    return [item for value in lists for item in value if isinstance(item, str)]


def of_no_table(expression: Any) -> Any:
    """Return an SQL expression whose columns belong to no table: what is made of it does not join theirs.

    :param expression: a condition, say, over the columns of the models.
    """

    def replacement(element: Any, **kw: Any) -> Any:
        return ColumnClause(element.name, element.type) if isinstance(element, Column) else None

    return replacement_traverse(expression, {}, replacement)


def own_column(column: Column[Any]) -> Column[Any]:
    """Return *column*, or a copy if it stands in a table already."""
    attached = getattr(column, "table", None) is not None
    return copied_column(column) if attached else column


def copied_column(column: Column[Any]) -> Column[Any]:
    """Return a copy of a column that stands in no table; SQLAlchemy's own forgets which characters an ENUM holds."""
    copied = column._copy()
    if isinstance(column.type, Enum):
        for word in ("charset", "collation", "ascii", "unicode", "binary", "national"):
            if value := getattr(column.type, word, None):
                setattr(copied.type, word, value)
    return copied


def _columns_first(items: Iterable[SchemaItem]) -> list[SchemaItem]:
    return sorted(items, key=lambda item: not isinstance(item, Column))


def _own_constraint(constraint: Constraint, table: Table) -> Constraint:
    if getattr(constraint, "parent", None) is None:
        return constraint
    if isinstance(constraint, ForeignKeyConstraint):
        return _own_foreign_key(constraint, table)
    return constraint._copy(target_table=table)


def _own_foreign_key(constraint: ForeignKeyConstraint, table: Table) -> ForeignKeyConstraint:
    """Return a copy that refers to columns by name; ``"table.key"`` means something in the models' MetaData only."""
    owner = constraint.table
    remote = []
    for element in constraint.elements:
        schema, name, column = referred_to(element)
        itself = (schema, name) == (owner.schema, owner.name)
        other = table if itself else referent(table.metadata, name, schema, ())
        remote.append(_column_named(other, column))
    words = ("name", "onupdate", "ondelete", "use_alter", "deferrable", "initially", "match", "comment")
    keywords = {word: getattr(constraint, word) for word in words}
    local = [element.parent.key for element in constraint.elements]
    return construct(ForeignKeyConstraint, local, remote, info=constraint.info, **keywords, **constraint.dialect_kwargs)


def referred_to(key: ForeignKey) -> tuple[str | None, str, str]:
    """Return schema, table and column that a foreign key refers to, whether or not its MetaData has them."""
    try:
        column = key.column
    except (NoReferencedTableError, NoReferencedColumnError):
        return _named(key)
    return column.table.schema, column.table.name, column.name


def referent(metadata: MetaData, name: str, schema: str | None, columns: Iterable[str]) -> Table:
    """Return the table of *metadata* of that name, made up if need be, with columns of these names."""
    table = metadata.tables.get(f"{schema}.{name}" if schema else name)
    if table is None:
        table = Table(name, metadata, schema=schema)
    for column in columns:
        _column_named(table, column)
    return table


def _column_named(table: Table, name: str) -> Column[Any]:
    """Return the column of that name, made up if need be; the models may know it by another key."""
    for column in table.c:
        if column.name == name:
            return column
    made: Column[Any] = Column(name, NullType())
    table.append_column(made)
    return made


def _make_up_referent(key: ForeignKey, table: Table) -> None:
    """See that the metadata has the table and column a foreign key names."""
    schema, name, column = referred_to(key)
    referent(table.metadata, name, schema, [column])


def _named(key: ForeignKey) -> tuple[str | None, str, str]:
    """Return schema, table and column that a foreign key names: ``[schema.]table[.column]``."""
    words = key.target_fullname.split(".")
    column = words.pop() if len(words) > 1 else key.parent.name
    return ".".join(words[:-1]) or key.parent.table.metadata.schema, words[-1], column
