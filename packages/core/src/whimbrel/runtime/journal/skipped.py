"""What a statement gives that is not executed again: nothing that a script could use by mistake."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NoReturn


class Lost:
    """Stands for a value that only the statement's execution could tell: whoever looks at it is refused.

    :param refuse: returns what to raise.
    """

    __slots__ = ("_refuse",)

    def __init__(self, refuse: Callable[[], Exception]) -> None:
        self._refuse = refuse

    def refuse(self, *_: object) -> NoReturn:
        """Raise what looking at the value leads to."""
        raise self._refuse()

    __bool__ = __int__ = __index__ = __float__ = __str__ = __repr__ = __hash__ = __len__ = __iter__ = refuse
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = __add__ = __radd__ = __sub__ = __getitem__ = refuse
    __format__ = refuse


class SkippedCursor:
    """A cursor whose statement was not executed.

    :param cursor: the driver's.
    :param context: SQLAlchemy's, of the execution.
    :param refuse: returns what to raise when the result is looked at.
    """

    def __init__(self, cursor: Any, context: Any, refuse: Callable[[], Exception]) -> None:
        self._cursor = cursor
        self._lost: Final = Lost(refuse)
        compiled = getattr(context, "compiled", None)
        self._columns = tuple(getattr(compiled, "effective_returning", None) or ())
        self._rows = [tuple(self._lost for _ in self._columns)] if self._columns else []

    @property
    def description(self) -> list[tuple[Any, ...]] | None:
        """The columns that SQLAlchemy expects."""
        if not self._columns:
            return None
        return [(getattr(column, "name", None) or "?", *([None] * 6)) for column in self._columns]

    @property
    def rowcount(self) -> Any:
        """How many rows the statement changed, then."""
        return self._lost

    lastrowid = rowcount

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the only row, then ``None``."""
        return self._rows.pop() if self._rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return what is left of one row."""
        rows, self._rows = self._rows, []
        return rows

    def fetchmany(self, _size: int | None = None) -> list[tuple[Any, ...]]:
        """Return what is left of one row."""
        return self.fetchall()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._cursor, name)


def lost_in(parameters: Any) -> Iterator[Lost]:
    """Give each lost value among the parameters of a statement, or of many."""
    if isinstance(parameters, Lost):
        yield parameters
    elif isinstance(parameters, Mapping):
        yield from lost_in(tuple(parameters.values()))
    elif isinstance(parameters, Sequence) and not isinstance(parameters, (str, bytes, bytearray, memoryview)):
        for item in parameters:
            yield from lost_in(item)
