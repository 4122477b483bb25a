"""The SQL text of the statements that MySQL and MariaDB spell in their own way.

https://dev.mysql.com/doc/refman/8.4/en/alter-table.html, https://mariadb.com/kb/en/alter-table/
"""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import Computed, DateTime
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.types import TypeEngine, to_instance

from whimbrel.ddl import (
    AddColumn,
    AlterColumn,
    ColumnName,
    ServerDefault,
    TypeArgument,
    alter_column,
    alter_table,
    format_column_name,
    format_literal,
    format_server_default,
    format_type,
)

# What DEFAULT takes without parentheses of ours: a literal, or an expression that has its own ...
_PLAIN: Final = re.compile(
    r"""\s*(?:[bnx]?'.*'|".*"|[-+]?[\d.]+(?:e[-+]?\d+)?|0[bx][\da-f]+|null|true|false|\(.*\))\s*""", re.I | re.S
)
# ... and, in the definition of a DATETIME or TIMESTAMP, the current time by any of its names.
_NOW: Final = re.compile(r"\s*(?:current_timestamp|now|localtime|localtimestamp)\b(?:\s*\(\s*\d*\s*\))?\s*", re.I)
ON_UPDATE: Final = re.compile(r"\bON\s+UPDATE\b", re.I)


class MySQLAlterDefault(AlterColumn):
    """Set or drop a default without repeating the column's definition.

    :param default: the new default; ``None`` for none.
    """

    def __init__(self, name: str, column_name: str, default: ServerDefault | None, schema: str | None = None) -> None:
        super().__init__(name, column_name, schema=schema)
        self.default = default


class MySQLModifyColumn(AlterColumn):
    """Define a column anew: what is not said here is lost.

    :param newname: the new name; only :class:`MySQLChangeColumn` looks at it.
    :param type_: its type.
    :param nullable: whether it may hold NULL.
    :param default: its default, or what computes it; ``None`` for none.
    :param autoincrement: whether it counts up.
    :param comment: its comment; ``None`` for none.
    """

    def __init__(
        self,
        name: str,
        column_name: str,
        schema: str | None = None,
        newname: str | None = None,
        type_: TypeArgument | None = None,
        nullable: bool = True,
        default: ServerDefault | None = None,
        autoincrement: bool = False,
        comment: str | None = None,
    ) -> None:
        super().__init__(name, column_name, schema=schema)
        self.newname = newname
        self.type_ = None if type_ is None else to_instance(type_)
        self.nullable = nullable
        self.default = default
        self.autoincrement = autoincrement
        self.comment = comment


class MySQLChangeColumn(MySQLModifyColumn):
    """Define a column anew, under another name."""


def needs_definition(compiler: DDLCompiler, default: ServerDefault) -> bool:
    """Return whether a default can only be set by defining the column anew: ``... ON UPDATE CURRENT_TIMESTAMP``."""
    return ON_UPDATE.search(format_server_default(compiler, default)) is not None


@compiles(AddColumn, "mysql", "mariadb")
def _add_column(element: AddColumn, compiler: DDLCompiler, **kw: Any) -> str:
    """Spell the constraints of the column as further actions of the same statement.

    Inside of the column MariaDB takes no name for a CHECK, and MySQL reads REFERENCES and forgets it.
    """
    column = element.column
    words = "ADD COLUMN IF NOT EXISTS" if element.if_not_exists else "ADD COLUMN"
    added = f"{words} {compiler.get_column_specification(column, **kw)}"
    if element.inline_primary_key and column.primary_key:
        added += " PRIMARY KEY"
    constraints = list(column.constraints)
    if element.inline_references:
        constraints += [key.constraint for key in column.foreign_keys if key.constraint is not None]
    actions = [added] + [f"ADD {compiler.process(constraint)}" for constraint in constraints]
    return f"{alter_table(compiler, element.table_name, element.schema)} {', '.join(actions)}"


@compiles(ColumnName, "mysql", "mariadb")
def _column_name(element: ColumnName, compiler: DDLCompiler, **kw: Any) -> str:
    old, new = (format_column_name(compiler, name) for name in (element.column_name, element.newname))
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME COLUMN {old} TO {new}"


@compiles(MySQLAlterDefault, "mysql", "mariadb")
def _alter_default(element: MySQLAlterDefault, compiler: DDLCompiler, **kw: Any) -> str:
    altered = (
        f"{alter_table(compiler, element.table_name, element.schema)} {alter_column(compiler, element.column_name)}"
    )
    if element.default is None:
        return f"{altered} DROP DEFAULT"
    return f"{altered} SET DEFAULT {_parenthesised(format_server_default(compiler, element.default))}"


@compiles(MySQLModifyColumn, "mysql", "mariadb")
def _modify_column(element: MySQLModifyColumn, compiler: DDLCompiler, **kw: Any) -> str:
    column = format_column_name(compiler, element.column_name)
    return (
        f"{alter_table(compiler, element.table_name, element.schema)} MODIFY {column} {_definition(element, compiler)}"
    )


@compiles(MySQLChangeColumn, "mysql", "mariadb")
def _change_column(element: MySQLChangeColumn, compiler: DDLCompiler, **kw: Any) -> str:
    old = format_column_name(compiler, element.column_name)
    new = format_column_name(compiler, element.newname or element.column_name)
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} CHANGE {old} {new} {_definition(element, compiler)}"


def _definition(element: MySQLModifyColumn, compiler: DDLCompiler) -> str:
    assert element.type_ is not None
    words = [format_type(compiler, element.type_)]
    if isinstance(element.default, Computed):
        words.append(compiler.process(element.default))
        # MariaDB takes neither NULL nor NOT NULL after it; being able to hold NULL goes without saying.
        words += [] if element.nullable else ["NOT NULL"]
    else:
        words.append("NULL" if element.nullable else "NOT NULL")
        if element.default is not None:
            words.append(f"DEFAULT {_column_default(element.default, element.type_, compiler)}")
    if element.autoincrement:
        words.append("AUTO_INCREMENT")
    if element.comment:
        words.append(f"COMMENT {format_literal(compiler, element.comment)}")
    return " ".join(words)


def _column_default(default: ServerDefault, type_: TypeEngine[Any], compiler: DDLCompiler) -> str:
    spelt = format_server_default(compiler, default)
    is_time = isinstance(type_.dialect_impl(compiler.dialect), DateTime)
    as_it_is = is_time and (_NOW.fullmatch(spelt) or ON_UPDATE.search(spelt))
    return spelt if as_it_is else _parenthesised(spelt)


def _parenthesised(default: str) -> str:
    """Return a default in parentheses, unless it is a literal: MySQL wants them, MariaDB does not mind.

    https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html#data-type-defaults-explicit
    """
    return default if _PLAIN.fullmatch(default) else f"({default})"
