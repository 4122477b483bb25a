"""Rows that are inserted alike: from mappings, as users give them, to columns and values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.sql.expression import TableClause

from whimbrel.errors import CommandError

Row = Mapping[str, Any]

AT_ONCE: Final = 10_000
"""How many rows are looked at, and sent, together: memory stays the same however many there are."""


class Rows(NamedTuple):
    """Rows that name the same columns and hold plain values, kept column by column.

    :param columns: the names of the columns.
    :param values: of each column the value in each row.
    """

    columns: tuple[str, ...]
    values: list[list[Any]]

    def as_mappings(self) -> list[dict[str, Any]]:
        """Return each row as a mapping from columns to values."""
        return [dict(zip(self.columns, row, strict=True)) for row in zip(*self.values, strict=True)]


def batches(table_name: str, rows: Iterable[Row], multiinsert: bool = True) -> Iterator[Rows | Row]:
    """Yield *rows* in their order: those in a sequence that are alike together, others by themselves.

    A row that holds an SQL expression, or nothing at all, goes by itself.

    :param table_name: the table, for messages.
    :param rows: each maps names of columns to values. What is no collection is read as it is needed.
    :param multiinsert: ``False`` to have each row by itself.
    :raises TypeError: *rows* is no list of mappings.
    """
    if isinstance(rows, str | bytes | Mapping) or not isinstance(rows, Iterable):
        raise _not_rows(table_name)
    whole = _kinds(table_name, rows) if isinstance(rows, Collection) else None  # before the first of them is inserted
    remaining = iter(rows)
    while chunk := list(islice(remaining, AT_ONCE)):
        kinds = whole or _kinds(table_name, chunk)
        yield from _grouped(chunk, kinds) if multiinsert else chunk


def check_columns(table: TableClause, columns: Iterable[str]) -> None:
    """Refuse columns that a table lacks, which SQLAlchemy would leave out without a word.

    :param table: the table.
    :param columns: what a row names.
    :raises CommandError: one of them is not there.
    """
    for name in columns:
        if name not in table.c:
            there = ", ".join(map(repr, table.c.keys()))
            raise CommandError(
                f"bulk_insert(): table {table.name} has no column {name!r}, it has {there or 'none'}.",
                "Name the column in the table that is handed to bulk_insert(), or leave it out of the rows.",
            )


def _kinds(table_name: str, rows: Iterable[Any]) -> set[type]:
    kinds = set(map(type, rows))
    if not all(issubclass(kind, Mapping) for kind in kinds):
        raise _not_rows(table_name)
    return kinds


def _not_rows(table_name: str) -> TypeError:
    return TypeError(f"bulk_insert() takes a list of dictionaries, one for each row of {table_name}.")


def _grouped(chunk: list[Row], kinds: Collection[type]) -> Iterator[Rows | Row]:
    alike = _all_alike(chunk, kinds)
    if alike is not None:
        yield alike
        return
    for (_, alone), group in groupby(chunk, key=_shape):
        if alone:
            yield from group
        else:
            listed = list(group)
            columns = tuple(listed[0])
            yield Rows(columns, _values(columns, listed))


def _all_alike(chunk: list[Row], kinds: Collection[type]) -> Rows | None:
    """Return a whole chunk, if its rows are alike: looked at column by column, not value by value.

    :param kinds: the types of its rows, or of all rows.
    """
    columns = tuple(chunk[0])
    if not columns or set(map(len, chunk)) != {len(columns)}:
        return None
    if any(hasattr(kind, "__missing__") for kind in kinds):
        return None  # a defaultdict makes up what it is asked for
    try:
        values = _values(columns, chunk)
    except KeyError:
        return None
    of_values = set(map(type, chain.from_iterable(values)))
    return None if any(issubclass(kind, ClauseElement) for kind in of_values) else Rows(columns, values)


def _values(columns: tuple[str, ...], rows: list[Row]) -> list[list[Any]]:
    return [list(map(itemgetter(column), rows)) for column in columns]


def _shape(row: Row) -> tuple[frozenset[str], bool]:
    return frozenset(row), not row or any(isinstance(value, ClauseElement) for value in row.values())
