"""From the name of a type, of which SQLite takes any, to SQLAlchemy's type.

https://www.sqlite.org/datatype3.html#determination_of_column_affinity
"""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import Dialect
from sqlalchemy.dialects.sqlite import DATE, DATETIME, TIME
from sqlalchemy.types import BINARY, INTEGER, NUMERIC, REAL, TEXT, VARBINARY, NullType, TypeEngine

_AFFINITIES: Final = (("INT", INTEGER), ("CHAR", TEXT), ("CLOB", TEXT), ("TEXT", TEXT), ("BLOB", NullType))
_REAL: Final = ("REAL", "FLOA", "DOUB")
_OF_DIGITS: Final[dict[str, tuple[Any, str]]] = {
    "DATE_CHAR": (DATE, "%(year)04d%(month)02d%(day)02d"),
    "DATETIME_CHAR": (DATETIME, "%(year)04d%(month)02d%(day)02d%(hour)02d%(minute)02d%(second)02d"),
    "TIME_CHAR": (TIME, "%(hour)02d%(minute)02d%(second)02d"),
}
"""What SQLAlchemy calls a type that stores digits alone, so that SQLite takes them for a text and not for a number."""

_UNLISTED: Final[dict[str, Any]] = {"BINARY": BINARY, "VARBINARY": VARBINARY}
"""Names that SQLAlchemy writes, and does not know when it reads them."""

_DECLARED: Final = "whimbrel_sqlite_declared"


def type_of(text: str, dialect: Dialect) -> TypeEngine[Any]:
    """Return SQLAlchemy's type of that name; where it has none, the one that SQLite treats alike.

    :param text: the type as it stands in a CREATE TABLE; empty where there is none.
    :param dialect: knows the names of SQLAlchemy's types.
    """
    name, _, rest = text.partition("(")
    word = " ".join(name.upper().split())
    if word in _OF_DIGITS:
        class_, format_ = _OF_DIGITS[word]
        found: TypeEngine[Any] = class_(storage_format=format_)
        return found
    known: dict[str, Any] = getattr(dialect, "ischema_names", {})  # where dialects keep the types they reflect
    class_ = known.get(word) or _UNLISTED.get(word) or _alike(word)
    arguments = [int(number) for number in re.findall(r"\d+", rest)]
    try:
        found = class_(*arguments)
    except TypeError:  # INTEGER(11)
        found = class_()
    vars(found)[_DECLARED] = text
    return found


def declared(type_: TypeEngine[Any]) -> str | None:
    """Return the name that a type was made from by :func:`type_of`; ``None`` for any other type."""
    name: str | None = vars(type_).get(_DECLARED)
    return name


def affinity(text: str) -> type[TypeEngine[Any]]:
    """Return SQLAlchemy's type for the affinity that SQLite gives a column of that type.

    :param text: the type as it stands in a CREATE TABLE.
    """
    return _alike(text.partition("(")[0].upper())


def _alike(name: str) -> type[TypeEngine[Any]]:
    for part, class_ in _AFFINITIES:
        if part in name:
            return class_
    if not name.strip():
        return NullType
    return REAL if any(part in name for part in _REAL) else NUMERIC
