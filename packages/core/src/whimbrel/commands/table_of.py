"""Plain tables for a terminal: columns as wide as what they hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence


def columns_of(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Return the lines of a table, the head first.

    :param head: the names of the columns.
    :param rows: as many texts each.

    Example::

        >>> list(columns_of(("id", "by"), [("1", "ann"), ("22", "bo")]))
        ['id  by', '1   ann', '22  bo']
    """
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        yield "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
