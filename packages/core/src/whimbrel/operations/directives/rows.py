"""The directive about rows: insert many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.sql.expression import TableClause

from whimbrel.operations.directives.base import Invoker, MigrateOperation
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
