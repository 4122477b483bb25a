"""What directives lose: what a table or a column holds, what a narrower type cannot hold, what SQL text takes away."""

from __future__ import annotations

import re
from typing import Any, Final

from sqlalchemy import Date, DateTime, Dialect, Integer, LargeBinary, Numeric, String, Time
from sqlalchemy.types import TypeDecorator, TypeEngine, to_instance

from whimbrel.operations.directives.alter_column import AlterColumnOp
from whimbrel.operations.directives.base import MigrateOperation
from whimbrel.operations.directives.columns import DropColumnOp
from whimbrel.operations.directives.tables import DropTableOp

_SIZES: Final = {"TINYINT": 1, "SMALLINT": 2, "SMALLINTEGER": 2, "MEDIUMINT": 3, "BIGINT": 8, "BIGINTEGER": 8}
"""Bytes of integer types by the name of their class; of others, four."""

_LOSING_SQL: Final = re.compile(
    r"\b(?:DROP\s+(?:TABLE|SCHEMA|DATABASE|COLUMN|MATERIALIZED\s+VIEW|PARTITION|TABLESPACE|OWNED)|TRUNCATE|DELETE\s+FROM"
    r"|ALTER\s+TABLE\s+[^;]*?\bDROP\s+(?!CONSTRAINT|INDEX|KEY|PRIMARY|FOREIGN|CHECK|DEFAULT|NOT|IDENTITY|EXPRESSION)\w)"
    r"[^;]*",
    re.IGNORECASE,
)
_COMMENT_OR_LITERAL: Final = re.compile(r"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)


def lost_by(op: MigrateOperation, dialect: Dialect) -> str | None:
    """Return what a step loses, in a sentence; ``None`` where it loses nothing.

    :param op: the step.
    :param dialect: spells types.
    """
    if isinstance(op, DropTableOp):
        return f"All that table {_called(op.schema, op.table_name)} holds is lost here."
    if isinstance(op, DropColumnOp):
        if op._reverse is not None and op._reverse.column.computed is not None:
            return None
        return f"All that column {_called(op.schema, op.table_name, op.column_name)} holds is lost here."
    if isinstance(op, AlterColumnOp) and op.modify_type is not None and op.existing_type is not None:
        was, now = to_instance(op.existing_type), to_instance(op.modify_type)
        if is_narrower(was, now):
            column = _called(op.schema, op.table_name, op.column_name)
            return f"What column {column} holds beyond {now.compile(dialect=dialect)} is lost here, or stops this step."
    return None


def is_narrower(was: TypeEngine[Any], now: TypeEngine[Any]) -> bool:
    """Return whether there are values of one type that another one cannot hold.

    :param was: the type that the values have.
    :param now: the type that they get.
    """
    was, now = _plain(was), _plain(now)
    if isinstance(was, String | LargeBinary):
        same = isinstance(now, String) if isinstance(was, String) else isinstance(now, LargeBinary)
        return not same or _is_less(getattr(now, "length", None), was.length)
    if isinstance(was, Numeric):
        if isinstance(now, Integer):
            return True
        return isinstance(now, Numeric) and _is_less_numeric(was, now)
    if isinstance(was, Integer):
        return isinstance(now, Integer) and _size(now) < _size(was)
    if isinstance(was, DateTime):
        return isinstance(now, Date | Time) or (isinstance(now, DateTime) and was.timezone and not now.timezone)
    return False


def _plain(type_: TypeEngine[Any]) -> TypeEngine[Any]:
    while isinstance(type_, TypeDecorator):
        type_ = type_.impl_instance
    return type_


def _is_less(now: int | None, was: int | None) -> bool:
    return now is not None and (was is None or now < was)


def _is_less_numeric(was: Numeric[Any], now: Numeric[Any]) -> bool:
    if now.precision is None or was.precision is None:
        return _is_less(now.precision, was.precision)
    before = was.precision - (was.scale or 0), was.scale or 0
    after = now.precision - (now.scale or 0), now.scale or 0
    return after[0] < before[0] or after[1] < before[1]


def _size(type_: TypeEngine[Any]) -> int:
    return _SIZES.get(type(type_).__name__.upper(), 4)


def _called(*names: str | None) -> str:
    return ".".join(filter(None, names))


def lost_by_sql(sql: str) -> list[str]:
    """Return a sentence for each place in SQL text that takes tables, columns or rows away, as far as text tells.

    :param sql: statements; what stands in comments and literals is not looked at.

    Example::

        >>> lost_by_sql("TRUNCATE book")
        ['TRUNCATE book']
    """
    plain = _COMMENT_OR_LITERAL.sub(" ", sql)
    return [" ".join(found[0].split()) for found in _LOSING_SQL.finditer(plain)]
