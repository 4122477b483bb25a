"""Indexes that foreign keys need: the server drops none without another one in its place."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection, Constraint, Index, PrimaryKeyConstraint, TextClause, text
from sqlalchemy.exc import DBAPIError

from whimbrel_mysql.ddl import MySQLReplaceIndex

# https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html#error_er_drop_index_fk
_NEEDED: Final = 1553
# https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html#error_er_error_on_rename
_NOT_RENAMED: Final = 1025

# SQLAlchemy reads SHOW CREATE TABLE instead, and leaves out a key that refers to a name with a backtick in it.
_KEYS: Final = text("""
SELECT constraint_name, column_name FROM information_schema.key_column_usage
WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name AND referenced_table_name IS NOT NULL
ORDER BY constraint_name, ordinal_position
""")
_INDEXES: Final = text("""
SELECT index_name, column_name FROM information_schema.statistics
WHERE table_schema = COALESCE(:schema, DATABASE()) AND table_name = :name
ORDER BY index_name, seq_in_index
""")


def is_needed(error: DBAPIError) -> bool:
    """Return whether the server has refused to drop an index since a foreign key needs it.

    Of a primary key MariaDB says that it cannot rename the table, and in brackets why.
    """
    said: tuple[object, ...] = getattr(error.orig, "args", ())
    return said[:1] == (_NEEDED,) or (said[:1] == (_NOT_RENAMED,) and "errno: 150" in str(said))


def replace_index(connection: Connection, index: Index | Constraint) -> MySQLReplaceIndex | None:
    """Return the statement that drops an index, and gives each foreign key that needs it one of its own.

    :param connection: to the database.
    :param index: the index, or the constraint that it is.
    :return: ``None`` where no foreign key of the table needs it: those of others do, which refer to it.
    """
    assert index.table is not None
    name, schema = index.table.name, index.table.schema
    indexes = _columns(connection, _INDEXES, name, schema)
    dropped = "PRIMARY" if isinstance(index, PrimaryKeyConstraint) else str(index.name)
    others = [columns for other, columns in indexes.items() if other != dropped]
    added: dict[str, list[str]] = {}
    for key, columns in _columns(connection, _KEYS, name, schema).items():
        if not any(other[: len(columns)] == columns for other in others):
            others.append(columns)
            added[key] = columns
    return MySQLReplaceIndex(index, added) if added else None


def _columns(connection: Connection, query: TextClause, table_name: str, schema: str | None) -> dict[str, list[str]]:
    """Return the columns of each foreign key, or index, of a table, by its name."""
    found: dict[str, list[str]] = {}
    for name, column in connection.execute(query, {"schema": schema, "name": table_name}):
        found.setdefault(name, []).append(column)
    return found
