"""Defaults in one spelling, as far as that can be told without asking the server."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from typing import Final

from whimbrel.impl.comparing import unparenthesized
from whimbrel_mysql.clauses import items
from whimbrel_mysql.server_types import ServerType

_NOW: Final = re.compile(
    r"(?:(?:current_timestamp|now|localtime|localtimestamp)\s*\(\s*(\d*)\s*\)|"
    r"current_timestamp|localtime|localtimestamp)",
    re.I,
)
_ESCAPE: Final = re.compile(r"\\(.)", re.S)
_BITS: Final = re.compile(r"b'([01]*)'|0b([01]+)", re.I)
_WHOLE: Final = frozenset({"BOOL", "TINYINT", "SMALLINT", "MEDIUMINT", "INT", "BIGINT", "YEAR"})
_TRUTH: Final = {"true": "1", "false": "0"}


def plain_default(spelled: str | None, type_: ServerType) -> str | None:
    """Return a default as it is compared: ``NULL`` is none, numbers have their shortest text, now has one name.

    :param spelled: SQL text, ``ON UPDATE`` included.
    :param type_: the type of its column.
    """
    if spelled is None:
        return None
    default, on_update = _parted(spelled)
    value = _value(unparenthesized(default), type_)
    if on_update is not None:
        return f"{value or 'NULL'} ON UPDATE {_value(on_update, type_)}"
    return value


def _parted(spelled: str) -> tuple[str, str | None]:
    """Return the default, and what stands after ``ON UPDATE``."""
    parts = items(spelled)
    for first, second in pairwise(parts):
        if (first.word, second.word) == ("ON", "UPDATE"):
            return spelled[: first.start].strip(), spelled[second.end :].strip()
    return spelled.strip(), None


def _value(default: str, type_: ServerType) -> str | None:
    if default.upper() == "NULL":
        return None
    now = _NOW.fullmatch(default)
    if now is not None:
        return f"current_timestamp({now[1] or ''})".replace("(0)", "()")
    parts = [item.text for item in items(default)]
    if len(parts) == 2 and parts[0][:1] == "_":
        parts = parts[1:]  # the character set of a literal
    literal = _unquoted(parts[0]) if len(parts) == 1 and parts[0][:1] in ("'", '"') else None
    if type_.word == "BIT":
        return _bits(literal if literal is not None else default)
    if type_.word in _WHOLE or type_.word in ("DECIMAL", "FLOAT", "DOUBLE"):
        return _number(_TRUTH.get(default.lower(), literal if literal is not None else default), type_)
    if literal is None:
        is_number = re.fullmatch(r"[-+]?\d+(?:\.\d+)?", default) is not None
        return f"'{default}'" if is_number and type_.word in ("CHAR", "VARCHAR", "TEXT", "ENUM", "SET") else default
    return "'" + literal.replace("'", "''") + "'"


def _unquoted(literal: str) -> str:
    inside = literal[1:-1].replace(literal[0] * 2, literal[0])
    return _ESCAPE.sub(r"\1", inside)


def _bits(default: str) -> str:
    found = _BITS.fullmatch(default)
    if found is not None:
        return str(int(found[1] or found[2] or "0", 2))
    return _TRUTH.get(default.lower(), default)


def _number(default: str, type_: ServerType) -> str:
    try:
        number = Decimal(default.strip())
    except InvalidOperation:
        return default
    if not number.is_finite():
        return default
    if type_.word == "DECIMAL":
        scale = int(type_.arguments.partition(",")[2] or 0)
        return str(number.quantize(Decimal(1).scaleb(-scale))) if number.adjusted() < 28 - scale else str(number)
    if type_.word in ("FLOAT", "DOUBLE"):
        return repr(float(number))
    return str(int(number)) if number == int(number) else str(number)
