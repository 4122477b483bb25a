"""Names as PostgreSQL makes them, keeping 63 bytes of each, and names as text, for functions that take such."""

from __future__ import annotations

from typing import Final

from sqlalchemy.sql.compiler import DDLCompiler

from whimbrel.ddl import format_literal, format_table_name

_LONGEST: Final = 63
"""https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS"""


def within_63_bytes(name: str) -> str:
    """Return what PostgreSQL keeps of a name: as many whole characters as fit."""
    return name.encode()[:_LONGEST].decode(errors="ignore")


def sequence_name(table_name: str, column_name: str) -> str:
    """Return the name that PostgreSQL gives to the sequence of a SERIAL column: ``table_column_seq``.

    Where that is too long, it shortens the longer of the two, byte by byte.
    """
    table, column = table_name.encode(), column_name.encode()
    while len(table) + len(column) + len("__seq") > _LONGEST:
        if len(table) > len(column):
            table = table[:-1]
        else:
            column = column[:-1]
    return "_".join((table.decode(errors="ignore"), column.decode(errors="ignore"), "seq"))


def name_literal(compiler: DDLCompiler, name: str, schema: str | None) -> str:
    """Return a literal that holds a name quoted as an identifier is: what ``to_regclass()`` and its like read."""
    quoted = format_table_name(compiler, name, schema)
    if format_literal(compiler, "%") == "'%%'":
        # For a driver with %s each % is doubled, in names as in literals; in a name within a literal once is enough.
        quoted = quoted.replace("%%", "%")
    return format_literal(compiler, quoted)
