"""From rows to INSERT statements that lose none of their values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import Insert, Table
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.expression import TableClause

Row = Mapping[str, Any]


def insert_statements(
    table: Table | TableClause, rows: Sequence[Row], multiinsert: bool = True
) -> Iterator[tuple[Insert, list[Row] | None]]:
    """Yield statements, with the rows to execute each for; ``None`` where the values stand in the statement.

    A driver takes many rows at once only if they name the same columns and hold plain values: rows in a sequence
    that do, go together; one with an SQL expression goes alone.

    :param table: the table.
    :param rows: each maps names of columns to values.
    :param multiinsert: ``False`` to send each row alone.
    :raises TypeError: *rows* is no list of mappings.
    """
    listed = [rows] if isinstance(rows, str | Mapping) else list(rows)
    if listed and (listed[0] is rows or not all(isinstance(row, Mapping) for row in listed)):
        raise TypeError(f"bulk_insert() takes a list of dictionaries, one for each row of {table.name}.")
    for (_, alone), group in groupby(listed, key=_shape):
        if alone or not multiinsert:
            for row in group:
                yield table.insert().values(dict(row)), None
        else:
            yield table.insert(), list(group)


def _shape(row: Row) -> tuple[frozenset[str], bool]:
    return frozenset(row), any(isinstance(value, ClauseElement) for value in row.values())
