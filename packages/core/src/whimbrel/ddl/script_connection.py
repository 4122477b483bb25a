"""ScriptConnection: what scripts execute on while SQL is written as text."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.engine.mock import MockConnection
from sqlalchemy.sql.base import Executable

from whimbrel.ddl.sink import Sink


class ScriptConnection(MockConnection):
    """Stands for a connection: knows its dialect, writes what it is given to execute, and has nothing to read.

    SQLAlchemy's ``create()``, ``drop()``, ``create_all()`` and the listeners of table events write to it too; what
    they would look up first they take as not there.

    :param dialect: whose SQL is written.
    :param sink: takes the statements.
    """

    def __init__(self, dialect: Dialect, sink: Sink) -> None:
        self._sink = sink
        super().__init__(dialect, self._write)

    def execute(self, obj: Any, parameters: Any = None, execution_options: Any = None) -> Any:
        """Write a statement, and return ``None``: there is no result.

        :param obj: the statement.
        :param parameters: values of its parameters, or a list of such mappings to write it once for each.
        :param execution_options: are of no account.
        """
        self._sink.execute(obj, parameters)

    def exec_driver_sql(self, statement: str, parameters: Any = None, execution_options: Any = None) -> None:
        """Write SQL text as it stands, and return ``None``: there is no result."""
        self._sink.execute(statement)

    def _write(self, sql: Executable, *args: Any, **kw: Any) -> None:
        self._sink.execute(sql)
