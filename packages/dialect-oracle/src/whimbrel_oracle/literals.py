"""How statements and values are spelt in a script, so that Oracle, and SQL*Plus reading it, take them as they are."""

from __future__ import annotations

import copy
import re
from typing import Any, Final

from sqlalchemy import Dialect
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from whimbrel.ddl import TextSink
from whimbrel.errors import CommandError

LONGEST_LITERAL: Final = 4000
"""Bytes that a literal holds without MAX_STRING_SIZE=EXTENDED (Oracle Database SQL Language Reference, "Literals")."""

LONGEST_RAW: Final = 2000
"""Bytes that a RAW holds, and HEXTORAW returns one (the same, "Data Types")."""

_ON_A_LINE: Final = 1000
"""Characters of a long string on one line: SQL*Plus reads no line of any length ("SQL*Plus Limits")."""

_STRING: Final = re.compile(r"N?'(?:[^']|'')*'")
_PIECE: Final = re.compile(rf"[\n\r&]|(?:''|[^'\n\r&]){{1,{_ON_A_LINE}}}")
_ZONED: Final = re.compile(r"TO_(?:DATE|TIMESTAMP)\('([\d-]+ [\d:.]+?)([+-]\d\d:\d\d)', '[^']*'\)")

# What SQL*Plus itself takes for PL/SQL, in which a semicolon ends nothing
# (SQL*Plus User's Guide and Reference, "Running PL/SQL Blocks").
_PLSQL: Final = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/|<<\w+>>)*"
    r"(?:DECLARE|BEGIN|WITH\s+(?:FUNCTION|PROCEDURE)"
    r"|CREATE\s+(?:OR\s+REPLACE\s+)?(?:(?:NON)?EDITIONABLE\s+)?"
    r"(?:FUNCTION|LIBRARY|PACKAGE|PROCEDURE|TRIGGER|TYPE))\b",
    re.I | re.S,
)


class ScriptSink(TextSink):
    """Writes statements for SQL*Plus."""

    def terminated(self, rendered: str) -> str:
        """Return *rendered* with the separator, and without a semicolon: that would execute it, and ``/`` once more."""
        return super().terminated(rendered if _PLSQL.match(rendered) else rendered.rstrip().removesuffix(";"))


def script_dialect(dialect: Dialect) -> Dialect:
    """Return a copy of *dialect* that spells literals as :func:`script_literal` does."""
    copied = copy.copy(dialect)
    base = dialect.statement_compiler
    copied.statement_compiler = type(f"Script{base.__name__}", (_ScriptCompiler, base), {})
    return copied


class _ScriptCompiler(SQLCompiler):
    """Stands before SQLAlchemy's compiler of Oracle."""

    def render_literal_value(self, value: Any, type_: TypeEngine[Any]) -> str:
        return script_literal(super().render_literal_value(value, type_))


def script_literal(sql: str) -> str:
    """Return a literal as it is safe in a script; what is neither a string nor a date stays.

    * A line break becomes ``CHR(10)``: SQL*Plus looks for ``/``, for a semicolon at the end of a line and for an empty
      line within quotes too. ``&`` becomes ``CHR(38)``: it asks for the value of a variable.
      (SQL*Plus User's Guide and Reference, "Entering and Running SQL Commands", "Defining Substitution Variables")
    * A string of more than 4000 bytes is put together of CLOBs.
    * A time with a zone is a TIMESTAMP literal; SQLAlchemy's format would not read the zone.

    :param sql: the literal as SQLAlchemy spells it.

    Example::

        >>> print(script_literal("'AT&T'"))
        'AT' || CHR(38) || 'T'
    """
    zoned = _ZONED.fullmatch(sql)
    if zoned is not None:
        return f"TIMESTAMP '{zoned[1]} {zoned[2]}'"
    if not _STRING.fullmatch(sql):
        return sql
    prefix = sql[: sql.index("'")]
    body = sql[len(prefix) + 1 : -1]
    pieces = [
        f"CHR({ord(piece)})" if piece in ("\n", "\r", "&") else f"{prefix}'{piece}'" for piece in _PIECE.findall(body)
    ]
    is_long = len(body.encode("utf-8", "replace")) > LONGEST_LITERAL
    if len(pieces) < 2 and not is_long:
        return pieces[0] if pieces else sql
    if is_long:
        convert = "TO_NCLOB" if prefix else "TO_CLOB"
        pieces = [f"{convert}({piece})" for piece in pieces]
    return ("\n    || " if len(body) > _ON_A_LINE else " || ").join(pieces)


def raw_literal(value: bytes) -> str:
    """Return bytes as ``HEXTORAW('00ff')``.

    :raises CommandError: there are more of them than a literal holds.
    """
    if len(value) > LONGEST_RAW:
        raise CommandError(
            f"A value of {len(value)} bytes cannot be written as text for Oracle: a literal holds {LONGEST_RAW}.",
            "Insert it over a connection, or piece by piece with DBMS_LOB.WRITEAPPEND in op.execute().",
        )
    return f"HEXTORAW('{value.hex()}')"
