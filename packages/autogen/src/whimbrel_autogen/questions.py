"""Questions: pairs of spellings that only the database can tell apart, asked about all at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whimbrel.impl import DefaultImpl, Expressions

Key = tuple[str, str | None, str, str | None, str, str]


class Questions:
    """What the database is asked in one comparison.

    While questions are gathered, each is answered with yes for the time being; who has asked one is to ask again once
    all were put to the database.

    :param impl: asks the database.
    """

    def __init__(self, impl: DefaultImpl) -> None:
        self._impl = impl
        self._answers: dict[Key, bool] = {}
        self._open: dict[Key, Expressions] = {}
        self._gathers = False

    def is_same(self, pair: Expressions) -> bool:
        """Return whether two spellings mean the same; for the time being where questions are gathered."""
        key = _key(pair)
        if key in self._answers:
            return self._answers[key]
        if self._gathers:
            self._open[key] = pair
            return True
        (self._answers[key],) = self._impl.same_expressions([pair])
        return self._answers[key]

    @property
    def waiting(self) -> int:
        """How many questions have not been put to the database yet."""
        return len(self._open)

    @contextmanager
    def gathered(self) -> Iterator[None]:
        """Gather the questions of the block, and put them to the database at its end."""
        self._gathers = True
        try:
            yield
        finally:
            self._gathers = False
        if self._open:
            pairs = list(self._open.values())
            self._answers.update(zip(self._open, self._impl.same_expressions(pairs), strict=True))
            self._open.clear()


def _key(pair: Expressions) -> Key:
    return (pair.kind, pair.table.schema, pair.table.name, pair.column, pair.database, pair.models)
