"""From a Table to directives: what adds each of its constraints, under the name that it has in the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import CheckConstraint, Constraint, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy.schema import conv

from whimbrel.operations import ops
from whimbrel.operations.batch.names import mentioned, renamed
from whimbrel.operations.batch.sql_text import plain


def constraints_of(table: Table, impl: Any) -> Iterator[tuple[ops.AddConstraintOp, str | None]]:
    """Yield what adds each constraint of *table*, and for those that a type brings along, which come last, its column.

    :param table: the table.
    :param impl: the dialect's ``DefaultImpl``, which knows which of them its database has.
    """
    names = {column.name: column.name for column in table.columns}
    constraints = [*table._sorted_constraints, *(c for column in table.columns for c in column.constraints)]
    for constraint in sorted(constraints, key=_is_bound):
        if isinstance(constraint, PrimaryKeyConstraint) and not len(constraint.columns):
            continue
        if isinstance(constraint, CheckConstraint) and not impl.wants(constraint):
            continue
        directive = renamed(ops.AddConstraintOp.from_constraint(constraint), names, impl.dialect)
        if isinstance(directive, ops.CreateCheckConstraintOp):
            directive.condition = plain(directive.condition)
        column = None
        if _is_bound(constraint):
            directive.constraint_name = _deferred_name(constraint, impl)
            column = next(iter(mentioned(directive, names, impl.dialect)), None)
        if directive.constraint_name is not None:
            directive.constraint_name = conv(directive.constraint_name)
        yield directive, column


def indexes_of(table: Table, impl: Any) -> list[ops.CreateIndexOp]:
    """Return what creates each index of *table*.

    :param table: the table.
    :param impl: the dialect's ``DefaultImpl``.
    """
    names = {column.name: column.name for column in table.columns}
    indexes = sorted(table.indexes, key=lambda index: str(index.name))
    return [renamed(ops.CreateIndexOp.from_index(index), names, impl.dialect) for index in indexes]


def conventional_name(directive: ops.AddConstraintOp, naming_convention: Mapping[str, Any]) -> str | None:
    """Return the name that a convention makes for a constraint without one; ``None`` where it says nothing."""
    name = directive.to_constraint(_Convention(naming_convention)).name
    return conv(name) if isinstance(name, str) else None


class _Convention:
    """Stands for a run whose models have this naming convention."""

    def __init__(self, naming_convention: Mapping[str, Any]) -> None:
        self.opts = {"target_metadata": MetaData(naming_convention=dict(naming_convention))}


def _is_bound(constraint: Constraint) -> bool:
    return bool(getattr(constraint, "_type_bound", False))  # set by SQLAlchemy's Boolean and Enum


def _deferred_name(constraint: Constraint, impl: Any) -> str | None:
    """Return the name of a type's constraint, which SQLAlchemy may make as late as in the SQL text."""
    if isinstance(constraint.name, str):
        return constraint.name
    preparer = impl.dialect.identifier_preparer
    spelt = preparer.format_constraint(constraint)
    return spelt.strip(f"{preparer.initial_quote}{preparer.final_quote}") if spelt else None
