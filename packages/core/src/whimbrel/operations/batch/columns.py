"""DraftColumn: a column of a draft, free of its table, and where its values come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, literal_column
from sqlalchemy.schema import DefaultClause, FetchedValue
from sqlalchemy.types import TypeDecorator, TypeEngine

from whimbrel.ddl.elements import ServerDefault


@dataclass
class DraftColumn:
    """A column of a draft.

    :param column: as it is to be, attached to no table; constraints and indexes are the draft's.
    :param source: the column of the old table whose values it gets; ``None`` for one that is added.
    :param using: how values are converted, if that was said: SQL text or an expression.
    :param typed_anew: whether it is added or has got another type.
    :param collation_gone: whether it had a collation, by the type that it was said to have, and is to have none.
    :param in_primary_key: whether it was added as (part of) the primary key.
    """

    column: Column[Any]
    source: Column[Any] | None = None
    using: str | ColumnElement[Any] | None = None
    typed_anew: bool = False
    collation_gone: bool = False
    in_primary_key: bool = False

    def using_expression(self) -> ColumnElement[Any]:
        """Return :attr:`using` as an expression."""
        assert self.using is not None
        return literal_column(self.using) if isinstance(self.using, str) else self.using


def bare_column(column: Column[Any]) -> Column[Any]:
    """Return a copy of *column* that brings neither constraints nor indexes along, its key being its name."""
    copied = column._copy()
    copied.key = copied.name
    copied.unique = copied.index = None
    copied.primary_key = False
    copied.constraints.clear()
    copied.foreign_keys.clear()
    copied.type = unbound(copied.type)
    return copied


def set_default(column: Column[Any], default: ServerDefault | None) -> None:
    """Give a column that is in no table another default, another computation, or none."""
    if column.computed is not None:
        column.server_onupdate = None  # the Computed too
    column.server_default = column.computed = column.identity = None
    if default is None:
        return
    held = default if isinstance(default, FetchedValue) else DefaultClause(default)
    copied: Any = held._copy() if hasattr(held, "_copy") else held  # a Computed is of one column only
    copied._set_parent_with_dispatch(column)


def unbound(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    """Return *type_*, or, for a Boolean or Enum that brings a CHECK along, a copy that does not."""
    if isinstance(type_, TypeDecorator):
        if getattr(type_.impl_instance, "create_constraint", False):
            copied = type_.copy()
            copied.impl_instance = unbound(type_.impl_instance)
            return copied
        return type_
    if not getattr(type_, "create_constraint", False):
        return type_
    plain: Any = type_.copy()
    plain.create_constraint = False
    return plain  # type: ignore[no-any-return]  # Any for create_constraint, which only some types have
