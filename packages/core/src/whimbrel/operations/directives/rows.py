"""Directives about rows: insert many; require that there are none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, literal_column, select, table, text
from sqlalchemy.sql.expression import TableClause

from whimbrel.operations.directives.base import AlterTableOp, Invoker, MigrateOperation
from whimbrel.operations.registry import register_operation


@register_operation("bulk_insert")
class BulkInsertOp(MigrateOperation):
    """Insert rows.

    :param table: the table: what ``op.create_table`` returned, or ``sqlalchemy.table(name, column(...), ...)``.
    :param rows: a dictionary for each row; a generator is read as it is needed.
    :param multiinsert: send rows alike in one go.
    :raises TypeError: *table* is no table, but a name, say.
    """

    def __init__(
        self, table: Table | TableClause, rows: Iterable[Mapping[str, Any]], *, multiinsert: bool = True
    ) -> None:
        if not isinstance(table, TableClause):
            raise _no_table(table, rows)
        self.table = table
        self.rows = rows
        self.multiinsert = multiinsert

    @classmethod
    def bulk_insert(
        cls,
        operations: Invoker,
        table: Table | TableClause,
        rows: Iterable[Mapping[str, Any]],
        *,
        multiinsert: bool = True,
    ) -> None:
        """Carry out ``op.bulk_insert``."""
        operations.invoke(cls(table, rows, multiinsert=multiinsert))


@register_operation("require_no_rows")
class RequireNoRowsOp(AlterTableOp):
    """Go on only where a table has no rows, or none that a condition is true of.

    :param table_name: the table.
    :param schema: its schema.
    :param where: the condition, as SQL text or an expression; without it any row counts.
    """

    def __init__(
        self, table_name: str, *, schema: str | None = None, where: ColumnElement[bool] | str | None = None
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.where = where

    @classmethod
    def require_no_rows(
        cls,
        operations: Invoker,
        table_name: str,
        *,
        schema: str | None = None,
        where: ColumnElement[bool] | str | None = None,
    ) -> None:
        """Carry out ``op.require_no_rows``."""
        operations.invoke(cls(table_name, schema=schema, where=where))

    def to_select(self) -> Select[Any]:
        """Return the query that is to find nothing."""
        found: Select[Any] = select(literal_column("1")).select_from(table(self.table_name, schema=self.schema))
        condition = text(self.where.replace(":", "\\:")) if isinstance(self.where, str) else self.where
        return found if condition is None else found.where(condition)


def _no_table(given: Any, rows: object) -> TypeError:
    """Return the error about what is no table, with the call that was meant as far as it can be told."""
    if isinstance(given, str):
        return TypeError(
            f"bulk_insert() takes a table, not {given!r}. Describe it, with the columns to be filled and their types: "
            f"bulk_insert({_described(given, rows)}, rows)"
        )
    name = getattr(given, "__tablename__", None)
    if isinstance(name, str):
        return TypeError(
            f"bulk_insert() takes a table, not class {given.__name__}. Models change and this script does not: "
            f"describe the table as it is now: bulk_insert({_described(name, rows)}, rows)"
        )
    return TypeError(
        f"bulk_insert() takes a table, not {given!r}: what create_table() returned, or {_described('account', None)}."
    )


def _described(name: str, rows: object) -> str:
    """Return the ``sa.table(...)`` for rows that are there to be looked at; for others an example."""
    first = rows[0] if isinstance(rows, Sequence) and rows else None
    if not isinstance(first, Mapping):
        return f"sa.table({name!r}, sa.column('name', sa.String), ...)"
    columns = ", ".join(f"sa.column({column!r}, ...)" for column in first)
    return f"sa.table({name!r}, {columns})"
