"""Names as PostgreSQL makes them: it keeps 63 bytes of each."""

from __future__ import annotations

from typing import Final

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
