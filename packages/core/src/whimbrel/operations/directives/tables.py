"""Directives about whole tables: create, drop, rename, comment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Table
from sqlalchemy.schema import PrimaryKeyConstraint, SchemaItem

from whimbrel.operations.construct import copied_column, scratch_table
from whimbrel.operations.directives.base import AlterTableOp, BatchInvoker, Invoker, MigrateOperation, RunContext
from whimbrel.operations.registry import register_operation


@register_operation("create_table")
class CreateTableOp(MigrateOperation):
    """Create a table.

    :param table_name: its name.
    :param columns: its columns and constraints.
    :param schema: its schema.
    :param if_not_exists: say nothing when it is there already.
    :param kw: ``comment``, ``info``, ``prefixes``, and the keywords that dialects give to a Table.
    """

    def __init__(
        self,
        table_name: str,
        columns: Sequence[SchemaItem],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        _constraints_included: bool = False,
        **kw: Any,
    ) -> None:
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.if_not_exists = if_not_exists
        self.comment: str | None = kw.pop("comment", None)
        self.info = dict(kw.pop("info", None) or {})
        self.prefixes: Sequence[str] | None = kw.pop("prefixes", None)
        self.kw = kw
        self._constraints_included = _constraints_included

    @classmethod
    def create_table(
        cls,
        operations: Invoker,
        table_name: str,
        *columns: SchemaItem,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> Table:
        """Carry out ``op.create_table``."""
        created: Table = operations.invoke(cls(table_name, columns, if_not_exists=if_not_exists, **kw))
        return created

    @classmethod
    def from_table(cls, table: Table) -> CreateTableOp:
        """Return the directive that creates *table* without its indexes, which are directives of their own."""
        return cls(
            table.name,
            [*table.columns, *(item for item in table._sorted_constraints if not _comes_with_a_column(item))],
            schema=table.schema,
            comment=table.comment,
            info=table.info,
            prefixes=list(table._prefixes),
            _constraints_included=True,
            **table.dialect_kwargs,
        )

    def to_table(self, migration_context: RunContext | None = None) -> Table:
        """Return the table, in a MetaData of its own.

        :param migration_context: the run, for its naming convention.
        """
        items = [_bare(item) for item in self.columns] if self._constraints_included else self.columns
        return scratch_table(self.table_name, migration_context, *items, schema=self.schema, **_table_keywords(self))

    def reverse(self) -> DropTableOp:
        """Return the directive that drops the table, and knows how to create it again."""
        return DropTableOp(self.table_name, schema=self.schema, table_kw=_table_keywords(self), _reverse=self)

    def to_diff_tuple(self) -> tuple[str, Table]:
        """Return ``("add_table", table)``."""
        return ("add_table", self.to_table())


@register_operation("drop_table")
class DropTableOp(MigrateOperation):
    """Drop a table.

    :param table_name: its name.
    :param schema: its schema.
    :param if_exists: say nothing when it is not there.
    :param table_kw: ``comment``, ``info``, ``prefixes``, and the keywords that dialects give to a Table.
    """

    def __init__(
        self,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        table_kw: Mapping[str, Any] | None = None,
        _reverse: CreateTableOp | None = None,
    ) -> None:
        keywords = dict(table_kw or {})
        self.table_name = table_name
        self.schema = schema
        self.if_exists = if_exists
        self.comment: str | None = keywords.pop("comment", None)
        self.info = dict(keywords.pop("info", None) or {})
        self.prefixes: Sequence[str] | None = keywords.pop("prefixes", None)
        self.table_kw = keywords
        self._reverse = _reverse

    @classmethod
    def drop_table(
        cls,
        operations: Invoker,
        table_name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``op.drop_table``."""
        operations.invoke(cls(table_name, schema=schema, if_exists=if_exists, table_kw=kw))

    @classmethod
    def from_table(cls, table: Table) -> DropTableOp:
        """Return the directive that drops *table*, and knows how to create it again."""
        return CreateTableOp.from_table(table).reverse()

    def to_table(self, migration_context: RunContext | None = None) -> Table:
        """Return the table: as it was, where that is known, else by name alone."""
        if self._reverse is not None:
            return self._reverse.to_table(migration_context)
        return scratch_table(self.table_name, migration_context, schema=self.schema, **_table_keywords(self))

    def reverse(self) -> CreateTableOp:
        """Return the directive that creates the table again.

        :raises ValueError: what the table was is not known.
        """
        if self._reverse is None:
            name = f"{self.schema}.{self.table_name}" if self.schema else self.table_name
            raise ValueError(
                f"The drop of table {name} cannot be reversed: its columns are not known. DropTableOp.from_table() "
                "makes one that knows them."
            )
        return self._reverse

    def to_diff_tuple(self) -> tuple[str, Table]:
        """Return ``("remove_table", table)``."""
        return ("remove_table", self.to_table())


@register_operation("rename_table")
class RenameTableOp(AlterTableOp):
    """Give a table another name.

    :param old_table_name: its name now.
    :param new_table_name: its name afterwards.
    :param schema: its schema, which it keeps.
    """

    def __init__(self, old_table_name: str, new_table_name: str, *, schema: str | None = None) -> None:
        super().__init__(old_table_name, schema=schema)
        self.new_table_name = new_table_name

    @classmethod
    def rename_table(
        cls, operations: Invoker, old_table_name: str, new_table_name: str, *, schema: str | None = None
    ) -> None:
        """Carry out ``op.rename_table``."""
        operations.invoke(cls(old_table_name, new_table_name, schema=schema))

    def reverse(self) -> RenameTableOp:
        """Return the directive that gives the old name back."""
        return RenameTableOp(self.new_table_name, self.table_name, schema=self.schema)

    def to_diff_tuple(self) -> tuple[str, str | None, str, str]:
        """Return ``("rename_table", schema, old name, new name)``."""
        return ("rename_table", self.schema, self.table_name, self.new_table_name)


@register_operation("create_table_comment")
class CreateTableCommentOp(AlterTableOp):
    """Set the comment of a table.

    :param table_name: the table.
    :param comment: its comment.
    :param schema: its schema.
    :param existing_comment: the comment it has now.
    """

    def __init__(
        self,
        table_name: str,
        comment: str | None,
        *,
        schema: str | None = None,
        existing_comment: str | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.comment = comment
        self.existing_comment = existing_comment

    @classmethod
    def create_table_comment(
        cls,
        operations: Invoker,
        table_name: str,
        comment: str | None,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Carry out ``op.create_table_comment``."""
        operations.invoke(cls(table_name, comment, schema=schema, existing_comment=existing_comment))

    @classmethod
    def batch_create_table_comment(
        cls, operations: BatchInvoker, comment: str | None, *, existing_comment: str | None = None
    ) -> None:
        """Carry out ``batch.create_table_comment``."""
        operations.invoke(
            cls(operations.table_name, comment, schema=operations.schema, existing_comment=existing_comment)
        )

    def to_table(self, migration_context: RunContext | None = None) -> Table:
        """Return the table, by name, with its comment."""
        return scratch_table(self.table_name, migration_context, schema=self.schema, comment=self.comment)

    def reverse(self) -> CreateTableCommentOp | DropTableCommentOp:
        """Return the directive that brings the old comment back, or none if there was none."""
        if self.existing_comment is None:
            return DropTableCommentOp(self.table_name, schema=self.schema, existing_comment=self.comment)
        return CreateTableCommentOp(
            self.table_name, self.existing_comment, schema=self.schema, existing_comment=self.comment
        )

    def to_diff_tuple(self) -> tuple[str, Table, str | None]:
        """Return ``("add_table_comment", table, existing comment)``."""
        return ("add_table_comment", self.to_table(), self.existing_comment)


@register_operation("drop_table_comment")
class DropTableCommentOp(AlterTableOp):
    """Take the comment of a table away.

    :param table_name: the table.
    :param schema: its schema.
    :param existing_comment: the comment it has now.
    """

    def __init__(self, table_name: str, *, schema: str | None = None, existing_comment: str | None = None) -> None:
        super().__init__(table_name, schema=schema)
        self.existing_comment = existing_comment

    @classmethod
    def drop_table_comment(
        cls,
        operations: Invoker,
        table_name: str,
        *,
        existing_comment: str | None = None,
        schema: str | None = None,
    ) -> None:
        """Carry out ``op.drop_table_comment``."""
        operations.invoke(cls(table_name, schema=schema, existing_comment=existing_comment))

    @classmethod
    def batch_drop_table_comment(cls, operations: BatchInvoker, *, existing_comment: str | None = None) -> None:
        """Carry out ``batch.drop_table_comment``."""
        operations.invoke(cls(operations.table_name, schema=operations.schema, existing_comment=existing_comment))

    def to_table(self, migration_context: RunContext | None = None) -> Table:
        """Return the table, by name."""
        return scratch_table(self.table_name, migration_context, schema=self.schema)

    def reverse(self) -> CreateTableCommentOp:
        """Return the directive that brings the comment back."""
        return CreateTableCommentOp(self.table_name, self.existing_comment, schema=self.schema)

    def to_diff_tuple(self) -> tuple[str, Table]:
        """Return ``("remove_table_comment", table)``."""
        return ("remove_table_comment", self.to_table())


def _comes_with_a_column(constraint: Any) -> bool:
    """Return whether a constraint needs no saying: a type brings it, or it is the empty primary key of each Table."""
    empty_key = isinstance(constraint, PrimaryKeyConstraint) and not len(constraint.columns)
    return empty_key or getattr(constraint, "_type_bound", False)


def _bare(item: SchemaItem) -> SchemaItem:
    """Return a copy of a column that brings no constraint or index along, where these are listed beside it."""
    if not isinstance(item, Column):
        return item
    copied = copied_column(item)
    copied.unique = copied.index = None
    return copied


def _table_keywords(op: CreateTableOp | DropTableOp) -> dict[str, Any]:
    own = op.kw if isinstance(op, CreateTableOp) else op.table_kw
    named = {"comment": op.comment, "info": op.info, "prefixes": op.prefixes}
    return {**own, **{name: value for name, value in named.items() if value}}
