"""From the name of a type, of which SQLite takes any, to SQLAlchemy's type.

https://www.sqlite.org/datatype3.html#determination_of_column_affinity
"""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import Dialect
from sqlalchemy.types import INTEGER, NUMERIC, REAL, TEXT, NullType, TypeEngine

_AFFINITIES: Final = (("INT", INTEGER), ("CHAR", TEXT), ("CLOB", TEXT), ("TEXT", TEXT), ("BLOB", NullType))
_REAL: Final = ("REAL", "FLOA", "DOUB")


def type_of(text: str, dialect: Dialect) -> TypeEngine[Any]:
    """Return SQLAlchemy's type of that name; where it has none, the one that SQLite treats alike.

    :param text: the type as it stands in a CREATE TABLE; empty where there is none.
    :param dialect: knows the names of SQLAlchemy's types.
    """
    name, _, rest = text.partition("(")
    known: dict[str, Any] = getattr(dialect, "ischema_names", {})  # where dialects keep the types they reflect
    class_ = known.get(" ".join(name.upper().split())) or _alike(name.upper())
    arguments = [int(number) for number in re.findall(r"\d+", rest)]
    try:
        found: TypeEngine[Any] = class_(*arguments)
    except TypeError:  # INTEGER(11)
        found = class_()
    return found


def _alike(name: str) -> type[TypeEngine[Any]]:
    for part, class_ in _AFFINITIES:
        if part in name:
            return class_
    if not name.strip():
        return NullType
    return REAL if any(part in name for part in _REAL) else NUMERIC
