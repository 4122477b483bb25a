"""RowTemplate: the text of a statement with places for values, to be written once for each row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

from whimbrel.ddl.literals import GIVEN, LiteralCompiler, Place


class RowTemplate:
    """Writes a statement for many rows, compiled once.

    :param statement: the statement.
    :param dialect: a dialect of :func:`~whimbrel.ddl.literals.text_dialect`.
    :param columns: the columns, or parameters, that each row has a value for.
    :param ending: stands after each statement.
    """

    def __init__(self, statement: ClauseElement, dialect: Any, columns: Sequence[str], ending: str) -> None:
        places = [Place(number) for number in range(len(columns))]
        compiled = statement.compile(
            dialect=dialect,
            column_keys=list(columns),
            compile_kwargs={"literal_binds": True, GIVEN: dict(zip(columns, places, strict=True))},
        )
        assert isinstance(compiled, LiteralCompiler)
        self._compiler = compiled
        # Every second piece is the number of a place.
        pieces = re.split("\0(\\d+)\0", str(compiled).strip() + ending)
        self._text = "%s".join(piece.replace("%", "%%") for piece in pieces[::2])
        self._places = [places[int(number)] for number in pieces[1::2]]
        self._order = [int(number) for number in pieces[1::2]]

    def fill(self, columns: Sequence[Sequence[Any]]) -> str:
        """Return the statement for each row, one after the other.

        :param columns: of each column the value in each row.
        """
        literals = [self._literals(place.type_, columns[n]) for place, n in zip(self._places, self._order, strict=True)]
        return "".join(map(self._text.__mod__, zip(*literals, strict=True)))

    def _literals(self, type_: TypeEngine[Any], column: Sequence[Any]) -> Iterator[str]:
        spellings = {kind: self._compiler.spelling(type_, kind) for kind in set(map(type, column))}
        if len(spellings) == 1:
            (spelling,) = spellings.values()
            return map(spelling, column)
        return (spellings[type(value)](value) for value in column)
