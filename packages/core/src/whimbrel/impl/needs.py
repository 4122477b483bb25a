"""Which capabilities a change asks for, so that a dialect can refuse before it sends anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    ForeignKeyConstraint,
    Identity,
    PrimaryKeyConstraint,
    UniqueConstraint,
)
from sqlalchemy.schema import Constraint, Index
from sqlalchemy.sql.elements import ColumnClause, TextClause, UnaryExpression

from whimbrel.ddl.elements import (
    AlterColumn,
    ColumnComment,
    ColumnDefault,
    ColumnName,
    ColumnNullable,
    ColumnType,
    ComputedColumnDefault,
    IdentityColumnDefault,
)
from whimbrel.impl.capabilities import Capability

_BY_CHANGE: Final[dict[type[AlterColumn], Capability]] = {
    ColumnNullable: Capability.ALTER_COLUMN_NULLABLE,
    ColumnDefault: Capability.ALTER_COLUMN_DEFAULT,
    ColumnType: Capability.ALTER_COLUMN_TYPE,
    ColumnComment: Capability.COLUMN_COMMENT,
    ColumnName: Capability.RENAME_COLUMN,
}

_BY_CONSTRAINT: Final[dict[type[Constraint], tuple[Capability, str]]] = {
    PrimaryKeyConstraint: (Capability.ADD_PRIMARY_KEY, "create_primary_key"),
    ForeignKeyConstraint: (Capability.ADD_FOREIGN_KEY, "create_foreign_key"),
    UniqueConstraint: (Capability.ADD_UNIQUE, "create_unique_constraint"),
    CheckConstraint: (Capability.ADD_CHECK, "create_check_constraint"),
}


def of_change(change: AlterColumn) -> Capability:
    """Return what one change of a column asks for.

    :param change: one of the elements that change one thing.
    """
    was = change.existing_server_default
    if isinstance(change, ComputedColumnDefault):
        if change.default is None:
            return Capability.COMPUTED_TO_PLAIN
        return Capability.COMPUTED_EXPRESSION if isinstance(was, Computed) else Capability.PLAIN_TO_COMPUTED
    if isinstance(change, IdentityColumnDefault):
        if change.default is None:
            return Capability.IDENTITY_TO_PLAIN
        return Capability.IDENTITY_OPTIONS if isinstance(was, Identity) else Capability.PLAIN_TO_IDENTITY
    return _BY_CHANGE[type(change)]


def of_new_column(column: Column[Any], if_not_exists: bool | None) -> Iterator[Capability]:
    """Yield what it takes to add a column to a table.

    :param column: the column.
    :param if_not_exists: say nothing when it is there already.
    """
    yield Capability.ADD_COLUMN
    if if_not_exists:
        yield Capability.IF_EXISTS_COLUMN
    if column.computed is not None:
        yield Capability.ADD_COMPUTED_COLUMN
    elif not column.nullable:
        yield Capability.ADD_NOT_NULL_COLUMN


def of_new_constraint(const: Constraint) -> tuple[Capability, str] | None:
    """Return what it takes to add a constraint, and the operation that does; ``None`` where nothing can be said."""
    return next((needed for kind, needed in _BY_CONSTRAINT.items() if isinstance(const, kind)), None)


def of_new_index(index: Index, if_not_exists: bool | None) -> Iterator[Capability]:
    """Yield what it takes to create an index.

    :param index: the index.
    :param if_not_exists: say nothing when it is there already.
    """
    if if_not_exists:
        yield Capability.IF_EXISTS_INDEX
    if any(_is_expression(item) for item in index.expressions):
        yield Capability.EXPRESSION_INDEX


def _is_expression(item: Any) -> bool:
    """Return whether an item of an index is more than a column; of SQL text nobody knows: no."""
    while isinstance(item, UnaryExpression):  # DESC, NULLS LAST
        item = item.element
    return not isinstance(item, ColumnClause | TextClause)
