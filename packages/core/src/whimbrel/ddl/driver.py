"""An INSERT of many rows as the driver's own executemany() takes it: SQL text and tuples.

SQLAlchemy looks at each value of each row by the name of its column, which takes longer than many a database does.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Dialect, Insert
from sqlalchemy.engine.interfaces import BindTyping
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.types import TypeEngine

from whimbrel.ddl.rows import Rows


def driver_insert(connection: Connection, statement: Insert, rows: Rows) -> tuple[str, list[tuple[Any, ...]]] | None:
    """Return the text of *statement* for the driver, and *rows* as it wants them.

    ``None`` where SQLAlchemy would do more than convert each value by the type of its column: compute defaults, tell
    the driver types, translate schemas, call listeners, or send many rows in one statement. And where a value does
    not go with its column, so that the error is SQLAlchemy's.

    :param connection: what it will be executed on.
    :param statement: an INSERT without values.
    :param rows: the rows.
    """
    if _more_is_done(connection):
        return None
    dialect = _positional(connection.dialect)
    compiled = statement.inline().compile(dialect=dialect, column_keys=list(rows.columns))
    assert isinstance(compiled, SQLCompiler)
    names = compiled.positiontup or []
    if compiled.insert_prefetch or sorted(names) != sorted(rows.columns):
        return None
    values = dict(zip(rows.columns, rows.values, strict=True))
    columns = (_processed(values[name], compiled.binds[name].type, dialect) for name in names)
    try:
        return compiled.string, list(zip(*columns, strict=True))
    except Exception:  # whatever a type's own code raises; nothing is lost, SQLAlchemy raises it again
        return None


def _more_is_done(connection: Connection) -> bool:
    dialect = connection.dialect
    return bool(
        dialect.bind_typing is BindTyping.SETINPUTSIZES
        or getattr(dialect, "use_insertmanyvalues_wo_returning", False)
        or connection.get_execution_options().get("schema_translate_map")
        or connection.dispatch.before_execute
        or connection.dispatch.after_execute
    )


def _positional(dialect: Dialect) -> Dialect:
    """Return a dialect whose statements have placeholders by position: drivers that know ``%(name)s`` know ``%s``."""
    if dialect.positional or dialect.paramstyle != "pyformat":
        return dialect
    copied = copy.copy(dialect)
    copied.paramstyle = "format"
    copied.positional = True
    return copied


def _processed(column: list[Any], type_: TypeEngine[Any], dialect: Dialect) -> Iterable[Any]:
    processor = type_.dialect_impl(dialect).bind_processor(dialect)
    return column if processor is None else map(processor, column)
