"""How the values of a column become another type, where PostgreSQL wants to be told: ``USING``.

https://www.postgresql.org/docs/current/sql-createcast.html: what it does by itself are its assignment casts.
"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Dialect

from whimbrel.ddl.literals import text_dialect
from whimbrel_postgresql.server_types import as_server_prints

_STRINGS: Final = frozenset({"character varying", "text", "character", "bpchar", "citext", "name"})
_NUMBERS: Final = frozenset({"smallint", "integer", "bigint", "numeric", "real", "double precision"})
_ALIKE: Final = (
    _NUMBERS,
    frozenset({"date", "timestamp without time zone", "timestamp with time zone"}),
    frozenset({"time without time zone", "time with time zone"}),
    frozenset({"json", "jsonb"}),
    frozenset({"inet", "cidr"}),
    frozenset({"bit", "bit varying"}),
)
"""Types of which each becomes any other by itself."""


class Using(str):
    """How values become a new type, which knows how they become the old one again.

    :param there: SQL text.
    :param back: SQL text; ``None`` where it goes by itself.
    """

    back: str | None

    def __new__(cls, there: str, back: str | None) -> Using:
        """Return the text, and keep the other."""
        made = super().__new__(cls, there)
        made.back = back
        return made

    def reverse(self) -> Using | None:
        """Return the way back."""
        return None if self.back is None else Using(self.back, str(self))


def using(theirs: Column[Any], ours: Column[Any], dialect: Dialect) -> Using | None:
    """Return how the values of a column become another type and back; ``None`` where both go by themselves.

    :param theirs: the column as the database has it.
    :param ours: the column as the models have it.
    :param dialect: PostgreSQL's.
    """
    name = text_dialect(dialect).identifier_preparer.quote(theirs.name)
    was, is_ = (_spelt(column, dialect) for column in (theirs, ours))
    there, back = _expression(name, was, is_), _expression(name, is_, was)
    if there is None and back is None:
        return None
    return Using(there if there is not None else name, back)


def _spelt(column: Column[Any], dialect: Dialect) -> str:
    return dialect.type_compiler_instance.process(column.type).partition(" COLLATE ")[0]


def _expression(column: str, old: str, new: str) -> str | None:
    was, is_ = _base(old), _base(new)
    if is_ in _STRINGS or was == is_ or any({was, is_} <= alike for alike in _ALIKE):
        return None
    if was.endswith("[]") and is_.endswith("[]"):
        element = _expression(column, was.removesuffix("[]"), is_.removesuffix("[]"))
        return None if element is None else f"{column}::text[]::{new}"
    if was in _NUMBERS and is_ == "boolean":
        return f"{column} <> 0"
    if was == "boolean" and is_ in _NUMBERS:
        return f"{column}::integer"
    return f"{column}::{new}" if was in _STRINGS else f"{column}::text::{new}"


def _base(spelling: str) -> str:
    """Return a type without lengths: ``character varying`` of ``VARCHAR(20)``."""
    name = as_server_prints(spelling)
    head, parenthesis, tail = name.partition("(")
    return head + tail.partition(")")[2] if parenthesis else name
