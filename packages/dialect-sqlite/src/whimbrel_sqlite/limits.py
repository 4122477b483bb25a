"""What SQLite's ALTER TABLE refuses, known beforehand so that the message can name the way out.

https://www.sqlite.org/lang_altertable.html#alter_table_add_column
"""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import Column, Dialect, Integer, UniqueConstraint, literal_column, select, table
from sqlalchemy.sql.compiler import DDLCompiler

from whimbrel.impl import DefaultImpl

_NULL: Final = re.compile(r"[\s(]*null[\s)]*", re.I)
_LITERAL: Final = re.compile(
    r"""[\s(+-]*(?:'(?:[^']|'')*'|"(?:[^"]|"")*"|x'[\da-f]*'|[\d.]+(?:e[+-]?\d+)?|0x[\da-f]+|true|false|null)[\s)]*""",
    re.I,
)


def always_refused(column: Column[Any]) -> str | None:
    """Return what keeps a column from being added to any table; ``None`` if nothing does.

    :param column: the column, attached to a table of its own.
    """
    if column.primary_key:
        return "it is a PRIMARY KEY"
    if any(isinstance(constraint, UniqueConstraint) for constraint in column.table.constraints):
        return "it is UNIQUE"
    return None


def refused_with_rows(column: Column[Any], dialect: Dialect) -> str | None:
    """Return what keeps a column from being added to a table that has rows; ``None`` if nothing does.

    :param column: the column, attached to a table.
    :param dialect: spells its default.
    """
    if column.computed is not None:
        return "it is computed and STORED" if column.computed.persisted else None
    if column.nullable and column.server_default is None:
        return None
    compiler = dialect.ddl_compiler(dialect, None)  # type: ignore[arg-type]  # None is SQLAlchemy's own habit
    assert isinstance(compiler, DDLCompiler)
    default = compiler.get_column_default_string(column)
    if default is not None and not _LITERAL.fullmatch(default):
        return f"its default {default} is no constant"
    if not column.nullable and (default is None or _NULL.fullmatch(default)):
        return "it is NOT NULL and has no default for the rows that are there"
    return None


def has_rows(impl: DefaultImpl, table_name: str, schema: str | None) -> bool:
    """Return whether a table has rows; where SQL is written as text, and nobody knows, no."""
    if impl.connection is None or impl.as_sql:
        return False
    some = select(literal_column("1", Integer)).select_from(table(table_name, schema=schema)).limit(1)
    return impl.connection.execute(some).first() is not None
