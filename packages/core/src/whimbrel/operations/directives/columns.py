"""Directives about one column: add, drop."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column
from sqlalchemy.types import NullType

from whimbrel.operations.directives.base import AlterTableOp, BatchInvoker, Invoker, RunContext, check_keywords
from whimbrel.operations.registry import register_operation


@register_operation("add_column")
class AddColumnOp(AlterTableOp):
    """Add a column.

    :param table_name: the table.
    :param column: the new column.
    :param schema: the table's schema.
    :param if_not_exists: say nothing when it is there already.
    :param inline_references: spell its foreign keys inside of the column.
    :param inline_primary_key: spell ``PRIMARY KEY`` inside of the column.
    :param kw: dialects' keywords, such as ``mysql_after``; of a batch, ``insert_before``, ``insert_after``.
    """

    def __init__(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        **kw: Any,
    ) -> None:
        check_keywords("add_column", kw, ("schema", "if_not_exists", "inline_references", "inline_primary_key"))
        super().__init__(table_name, schema=schema)
        self.column = column
        self.if_not_exists = if_not_exists
        self.inline_references = inline_references
        self.inline_primary_key = inline_primary_key
        self.kw = kw

    @classmethod
    def add_column(
        cls,
        operations: Invoker,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``op.add_column``."""
        operations.invoke(
            cls(
                table_name,
                column,
                schema=schema,
                if_not_exists=if_not_exists,
                inline_references=inline_references,
                inline_primary_key=inline_primary_key,
                **kw,
            )
        )

    @classmethod
    def batch_add_column(
        cls,
        operations: BatchInvoker,
        column: Column[Any],
        *,
        insert_before: str | None = None,
        insert_after: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``batch.add_column``."""
        operations.invoke(
            cls(
                operations.table_name,
                column,
                schema=operations.schema,
                if_not_exists=if_not_exists,
                inline_references=inline_references,
                inline_primary_key=inline_primary_key,
                **place(insert_before, insert_after),
                **kw,
            )
        )

    @classmethod
    def from_column(cls, col: Column[Any]) -> AddColumnOp:
        """Return the directive that adds *col*, which stands in a table, to that table."""
        return cls(col.table.name, col, schema=col.table.schema)

    @classmethod
    def from_column_and_tablename(cls, schema: str | None, tname: str, col: Column[Any]) -> AddColumnOp:
        """Return the directive that adds *col* to the table *tname*."""
        return cls(tname, col, schema=schema)

    def to_column(self) -> Column[Any]:
        """Return the column."""
        return self.column

    def reverse(self) -> DropColumnOp:
        """Return the directive that drops the column, and knows how to add it again."""
        return DropColumnOp(self.table_name, self.column.name, schema=self.schema, _reverse=self)

    def to_diff_tuple(self) -> tuple[str, str | None, str, Column[Any]]:
        """Return ``("add_column", schema, table name, column)``."""
        return ("add_column", self.schema, self.table_name, self.to_column())


@register_operation("drop_column")
class DropColumnOp(AlterTableOp):
    """Drop a column.

    :param table_name: the table.
    :param column_name: the column.
    :param schema: the table's schema.
    :param if_exists: say nothing when it is not there.
    :param kw: dialects' keywords, such as ``mssql_drop_check``.
    """

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: AddColumnOp | None = None,
        **kw: Any,
    ) -> None:
        check_keywords("drop_column", kw, ("schema", "if_exists"))
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.if_exists = if_exists
        self.kw = kw
        self._reverse = _reverse

    @classmethod
    def drop_column(
        cls,
        operations: Invoker,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``op.drop_column``."""
        operations.invoke(cls(table_name, column_name, schema=schema, if_exists=if_exists, **kw))

    @classmethod
    def batch_drop_column(
        cls, operations: BatchInvoker, column_name: str, *, if_exists: bool | None = None, **kw: Any
    ) -> None:
        """Carry out ``batch.drop_column``."""
        operations.invoke(cls(operations.table_name, column_name, schema=operations.schema, if_exists=if_exists, **kw))

    @classmethod
    def from_column_and_tablename(cls, schema: str | None, tname: str, col: Column[Any]) -> DropColumnOp:
        """Return the directive that drops *col* from the table *tname*, and knows how to add it again."""
        return AddColumnOp.from_column_and_tablename(schema, tname, col).reverse()

    def to_column(self, migration_context: RunContext | None = None) -> Column[Any]:
        """Return the column: as it was, where that is known, else by name alone."""
        return self._reverse.column if self._reverse is not None else Column(self.column_name, NullType())

    def reverse(self) -> AddColumnOp:
        """Return the directive that adds the column again.

        :raises ValueError: what the column was is not known.
        """
        if self._reverse is None:
            raise ValueError(
                f"The drop of column {self.table_name}.{self.column_name} cannot be reversed: what the column was "
                "is not known."
            )
        added = AddColumnOp.from_column_and_tablename(self.schema, self.table_name, self._reverse.column)
        added.inline_primary_key = self._reverse.inline_primary_key
        return added

    def to_diff_tuple(self) -> tuple[str, str | None, str, Column[Any]]:
        """Return ``("remove_column", schema, table name, column)``."""
        return ("remove_column", self.schema, self.table_name, self.to_column())


def place(insert_before: str | None, insert_after: str | None) -> dict[str, str]:
    """Return the keywords of a directive that say where a column is to stand, as far as they are given."""
    places = {"insert_before": insert_before, "insert_after": insert_after}
    return {name: column for name, column in places.items() if column is not None}
