"""Indexes that foreign keys need: the server drops none without another one in its place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, Index, inspect
from sqlalchemy.exc import DBAPIError

from whimbrel_mysql.ddl import MySQLReplaceIndex

# https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html#error_er_drop_index_fk
_NEEDED: Final = 1553


def is_needed(error: DBAPIError) -> bool:
    """Return whether the server has refused to drop an index since a foreign key needs it."""
    said: tuple[object, ...] = getattr(error.orig, "args", ())
    return said[:1] == (_NEEDED,)


def replace_index(connection: Connection, index: Index) -> MySQLReplaceIndex:
    """Return the statement that drops an index, and gives each foreign key that needs it one of its own.

    :param connection: to the database.
    :param index: the index.
    """
    assert index.table is not None
    name, schema = index.table.name, index.table.schema
    inspector = inspect(connection)
    there = inspector.get_indexes(name, schema=schema)
    others: list[Sequence[str | None]] = [item["column_names"] for item in there if item["name"] != index.name]
    others.append(inspector.get_pk_constraint(name, schema=schema)["constrained_columns"])
    added: dict[str, list[str]] = {}
    for key in inspector.get_foreign_keys(name, schema=schema):
        columns = key["constrained_columns"]
        if not any(list(other[: len(columns)]) == columns for other in others):
            others.append(columns)
            added[str(key["name"])] = columns
    return MySQLReplaceIndex(index, added)
