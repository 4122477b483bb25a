"""Directives about indexes: create, drop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Index, Table, TextClause
from sqlalchemy.sql.visitors import replacement_traverse

from whimbrel.operations.construct import construct, included_names, name_columns, scratch_table
from whimbrel.operations.directives.base import BatchInvoker, Invoker, MigrateOperation, RunContext
from whimbrel.operations.registry import register_operation

IndexColumn = str | TextClause | ColumnElement[Any]

NO_TABLE = "no_table"
"""The name of the scratch table of an index whose own table was not named."""


@register_operation("create_index")
class CreateIndexOp(MigrateOperation):
    """Create an index.

    :param index_name: its name; ``None`` to have the naming convention make one.
    :param table_name: its table.
    :param columns: names of columns, or SQL expressions.
    :param schema: the table's schema.
    :param unique: whether it allows each value once only.
    :param if_not_exists: say nothing when it is there already.
    :param kw: the keywords that dialects give to an Index, such as ``postgresql_where``.
    """

    def __init__(
        self,
        index_name: str | None,
        table_name: str,
        columns: Sequence[IndexColumn],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        if isinstance(columns, str):
            raise TypeError(f"create_index() takes a list of columns, such as [{columns!r}], not a string.")
        self.index_name = index_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.unique = unique
        self.if_not_exists = if_not_exists
        self.kw = kw

    @classmethod
    def create_index(
        cls,
        operations: Invoker,
        index_name: str | None,
        table_name: str,
        columns: Sequence[IndexColumn],
        *,
        schema: str | None = None,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``op.create_index``."""
        operations.invoke(
            cls(index_name, table_name, columns, schema=schema, unique=unique, if_not_exists=if_not_exists, **kw)
        )

    @classmethod
    def batch_create_index(
        cls,
        operations: BatchInvoker,
        index_name: str | None,
        columns: Sequence[IndexColumn],
        *,
        unique: bool = False,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``batch.create_index``."""
        operations.invoke(
            cls(
                index_name,
                operations.table_name,
                columns,
                schema=operations.schema,
                unique=unique,
                if_not_exists=if_not_exists,
                **kw,
            )
        )

    @classmethod
    def from_index(cls, index: Index) -> CreateIndexOp:
        """Return the directive that creates *index*, which stands in a table."""
        assert index.table is not None
        return cls(
            index.name,
            index.table.name,
            list(index.expressions),
            schema=index.table.schema,
            unique=bool(index.unique),
            **index.dialect_kwargs,
        )

    def to_index(self, migration_context: RunContext | None = None) -> Index:
        """Return the index, in a scratch table.

        :param migration_context: the run, for its naming convention.
        """
        return index_in(
            scratch_table(
                self.table_name, migration_context, *name_columns(_names(self.columns, self.kw)), schema=self.schema
            ),
            self.index_name,
            self.columns,
            unique=self.unique,
            **self.kw,
        )

    def reverse(self) -> DropIndexOp:
        """Return the directive that drops the index, and knows how to create it again."""
        return DropIndexOp(self.index_name, self.table_name, schema=self.schema, _reverse=self, **self.kw)

    def to_diff_tuple(self) -> tuple[str, Index]:
        """Return ``("add_index", index)``."""
        return ("add_index", self.to_index())


@register_operation("drop_index")
class DropIndexOp(MigrateOperation):
    """Drop an index.

    :param index_name: its name.
    :param table_name: its table, which some databases (MySQL) want to know.
    :param schema: the table's schema.
    :param if_exists: say nothing when it is not there.
    :param kw: the keywords that dialects give to an Index, such as ``postgresql_concurrently``.
    """

    def __init__(
        self,
        index_name: str | None,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: CreateIndexOp | None = None,
        **kw: Any,
    ) -> None:
        self.index_name = index_name
        self.table_name = table_name
        self.schema = schema
        self.if_exists = if_exists
        self.kw = kw
        self._reverse = _reverse

    @classmethod
    def drop_index(
        cls,
        operations: Invoker,
        index_name: str,
        table_name: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``op.drop_index``."""
        operations.invoke(cls(index_name, table_name, schema=schema, if_exists=if_exists, **kw))

    @classmethod
    def batch_drop_index(
        cls, operations: BatchInvoker, index_name: str, *, if_exists: bool | None = None, **kw: Any
    ) -> None:
        """Carry out ``batch.drop_index``."""
        operations.invoke(cls(index_name, operations.table_name, schema=operations.schema, if_exists=if_exists, **kw))

    @classmethod
    def from_index(cls, index: Index) -> DropIndexOp:
        """Return the directive that drops *index*, and knows how to create it again."""
        return CreateIndexOp.from_index(index).reverse()

    def to_index(self, migration_context: RunContext | None = None) -> Index:
        """Return the index: as it was, where that is known, else by name alone."""
        if self._reverse is not None:
            return self._reverse.to_index(migration_context)
        table = scratch_table(self.table_name or NO_TABLE, migration_context, *name_columns(["x"]), schema=self.schema)
        return index_in(table, self.index_name, ["x"], **self.kw)

    def reverse(self) -> CreateIndexOp:
        """Return the directive that creates the index again.

        :raises ValueError: what the index was is not known.
        """
        if self._reverse is None:
            raise ValueError(
                f"The drop of index {self.index_name} cannot be reversed: what the index was is not known."
            )
        return self._reverse

    def to_diff_tuple(self) -> tuple[str, Index]:
        """Return ``("remove_index", index)``."""
        return ("remove_index", self.to_index())


def _names(columns: Sequence[IndexColumn], keywords: dict[str, Any]) -> list[str]:
    """Return the names of columns that an index is to find in its table."""
    return [item for item in columns if isinstance(item, str)] + included_names(keywords)


def index_in(table: Table, name: str | None, columns: Sequence[IndexColumn], **kw: Any) -> Index:
    """Return the index in *table*, whichever table its expressions were written against."""

    def own(element: Any, **kw: Any) -> Any:
        if not isinstance(element, Column):
            return None
        if element.name not in table.c:
            table.append_column(Column(element.name, element.type))
        return table.c[element.name]

    # Any: SQLAlchemy types what comes out as more than an index takes.
    expressions: list[Any] = [i if isinstance(i, str) else replacement_traverse(i, {}, own) for i in columns]
    index = construct(Index, name, *expressions, **kw)
    if index.table is None:
        index._set_parent_with_dispatch(table)  # how Table() itself takes an Index
    return index
