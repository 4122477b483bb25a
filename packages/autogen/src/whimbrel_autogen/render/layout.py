"""Call and List: Python expressions that know how to break over lines, the way formatters leave alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

WIDTH: Final = 88
"""Characters in a line, as Black has it (https://black.readthedocs.io, "Line length")."""

INDENT: Final = "    "


class _Group:
    """Something in brackets: on one line where it fits, else one item a line, each with a comma."""

    def __init__(self, begin: str, items: Sequence[Source], end: str, *, always_broken: bool = False) -> None:
        self.begin = begin
        self.items = list(items)
        self.end = end
        self.always_broken = always_broken

    def __str__(self) -> str:
        return f"{self.begin}{', '.join(map(str, self.items))}{self.end}"

    def laid_out(self, column: int, after: int = 0) -> str:
        """Return the source, broken where it must be.

        :param column: how many characters stand before its first line.
        :param after: how many come behind its last.
        """
        flat = str(self)
        fits = "\n" not in flat and column + len(flat) + after <= WIDTH
        if not self.items or (fits and not self._is_broken()):
            return flat
        inner = " " * column + INDENT
        lines = [f"{inner}{laid_out(item, len(inner), 1)}," for item in self.items]
        return "\n".join([self.begin, *lines, " " * column + self.end])

    def _is_broken(self) -> bool:
        return self.always_broken or any(isinstance(item, _Group) and item._is_broken() for item in self.items)


class Call(_Group):
    """A call: ``name(item, item)``.

    :param name: what is called.
    :param items: its arguments.
    :param always_broken: one argument a line even where all would fit on one.
    """

    def __init__(self, name: str, items: Sequence[Source] = (), *, always_broken: bool = False) -> None:
        super().__init__(f"{name}(", items, ")", always_broken=always_broken)


class List(_Group):
    """A list: ``[item, item]``.

    :param items: what is in it.
    """

    def __init__(self, items: Sequence[Source]) -> None:
        super().__init__("[", items, "]")


class Keyword(_Group):
    """A keyword argument: ``name=value``, the value in brackets of its own."""

    def __init__(self, name: str, value: _Group) -> None:
        super().__init__(f"{name}={value.begin}", value.items, value.end, always_broken=value.always_broken)


Source = str | _Group


def keyword(name: str, value: Source) -> Source:
    """Return ``name=value``."""
    return Keyword(name, value) if isinstance(value, _Group) else f"{name}={value}"


def laid_out(source: Source, column: int = 0, after: int = 0) -> str:
    """Return source, broken where it must be.

    :param source: an expression.
    :param column: how many characters stand before it.
    :param after: how many come behind it.
    """
    return source.laid_out(column, after) if isinstance(source, _Group) else source


def literal(value: object) -> str:
    """Return a value as Python source, strings in double quotes where that needs no more escapes.

    Example::

        >>> literal("it's")
        '"it\\'s"'
    """
    if not isinstance(value, str):
        return repr(value)
    plain = repr(str(value))
    if plain[0] == "'" and '"' not in plain:
        inner = plain[1:-1].replace("\\'", "'")
        return f'"{inner}"'
    return plain
