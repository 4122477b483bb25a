"""How the values of a column become another type, where MariaDB does not make them that: by way of text."""

from __future__ import annotations

import re
from typing import Final

from sqlalchemy import Dialect, String
from sqlalchemy.types import NullType, TypeEngine

_STRICT: Final = frozenset({"uuid", "inet4", "inet6"})
_TEXTS: Final = re.compile(
    r"(?:n?(?:var)?char|national|(?:tiny|medium|long)?(?:text|blob)|(?:var)?binary|enum|set|json)\b"
)

WAY: Final = String(100)
"""Holds whatever number, date or address is on the way, and fits into an index."""


def goes_by_text(was: object, becomes: object, dialect: Dialect) -> bool:
    """Return whether one of two types is made of strings alone, and the other is none: of numbers there is no UUID.

    https://mariadb.com/docs/server/reference/data-types/string-data-types/uuid-data-type

    :param was: the type that is: SQLAlchemy's, or as the server spells it; anything else is not known.
    :param becomes: the type that is to be.
    :param dialect: SQLAlchemy's dialect.
    """
    words = {_word(was, dialect), _word(becomes, dialect)}
    others = words - _STRICT
    return len(words) == 2 and len(others) < 2 and not any(word == "" or _TEXTS.match(word) for word in others)


def _word(type_: object, dialect: Dialect) -> str:
    if isinstance(type_, TypeEngine) and not isinstance(type_, NullType):
        return dialect.type_compiler_instance.process(type_).lower()
    return type_.lower() if isinstance(type_, str) else ""
