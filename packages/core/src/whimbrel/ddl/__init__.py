"""SQL text: the statements that change one table, how they are spelt, and where SQL goes.

A dialect's package spells an element differently with SQLAlchemy's ``@compiles(AddColumn, "mydialect")``
(https://docs.sqlalchemy.org/en/20/core/compiler.html).
"""

from __future__ import annotations

from whimbrel.ddl.compile import (
    add_column,
    alter_column,
    alter_table,
    drop_column,
    format_column_name,
    format_literal,
    format_server_default,
    format_table_name,
    format_type,
)
from whimbrel.ddl.elements import (
    AddColumn,
    AlterColumn,
    AlterTable,
    ColumnComment,
    ColumnDefault,
    ColumnName,
    ColumnNullable,
    ColumnType,
    ComputedColumnDefault,
    DropColumn,
    IdentityColumnDefault,
    RenameTable,
    ServerDefault,
    TypeArgument,
    default_change,
)
from whimbrel.ddl.sink import (
    ConnectionSink,
    Sink,
    TextSink,
    Unconnected,
    escaped_text,
    exact_text,
    plain_sql,
    plain_text,
    tidy_create_table,
)

__all__ = [
    "AddColumn",
    "AlterColumn",
    "AlterTable",
    "ColumnComment",
    "ColumnDefault",
    "ColumnName",
    "ColumnNullable",
    "ColumnType",
    "ComputedColumnDefault",
    "ConnectionSink",
    "DropColumn",
    "IdentityColumnDefault",
    "RenameTable",
    "ServerDefault",
    "Sink",
    "TextSink",
    "TypeArgument",
    "Unconnected",
    "add_column",
    "alter_column",
    "alter_table",
    "default_change",
    "drop_column",
    "escaped_text",
    "exact_text",
    "format_column_name",
    "format_literal",
    "format_server_default",
    "format_table_name",
    "format_type",
    "plain_sql",
    "plain_text",
    "tidy_create_table",
]
