"""FillColumnOp: values for rows that have none, before their column becomes NOT NULL."""

from __future__ import annotations

import datetime
import decimal
import enum
import uuid
from typing import Any, Final

from sqlalchemy import Column, Enum
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine, to_instance

from whimbrel.operations.ops import AlterTableOp
from whimbrel_autogen.render.context import Rendering
from whimbrel_autogen.render.layout import Call, Chain, Dict, Source, literal
from whimbrel_autogen.render.operations import renderers
from whimbrel_autogen.render.schema import render_text, sql_of
from whimbrel_autogen.render.types import render_type

_PLAIN: Final = (bool, int, float, str, bytes)
_OF_MODULES: Final = {
    datetime.date: "datetime",
    datetime.time: "datetime",
    datetime.datetime: "datetime",
    datetime.timedelta: "datetime",
    decimal.Decimal: "decimal",
    uuid.UUID: "uuid",
}
"""Types whose ``repr`` is a call, and the module that it needs."""


class FillColumnOp(AlterTableOp):
    """Give a value to the rows that have NULL in a column.

    :param table_name: the table.
    :param column_name: the column.
    :param schema: the table's schema.
    :param type_: the column's type.
    :param value: a Python value, or an SQL expression, as a model's ``default`` has it.
    :param sql: an SQL expression as text, instead of *value*; ``...`` for one that a person has yet to write, which
        makes the statement a comment.
    """

    def __init__(
        self,
        table_name: str,
        column_name: str,
        *,
        schema: str | None = None,
        type_: TypeEngine[Any] | type[TypeEngine[Any]] | None = None,
        value: Any = None,
        sql: str | None = None,
    ) -> None:
        super().__init__(table_name, schema=schema)
        self.column_name = column_name
        self.type_ = type_
        self.value = value
        self.sql = sql


def scalar_default(column: Column[Any] | None) -> Any:
    """Return the value that a model gives to new rows, where a script can say it; ``None`` for none.

    :param column: the models' column.
    """
    default: Any = column.default if column is not None else None
    if default is None or not (default.is_scalar or default.is_clause_element):
        return None
    value = default.arg
    if isinstance(value, ClauseElement):
        return value
    if isinstance(value, enum.Enum):
        return _enum_word(column.type, value) if column is not None else None
    return value if isinstance(value, _PLAIN) or type(value) in _OF_MODULES else None


def _enum_word(type_: TypeEngine[Any], value: enum.Enum) -> str | None:
    """Return what stands in the database for a member of a Python enum."""
    if isinstance(type_, Enum) and isinstance(value, type_.enum_class or ()):
        members = type_.enum_class.__members__.values() if type_.enum_class is not None else ()
        words = dict(zip(members, type_.enums, strict=False))
        return str(words[value]) if value in words else None
    return None


@renderers.own(FillColumnOp)
def _fill(rendering: Rendering, op: FillColumnOp) -> Source:
    if op.sql is not None:
        call = Call(rendering.verb("execute"), [literal(_update(rendering, op, op.sql))])
        return f"# {call}" if op.sql == "..." else call
    column = [literal(op.column_name)]
    typed = [*column, render_type(rendering, to_instance(op.type_))] if op.type_ is not None else column
    words: list[Source] = [literal(op.table_name), Call(rendering.sa("column"), typed)]
    words += [f"schema={literal(op.schema)}"] if op.schema is not None else []
    table = Call(rendering.sa("table"), words)
    null = Call(f"{Call(rendering.sa('column'), column)}.is_", ["None"])
    values = Dict([f"{literal(op.column_name)}: {_value(rendering, op.value)}"])
    statement = Chain(Call(rendering.sa("update"), [table]), [Call(".where", [null]), Call(".values", [values])])
    return Call(rendering.verb("execute"), [statement])


def _update(rendering: Rendering, op: FillColumnOp, sql: str) -> str:
    preparer = rendering.context.dialect.identifier_preparer
    table = ".".join(preparer.quote(name) for name in (op.schema, op.table_name) if name)
    column = preparer.quote(op.column_name)
    return f"UPDATE {table} SET {column} = {sql} WHERE {column} IS NULL"


def _value(rendering: Rendering, value: Any) -> Source:
    if isinstance(value, ClauseElement):
        return render_text(rendering, sql_of(rendering, value))
    module = _OF_MODULES.get(type(value))
    if module is None:
        return literal(value)
    rendering.context.imports.add(f"import {module}")
    text = repr(value).replace("'", '"')
    return text if text.startswith(f"{module}.") else f"{module}.{text}"
