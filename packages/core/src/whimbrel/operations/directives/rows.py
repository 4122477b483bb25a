"""The directive about rows: insert many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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
    """

    def __init__(
        self, table: Table | TableClause, rows: Iterable[Mapping[str, Any]], *, multiinsert: bool = True
    ) -> None:
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
