"""How the DDL elements are spelt where a dialect's package says nothing else: as near to the standard as it gets."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Integer, String
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import Constraint, ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.types import TypeEngine

from whimbrel.ddl.elements import (
    AddColumn,
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
)
from whimbrel.errors import UnsupportedOperation

_STRING = String()

# -- words, for the spellings below and those of the dialects ---------------------------------------------------------


def format_table_name(compiler: DDLCompiler, name: str, schema: str | None) -> str:
    """Return the name of a table with its schema, each quoted where it needs to be."""
    quoted = compiler.preparer.quote(name)
    return f"{compiler.preparer.quote_schema(schema)}.{quoted}" if schema else quoted


def format_column_name(compiler: DDLCompiler, name: str) -> str:
    """Return the name of a column, quoted where it needs to be."""
    return compiler.preparer.quote(name)


def format_type(compiler: DDLCompiler, type_: TypeEngine[Any]) -> str:
    """Return the dialect's name of a type."""
    return compiler.dialect.type_compiler_instance.process(type_)


def format_server_default(compiler: DDLCompiler, default: ServerDefault) -> str:
    """Return a default as the dialect spells it inside of a column."""
    column: Column[Any] = Column("x", Integer, server_default=default)
    text = compiler.get_column_default_string(column)
    assert text is not None
    return text


def format_literal(compiler: DDLCompiler, text: str) -> str:
    """Return a text as a quoted literal."""
    return str(compiler.sql_compiler.render_literal_value(text, _STRING))


def alter_table(compiler: DDLCompiler, name: str, schema: str | None) -> str:
    """Return ``ALTER TABLE name``."""
    return f"ALTER TABLE {format_table_name(compiler, name, schema)}"


def alter_column(compiler: DDLCompiler, name: str) -> str:
    """Return ``ALTER COLUMN name``."""
    return f"ALTER COLUMN {format_column_name(compiler, name)}"


def drop_column(compiler: DDLCompiler, name: str, if_exists: bool | None = None, **kw: Any) -> str:
    """Return ``DROP COLUMN name``."""
    return f"DROP COLUMN {'IF EXISTS ' if if_exists else ''}{format_column_name(compiler, name)}"


def add_column(
    compiler: DDLCompiler,
    column: Column[Any],
    if_not_exists: bool | None = None,
    inline_references: bool | None = None,
    inline_primary_key: bool | None = None,
    **kw: Any,
) -> str:
    """Return ``ADD COLUMN`` and the column as it would stand in CREATE TABLE.

    :param column: the column, attached to a table.
    :param if_not_exists: say nothing when it is there already.
    :param inline_references: spell its foreign keys too.
    :param inline_primary_key: spell ``PRIMARY KEY`` too, when it is one.
    """
    words = [f"ADD COLUMN {'IF NOT EXISTS ' if if_not_exists else ''}{compiler.get_column_specification(column, **kw)}"]
    if inline_primary_key and column.primary_key:
        words.append("PRIMARY KEY")
    words += [_inside(compiler, item) for item in sorted(column.constraints, key=lambda item: item._creation_order)]
    if inline_references:
        words += [_references(compiler, key.constraint) for key in column.foreign_keys if key.constraint is not None]
    return " ".join(words)


def _inside(compiler: DDLCompiler, constraint: Constraint) -> str:
    """Return a constraint of one column as it stands inside of that column."""
    if not isinstance(constraint, UniqueConstraint):
        return str(compiler.process(constraint))
    name = compiler.preparer.format_constraint(constraint) if constraint.name is not None else None
    return f"CONSTRAINT {name} UNIQUE" if name else "UNIQUE"


def _references(compiler: DDLCompiler, constraint: ForeignKeyConstraint) -> str:
    """Return a foreign key of one column as it stands inside of that column: without FOREIGN KEY (...)."""
    name = compiler.preparer.format_constraint(constraint) if constraint.name is not None else None
    remote = constraint.elements[0].column
    table = compiler.define_constraint_remote_table(  # type: ignore[no-untyped-call]  # SQLAlchemy's own
        constraint, remote.table, compiler.preparer
    )
    text = f"CONSTRAINT {name} " if name else ""
    text += f"REFERENCES {table}"
    text += f" ({compiler.preparer.quote(remote.name)})"
    text += compiler.define_constraint_match(constraint)
    text += compiler.define_constraint_cascades(constraint)
    return text + compiler.define_constraint_deferrability(constraint)


# -- statements -------------------------------------------------------------------------------------------------------


@compiles(RenameTable)
def _rename_table(element: RenameTable, compiler: DDLCompiler, **kw: Any) -> str:
    new = format_table_name(compiler, element.new_table_name, element.schema)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME TO {new}"


@compiles(AddColumn)
def _add_column(element: AddColumn, compiler: DDLCompiler, **kw: Any) -> str:
    added = add_column(
        compiler,
        element.column,
        if_not_exists=element.if_not_exists,
        inline_references=element.inline_references,
        inline_primary_key=element.inline_primary_key,
        **kw,
    )
    return f"{alter_table(compiler, element.table_name, element.schema)} {added}"


@compiles(DropColumn)
def _drop_column(element: DropColumn, compiler: DDLCompiler, **kw: Any) -> str:
    dropped = drop_column(compiler, element.column.name, if_exists=element.if_exists, **kw)
    return f"{alter_table(compiler, element.table_name, element.schema)} {dropped}"


@compiles(ColumnNullable)
def _column_nullable(element: ColumnNullable, compiler: DDLCompiler, **kw: Any) -> str:
    return f"{_alter(element, compiler)} {'DROP' if element.nullable else 'SET'} NOT NULL"


@compiles(ColumnType)
def _column_type(element: ColumnType, compiler: DDLCompiler, **kw: Any) -> str:
    return f"{_alter(element, compiler)} TYPE {format_type(compiler, element.type_)}"


@compiles(ColumnName)
def _column_name(element: ColumnName, compiler: DDLCompiler, **kw: Any) -> str:
    old, new = (format_column_name(compiler, name) for name in (element.column_name, element.newname))
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME {old} TO {new}"


@compiles(ColumnDefault)
def _column_default(element: ColumnDefault, compiler: DDLCompiler, **kw: Any) -> str:
    if element.default is None:
        return f"{_alter(element, compiler)} DROP DEFAULT"
    return f"{_alter(element, compiler)} SET DEFAULT {format_server_default(compiler, element.default)}"


@compiles(ColumnComment)
def _column_comment(element: ColumnComment, compiler: DDLCompiler, **kw: Any) -> str:
    table = format_table_name(compiler, element.table_name, element.schema)
    column = format_column_name(compiler, element.column_name)
    comment = "NULL" if element.comment is None else format_literal(compiler, element.comment)
    return f"COMMENT ON COLUMN {table}.{column} IS {comment}"


@compiles(ComputedColumnDefault)
def _computed_column_default(element: ComputedColumnDefault, compiler: DDLCompiler, **kw: Any) -> str:
    raise UnsupportedOperation(
        f"{compiler.dialect.name} cannot make column {element.table_name}.{element.column_name} computed, change what "
        "it computes, or make it plain.",
        "Drop the column and add it again, or write the statement with op.execute().",
        dialect=compiler.dialect.name,
        operation="alter_column",
    )


@compiles(IdentityColumnDefault)
def _identity_column_default(element: IdentityColumnDefault, compiler: DDLCompiler, **kw: Any) -> str:
    raise UnsupportedOperation(
        f"{compiler.dialect.name} cannot add, change or remove IDENTITY on column "
        f"{element.table_name}.{element.column_name}.",
        "Write the statement with op.execute().",
        dialect=compiler.dialect.name,
        operation="alter_column",
    )


def _alter(element: ColumnNullable | ColumnType | ColumnDefault, compiler: DDLCompiler) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {alter_column(compiler, element.column_name)}"
