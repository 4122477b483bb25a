"""Primary keys that come or go together with their column, which counts by itself: no column counts without its key.

MySQL has it so; and only in one step are the rows that are there numbered.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Table

from whimbrel_autogen.pairs import TablePair


def new_key(table: TablePair) -> Column[Any] | None:
    """Return the column that the database lacks, is the models' primary key, and counts; ``None`` if there is none.

    :param table: the table, on both sides.
    """
    theirs, ours = table.both()
    column = ours.autoincrement_column
    if column is None or column.identity is not None or column.server_default is not None:
        return None
    return _alone(column, theirs)


def old_key(table: TablePair) -> Column[Any] | None:
    """Return the column that the models lack, is the database's primary key, and counts; ``None`` if there is none.

    :param table: the table, on both sides.
    """
    theirs, ours = table.both()
    column = next((column for column in theirs.primary_key.columns if column.autoincrement is True), None)
    return None if column is None else _alone(column, ours)


def _alone(column: Column[Any], other: Table) -> Column[Any] | None:
    assert column.table is not None
    names = [item.name for item in column.table.primary_key.columns]
    return column if names == [column.name] and column.name not in {item.name for item in other.columns} else None
