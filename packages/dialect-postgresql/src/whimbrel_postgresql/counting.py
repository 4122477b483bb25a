"""The directive by which autogenerate lets a column count, or stop counting, by a sequence of its own."""

from __future__ import annotations

from typing import Any

from sqlalchemy.types import TypeEngine

from whimbrel.operations import Operations
from whimbrel.operations.ops import AlterTableOp


class AlterCountingOp(AlterTableOp):
    """Let a column count as SERIAL does, or stop counting; in scripts it is an ``op.alter_column()``.

    :param table_name: the table.
    :param column_name: the column.
    :param counts: whether it is to count; until now it is the other way round.
    :param existing_type: its type.
    :param schema: the table's schema.
    """

    def __init__(
        self,
        table_name: str,
        column_name: str,
        counts: bool,
        *,
        existing_type: TypeEngine[Any],
        schema: str | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.counts = counts
        self.existing_type = existing_type

    def reverse(self) -> AlterCountingOp:
        """Return the directive that makes it what it was."""
        return AlterCountingOp(
            self.table_name, self.column_name, not self.counts, existing_type=self.existing_type, schema=self.schema
        )

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return ``("modify_autoincrement", schema, table name, column name, {what it is besides}, from, to)``."""
        besides = {"existing_type": self.existing_type}
        place = (self.schema, self.table_name, self.column_name)
        return ("modify_autoincrement", *place, besides, not self.counts, self.counts)


def alter_counting(operations: Operations, op: AlterCountingOp) -> None:
    """Give the column a sequence, or take it away."""
    operations.impl.alter_column(
        op.table_name,
        op.column_name,
        schema=op.schema,
        existing_type=op.existing_type,
        autoincrement=op.counts,
        existing_autoincrement=not op.counts,
    )
