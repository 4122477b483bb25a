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


class Dict(_Group):
    """A dictionary: ``{"key": value}``.

    :param items: its pairs.
    """

    def __init__(self, items: Sequence[Source]) -> None:
        super().__init__("{", items, "}")


class Keyword(_Group):
    """A keyword argument: ``name=value``, the value in brackets of its own."""

    def __init__(self, name: str, value: _Group) -> None:
        super().__init__(f"{name}={value.begin}", value.items, value.end, always_broken=value.always_broken)


class Chain(_Group):
    """Calls on what the last one returned: ``begin.name(item).name(item)``, broken before each dot.

    :param begin: what the first call is made on.
    :param calls: the calls, each with a dot.
    """

    def __init__(self, begin: Source, calls: Sequence[Call]) -> None:
        super().__init__(str(begin), calls, "")
        self._what = begin

    def __str__(self) -> str:
        return f"{self.begin}{''.join(map(str, self.items))}"

    def laid_out(self, column: int, after: int = 0) -> str:
        """Return the source, broken where it must be; see the base."""
        flat = str(self)
        if column + len(flat) + after <= WIDTH:
            return flat
        if len(self.items) == 1:
            begin, call = self.begin, self.items[0]
            assert isinstance(call, Call)
            return Call(f"{begin}{call.begin[:-1]}", call.items).laid_out(column, after)
        *most, last = self.items
        lines = [*(laid_out(call, column) for call in most), laid_out(last, column, after)]
        return f"\n{' ' * column}".join([laid_out(self._what, column), *lines])


Source = str | _Group


def keyword(name: str, value: Source) -> Source:
    """Return ``name=value``."""
    if isinstance(value, Chain):
        return Chain(f"{name}={value.begin}", [item for item in value.items if isinstance(item, Call)])
    return Keyword(name, value) if isinstance(value, _Group) else f"{name}={value}"


def laid_out(source: Source, column: int = 0, after: int = 0) -> str:
    """Return source, broken where it must be.

    :param source: an expression.
    :param column: how many characters stand before it.
    :param after: how many come behind it.
    """
    return source.laid_out(column, after) if isinstance(source, _Group) else source


def literal(value: object) -> str:
    """Return a value as Python source, strings in double quotes unless that needs more escapes.

    Example::

        >>> print(literal({"it's": ['5"']}))
        {"it's": ['5"']}
    """
    if isinstance(value, str):
        return _quoted(str(value))
    if type(value) is list:
        return f"[{', '.join(map(literal, value))}]"
    if type(value) is tuple:
        return f"({', '.join(map(literal, value))}{',' if len(value) == 1 else ''})"
    if type(value) is dict:
        return f"{{{', '.join(f'{literal(key)}: {literal(item)}' for key, item in value.items())}}}"
    return repr(value)


def _quoted(text: str) -> str:
    plain = repr(text)
    if plain[0] == '"' or text.count('"') > text.count("'"):
        return plain
    inner = plain[1:-1].replace("\\'", "'").replace('"', '\\"')
    return f'"{inner}"'
