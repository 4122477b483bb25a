"""The DDL elements: one class for each way to change a table that SQLAlchemy itself has no statement for."""

from __future__ import annotations

from typing import Any, TypeAlias

from sqlalchemy import Column, Computed, Identity
from sqlalchemy.schema import ExecutableDDLElement, FetchedValue
from sqlalchemy.sql.elements import ColumnElement, TextClause
from sqlalchemy.types import TypeEngine, to_instance

ServerDefault: TypeAlias = "str | TextClause | ColumnElement[Any] | FetchedValue"
"""What a column's ``server_default`` can be: a string literal, SQL text, an expression, or an object that holds one."""

TypeArgument: TypeAlias = "TypeEngine[Any] | type[TypeEngine[Any]]"
"""A SQLAlchemy type, or its class where it needs no arguments."""


class AlterTable(ExecutableDDLElement):
    """``ALTER TABLE``: the base of the others.

    :param table_name: the table, unquoted; wrap it in ``sqlalchemy.quoted_name`` to force or forbid quotes.
    :param schema: its schema; ``None`` for the connection's default.
    """

    def __init__(self, table_name: str, schema: str | None = None) -> None:
        self.table_name = table_name
        self.schema = schema


class RenameTable(AlterTable):
    """Give a table another name.

    :param old_table_name: its name now.
    :param new_table_name: its name afterwards.
    :param schema: its schema, which it keeps.
    """

    def __init__(self, old_table_name: str, new_table_name: str, schema: str | None = None) -> None:
        super().__init__(old_table_name, schema)
        self.new_table_name = new_table_name


class AddColumn(AlterTable):
    """Add a column.

    :param name: the table.
    :param column: the new column, attached to a table of that name.
    :param schema: the table's schema.
    :param if_not_exists: say nothing when the column is there already.
    :param inline_references: spell the column's foreign keys inside of the column.
    :param inline_primary_key: spell ``PRIMARY KEY`` inside of the column.
    """

    def __init__(
        self,
        name: str,
        column: Column[Any],
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
    ) -> None:
        super().__init__(name, schema)
        self.column = column
        self.if_not_exists = if_not_exists
        self.inline_references = inline_references
        self.inline_primary_key = inline_primary_key


class DropColumn(AlterTable):
    """Drop a column.

    :param name: the table.
    :param column: the column; only its name is looked at.
    :param schema: the table's schema.
    :param if_exists: say nothing when the column is not there.
    """

    def __init__(
        self, name: str, column: Column[Any], schema: str | None = None, if_exists: bool | None = None
    ) -> None:
        super().__init__(name, schema)
        self.column = column
        self.if_exists = if_exists


class AlterColumn(AlterTable):
    """Change a column: the base of the elements that each change one thing about it.

    What is ``existing_`` is not changed; some databases want it repeated.

    :param name: the table.
    :param column_name: the column.
    :param schema: the table's schema.
    :param existing_type: its type now.
    :param existing_nullable: whether it may hold NULL now.
    :param existing_server_default: its default now.
    :param existing_comment: its comment now.
    """

    def __init__(
        self,
        name: str,
        column_name: str,
        schema: str | None = None,
        existing_type: TypeArgument | None = None,
        existing_nullable: bool | None = None,
        existing_server_default: Any = None,
        existing_comment: str | None = None,
    ) -> None:
        super().__init__(name, schema)
        self.column_name = column_name
        self.existing_type = to_instance(existing_type) if existing_type is not None else None
        self.existing_nullable = existing_nullable
        self.existing_server_default = existing_server_default
        self.existing_comment = existing_comment


class ColumnNullable(AlterColumn):
    """Let a column hold NULL, or forbid it.

    :param nullable: whether it may hold NULL.
    """

    def __init__(self, name: str, column_name: str, nullable: bool, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.nullable = nullable


class ColumnType(AlterColumn):
    """Give a column another type.

    :param type_: the new type.
    """

    def __init__(self, name: str, column_name: str, type_: TypeArgument, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.type_ = to_instance(type_)


class ColumnName(AlterColumn):
    """Give a column another name.

    :param newname: the new name.
    """

    def __init__(self, name: str, column_name: str, newname: str, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.newname = newname


class ColumnDefault(AlterColumn):
    """Set the default of a column, or take it away.

    :param default: the new default; ``None`` for none.
    """

    def __init__(self, name: str, column_name: str, default: ServerDefault | None, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default


class ComputedColumnDefault(AlterColumn):
    """Make a column computed (``GENERATED ALWAYS AS``), change what it computes, or make it plain.

    :param default: the new construct; ``None`` to make the column plain.
    """

    def __init__(self, name: str, column_name: str, default: Computed | None, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default


class IdentityColumnDefault(AlterColumn):
    """Make a column an identity column, change how it counts, or make it plain.

    :param default: the new construct; ``None`` to make the column plain.
    :param impl: the dialect's ``DefaultImpl``, which knows which of its attributes count here.
    """

    def __init__(self, name: str, column_name: str, default: Identity | None, impl: Any, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.default = default
        self.impl = impl


class ColumnComment(AlterColumn):
    """Set the comment of a column, or take it away.

    :param comment: the new comment; ``None`` for none.
    """

    def __init__(self, name: str, column_name: str, comment: str | None, **kw: Any) -> None:
        super().__init__(name, column_name, **kw)
        self.comment = comment


def default_change(
    name: str, column_name: str, default: ServerDefault | None, impl: Any, **kw: Any
) -> ColumnDefault | ComputedColumnDefault | IdentityColumnDefault:
    """Return the element that changes a default: computed and identity columns have elements of their own.

    :param default: the new default; ``None`` for none.
    :param impl: the dialect's ``DefaultImpl``.
    :param kw: ``schema`` and what is ``existing_``, as :class:`AlterColumn` takes them.
    """
    pair = (default, kw.get("existing_server_default"))
    if any(isinstance(item, Computed) for item in pair):
        return ComputedColumnDefault(name, column_name, default if isinstance(default, Computed) else None, **kw)
    if any(isinstance(item, Identity) for item in pair):
        return IdentityColumnDefault(name, column_name, default if isinstance(default, Identity) else None, impl, **kw)
    return ColumnDefault(name, column_name, default, **kw)
