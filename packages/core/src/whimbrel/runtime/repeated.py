"""A statement that a long run executes thousands of times, with other values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, CursorResult
from sqlalchemy.engine.interfaces import BindTyping
from sqlalchemy.sql.dml import UpdateBase


class RepeatedStatement:
    """Sends a statement as the driver takes it.

    SQLAlchemy looks a statement up in its cache each time, and each value up by its name, which takes longer than
    sending it. Where it has to have a hand in each execution, it has.

    :param statement: an INSERT, UPDATE or DELETE.
    :param names: the columns it gives values to, where it does not say so itself.

    Example::

        insert = RepeatedStatement(table.insert(), ("id", "name"))
        insert.execute(connection, {"id": 1, "name": "x"})
    """

    def __init__(self, statement: UpdateBase, names: tuple[str, ...] = ()) -> None:
        self._statement = statement
        self._names = names
        self._ready: _Ready | None = None

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> CursorResult[Any]:
        """Execute it.

        :param connection: where; of the same database each time.
        :param values: a value for each parameter.
        """
        translated = connection.get_execution_options().get("schema_translate_map")
        if translated or connection.dialect.bind_typing is BindTyping.SETINPUTSIZES:
            return connection.execute(self._statement, dict(values))
        ready = self._ready
        if ready is None:
            ready = self._ready = self._compile(connection)
        given = {name: values[name] if process is None else process(values[name]) for name, process in ready.processors}
        if ready.order is None:
            return connection.exec_driver_sql(ready.sql, given)
        return connection.exec_driver_sql(ready.sql, tuple([given[name] for name in ready.order]))

    def _compile(self, connection: Connection) -> _Ready:
        dialect = connection.dialect
        compiled = self._statement.compile(dialect=dialect, column_keys=list(self._names) or None)
        order = compiled.positiontup
        binds = compiled.binds
        processors = [(name, bind.type.dialect_impl(dialect).bind_processor(dialect)) for name, bind in binds.items()]
        return _Ready(compiled.string, order, processors)


class _Ready(NamedTuple):
    """A compiled statement: its text, its parameters in order where it knows no names, and what makes each fit."""

    sql: str
    order: Sequence[str] | None
    processors: Sequence[tuple[str, Callable[[Any], Any] | None]]
