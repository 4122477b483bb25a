"""Types between two spellings: the one that the server prints, and SQLAlchemy's types."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Dialect
from sqlalchemy.dialects.postgresql import ARRAY, DOMAIN, ENUM, INTERVAL
from sqlalchemy.sql.compiler import TypeCompiler
from sqlalchemy.types import TypeEngine, UserDefinedType

_PARTS: Final = re.compile(
    r'(?P<name>(?:"(?:[^"]|"")*"|[^"(\[])+)(?:\((?P<arguments>[^)]*)\)(?P<rest>[a-z ]*))?(?P<array>(?:\[\d*\])*)'
    r"(?P<collation> collate .*)?",
    re.IGNORECASE,
)
_SYNONYMS: Final = {
    "int": "integer",
    "int4": "integer",
    "int2": "smallint",
    "int8": "bigint",
    "serial": "integer",
    "smallserial": "smallint",
    "bigserial": "bigint",
    "decimal": "numeric",
    "dec": "numeric",
    "float4": "real",
    "float8": "double precision",
    "double": "double precision",
    "bool": "boolean",
    "varchar": "character varying",
    "char varying": "character varying",
    "national character varying": "character varying",
    "char": "character",
    "nchar": "character",
    "national character": "character",
    "varbit": "bit varying",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "time": "time without time zone",
    "timetz": "time with time zone",
}
"""Names of types, and those that the server prints for them.

https://www.postgresql.org/docs/current/datatype.html#DATATYPE-TABLE
"""

_REAL_DIGITS: Final = 24
"""FLOAT(n) is REAL up to here: https://www.postgresql.org/docs/current/datatype-numeric.html#DATATYPE-FLOAT"""


class ServerType(UserDefinedType[Any]):
    """A type that SQLAlchemy has no class for, in the words of the server.

    :param spelling: such as ``geometry(Point,4326)``.

    Example::

        sa.Column("path", ServerType("ltree"))
    """

    cache_ok = True

    def __init__(self, spelling: str) -> None:
        self.spelling = spelling

    def get_col_spec(self, **kw: Any) -> str:
        """Return the type as it stands in ``CREATE TABLE``."""
        return self.spelling


def as_server_prints(spelling: str) -> str:
    """Return a type as the server prints it, apart from the case of letters.

    Example::

        >>> as_server_prints("TIMESTAMP(3) WITH TIME ZONE")
        'timestamp(3) with time zone'
        >>> as_server_prints("FLOAT(53)"), as_server_prints("VARCHAR(20)[][]")
        ('double precision', 'character varying(20)[]')
    """
    parts = _PARTS.fullmatch(" ".join(spelling.split()))
    if parts is None:
        return _lower(spelling)
    said, _, collation = parts["name"].partition(" COLLATE ")
    name = _lower(f"{said.strip()}{(parts['rest'] or '').rstrip()}")
    name = _SYNONYMS.get(name, name)
    collation = _lower(collation or (parts["collation"] or "")[len(" collate ") :])
    arguments = [word.strip().lower() for word in parts["arguments"].split(",")] if parts["arguments"] else []
    if name == "float":
        name, arguments = _float(arguments), []
    elif name == "numeric" and len(arguments) == 1:
        arguments.append("0")
    elif name in ("character", "bit") and not arguments:
        arguments = ["1"]
    head, space, tail = name.partition(" ") if name.endswith(" time zone") else (name, "", "")
    given = f"({','.join(arguments)})" if arguments else ""
    array = "[]" if parts["array"] else ""  # the server takes no notice of how many dimensions are declared
    return f"{head}{given}{space}{tail}{array}{f' collate {collation}' if collation else ''}"


def name_and_arguments(spelling: str) -> tuple[str, str | None]:
    """Return a type without its parentheses, and what stands in them, if it has any.

    Example::

        >>> name_and_arguments("geometry(POINT,-1)[]")
        ('geometry[]', 'POINT,-1')
    """
    parts = _PARTS.fullmatch(" ".join(spelling.split()))
    if parts is None:
        return spelling, None
    around = (parts["name"].strip(), parts["rest"], "[]" if parts["array"] else "", parts["collation"])
    return "".join(part or "" for part in around), parts["arguments"]


def _float(arguments: Sequence[str]) -> str:
    return "real" if arguments and int(arguments[0]) <= _REAL_DIGITS else "double precision"


def _lower(name: str) -> str:
    """Return a name in lower case, quotes kept where they mean something, as for ``"char"``."""
    words = re.findall(r'"(?:[^"]|"")*"|[^"]+', name)
    plain = [word[1:-1] if _needs_no_quotes(word) else word if word[0] == '"' else word.lower() for word in words]
    return "".join(plain).strip()


def _needs_no_quotes(word: str) -> bool:
    return re.fullmatch(r'"[a-z_][a-z0-9_$]*"', word) is not None and word != '"char"'


def is_sqlalchemys(cls: object) -> bool:
    """Return whether a class of types is SQLAlchemy's, which spells its types as the server prints them."""
    return getattr(cls, "__module__", "").startswith("sqlalchemy.")


class ServerTypes:
    """Makes SQLAlchemy's types of what the server prints, each once.

    :param dialect: knows the classes of types; packages add theirs to its ``ischema_names``.
    :param named: the ENUM and DOMAIN types by what the server prints for them.
    :param prints: what the server prints for a type.
    """

    def __init__(
        self, dialect: Dialect, named: Mapping[str, ENUM | DOMAIN], prints: Callable[[str], str | None]
    ) -> None:
        self._classes: Mapping[str, type[TypeEngine[Any]]] = dialect.ischema_names  # type: ignore[attr-defined]  # PGDialect's
        self._compiler: TypeCompiler = dialect.type_compiler_instance
        self._named = named
        self._prints = prints
        self._made: dict[tuple[str, str | None], TypeEngine[Any]] = {}

    def type_of(self, printed: str, collation: str | None = None) -> TypeEngine[Any]:
        """Return the type.

        :param printed: what ``format_type()`` says.
        :param collation: the name of a collation that is not the type's own.
        """
        key = (printed, collation)
        if key not in self._made:
            self._made[key] = self._make(printed, collation)
        return self._made[key]

    def _make(self, printed: str, collation: str | None) -> TypeEngine[Any]:
        if printed.endswith("[]"):
            return ARRAY(self.type_of(printed[:-2], collation))
        if printed in self._named:
            return self._named[printed]
        type_ = self._of_a_class(printed, collation)
        if type_ is None or not self._says(type_, _with_collation(printed, collation)):
            return ServerType(f'{printed} COLLATE "{collation}"' if collation else printed)
        return type_

    def _says(self, type_: TypeEngine[Any], printed: str) -> bool:
        """Return whether nothing of what the server prints is lost in a class; packages may spell it differently."""
        spelling = self._compiler.process(type_)
        if as_server_prints(spelling) == printed:
            return True
        if is_sqlalchemys(type(type_)):
            return False
        return as_server_prints(self._prints(spelling) or "") == printed

    def _of_a_class(self, printed: str, collation: str | None) -> TypeEngine[Any] | None:
        parts = _PARTS.fullmatch(printed)
        if parts is None:
            return None
        name = f"{parts['name']}{(parts['rest'] or '').rstrip()}"
        arguments: list[Any] = [
            int(word) if word.strip().lstrip("-").isdigit() else word.strip()
            for word in (parts["arguments"] or "").split(",")
            if word
        ]
        keywords: dict[str, Any] = {}
        cls = self._classes.get(name)
        if name == "interval" or name.startswith("interval "):
            cls = INTERVAL
            keywords["fields"] = name.partition(" ")[2] or None
        elif name.endswith(" time zone"):
            keywords["timezone"] = name.endswith(" with time zone")
        elif name == "bit varying":
            keywords["varying"] = True
        if cls is None:
            return None
        if arguments and (name.startswith("interval") or name.endswith(" time zone")):
            keywords["precision"] = arguments.pop()
        if collation is not None:
            keywords["collation"] = collation
        try:
            return cls(*arguments, **keywords)
        except TypeError:  # a class of somebody's that takes other arguments
            return None


def _with_collation(printed: str, collation: str | None) -> str:
    spelt = as_server_prints(printed)
    return spelt if collation is None else as_server_prints(f'{printed} COLLATE "{collation}"')
