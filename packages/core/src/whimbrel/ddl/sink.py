"""Where SQL goes: to a connection, or into a stream as text."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol, TextIO

from sqlalchemy import Connection, CursorResult, Dialect, Insert, Table, Update, text
from sqlalchemy.exc import CompileError
from sqlalchemy.schema import Column, CreateTable, ExecutableDDLElement
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement, TextClause

from whimbrel.ddl.driver import driver_insert
from whimbrel.ddl.literals import GIVEN, BinaryLiteral, ansi_binary_literal, text_dialect
from whimbrel.ddl.rows import Rows
from whimbrel.ddl.template import RowTemplate
from whimbrel.errors import CommandError

Parameters = Mapping[str, Any] | Sequence[Mapping[str, Any]]

_INDENT_OR_QUOTED = re.compile(r"""'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\n\t""")

_WRITTEN_AT_ONCE: Final = 1000

# What SQLAlchemy's text() takes for a parameter, and for a colon that is written so as not to be one.
_WOULD_BIND = re.compile(r"(?<![:\w\\]):(?=\w+(?![:\w]))")
_ESCAPED_COLON = re.compile(r"\\(:[\w$]*)(?![:\w$])")


def plain_sql(sql: str) -> str:
    r"""Return SQL text as it is sent: as it stands, but for ``\:``, which by habit of ``text()`` is a colon.

    Nothing in it is a parameter: ``{"a":true}``, ``12:30`` and ``50%`` stay what they are.
    """
    return _ESCAPED_COLON.sub(r"\1", sql)


def escaped_text(sql: str) -> str:
    r"""Return what to give to ``text()`` for *sql* to come out as it stands: no parameter in it, each ``\:`` kept."""
    return _WOULD_BIND.sub(r"\\:", _ESCAPED_COLON.sub(r"\\\g<0>", sql))


def exact_text(sql: str) -> TextClause:
    """Return SQL text that a database has told as a construct that is spelt in just this way."""
    return text(escaped_text(sql))


def plain_text(sql: str) -> TextClause:
    """Return SQL text as a construct in which nothing is a parameter, to stand inside of others."""
    return text(_WOULD_BIND.sub(r"\\:", sql))


class Sink(Protocol):
    """Takes statements."""

    def execute(
        self,
        construct: Executable | str,
        params: Parameters | None = None,
        execution_options: Mapping[str, Any] | None = None,
    ) -> CursorResult[Any] | None:
        """Execute a statement, or write it.

        :param construct: the statement; a string is SQL text, sent as it stands.
        :param params: values of its parameters, or a list of such mappings to execute it once for each.
        :param execution_options: SQLAlchemy's execution options.
        :return: the result; ``None`` where nothing was executed.
        """

    def insert(self, statement: Insert, rows: Rows) -> None:
        """Execute, or write, an INSERT for each of many rows.

        :param statement: an INSERT without values.
        :param rows: the rows.
        """


class ConnectionSink:
    """Executes.

    :param connection: what to execute on.
    :param through_driver: whether rows may go to the driver past SQLAlchemy: right where SQLAlchemy's dialect does
        nothing around an INSERT but to spell it and to convert values.
    """

    def __init__(self, connection: Connection, through_driver: bool = False) -> None:
        self.connection = connection
        self.through_driver = through_driver

    def execute(
        self,
        construct: Executable | str,
        params: Parameters | None = None,
        execution_options: Mapping[str, Any] | None = None,
    ) -> CursorResult[Any]:
        """Execute a statement; see :meth:`Sink.execute`."""
        if isinstance(construct, str):
            # Without parameters a driver does not look for any, so that a % is a %.
            options = {**(execution_options or {}), "no_parameters": True}
            return self.connection.exec_driver_sql(plain_sql(construct), None, options)
        return self.connection.execute(construct, params, execution_options=execution_options)

    def insert(self, statement: Insert, rows: Rows) -> None:
        """Execute an INSERT for each of many rows; see :meth:`Sink.insert`."""
        driven = driver_insert(self.connection, statement, rows) if self.through_driver else None
        if driven is None:
            self.connection.execute(statement, rows.as_mappings())
        else:
            self.connection.exec_driver_sql(*driven)


class Unconnected:
    """Stands where a connection is missing, and says so when one is needed."""

    def execute(
        self,
        construct: Executable | str,
        params: Parameters | None = None,
        execution_options: Mapping[str, Any] | None = None,
    ) -> None:
        """Raise.

        :raises CommandError: always.
        """
        raise CommandError(
            "There is no connection to execute this on.",
            "Give MigrationContext.configure() a connection, or opts={'as_sql': True} to write SQL as text.",
        )

    def insert(self, statement: Insert, rows: Rows) -> None:
        """Raise.

        :raises CommandError: always.
        """
        self.execute(statement)


class TextSink:
    """Writes statements as text, each value a literal.

    :param stream: is written to.
    :param dialect: whose SQL to write.
    :param terminator: stands after each statement.
    :param binary_literal: spells bytes; as the standard does unless given.
    :param separator: stands on a line of its own after each statement, for clients that send what came so far when
        they meet it (``GO``, ``/``); empty for none.

    Example::

        >>> import sys, sqlalchemy as sa
        >>> sink = TextSink(sys.stdout, sa.create_engine("sqlite://").dialect)
        >>> sink.execute(sa.text("UPDATE t SET n = :n").bindparams(n="it's"))
        UPDATE t SET n = 'it''s';
        <BLANKLINE>
    """

    def __init__(
        self,
        stream: TextIO,
        dialect: Dialect,
        terminator: str = ";",
        binary_literal: BinaryLiteral = ansi_binary_literal,
        separator: str = "",
    ) -> None:
        self.stream = stream
        self.dialect = text_dialect(dialect, binary_literal)
        self.terminator = terminator
        self.separator = f"\n\n{separator}" if separator else ""

    def write(self, line: str) -> None:
        """Write *line* as it is, and an empty line."""
        self.stream.write(f"{line}\n\n")
        self.stream.flush()

    def execute(
        self,
        construct: Executable | str,
        params: Parameters | None = None,
        execution_options: Mapping[str, Any] | None = None,
    ) -> None:
        """Write a statement; see :meth:`Sink.execute`.

        :raises CommandError: a value has no literal, or a parameter has no value.
        """
        for values in [params] if params is None or isinstance(params, Mapping) else params:
            self.write(self.terminated(self.render(construct, values)))

    def insert(self, statement: Insert, rows: Rows) -> None:
        """Write an INSERT for each of many rows; see :meth:`Sink.insert`.

        :raises CommandError: a value has no literal.
        """
        statement = statement.inline()  # else SQLAlchemy adds a RETURNING for the keys, which nobody reads here
        missing = self._missing(statement, list(rows.columns))
        names = [*rows.columns, *(column.key for column, _ in missing)]
        try:
            template = RowTemplate(statement, self.dialect, names, f"{self.terminator}{self.separator}\n\n")
            for start in range(0, len(rows.values[0]), _WRITTEN_AT_ONCE):
                columns = [column[start : start + _WRITTEN_AT_ONCE] for column in rows.values]
                columns += [[_python_default(*item) for _ in columns[0]] for item in missing]
                self.stream.write(template.fill(columns))
        except CompileError as error:
            raise _unwritable(error) from error
        self.stream.flush()

    def render(self, construct: Executable | str, values: Mapping[str, Any] | None = None) -> str:
        """Return a statement as text, without its terminator.

        :param values: values of its parameters, and of columns that an INSERT or UPDATE does not set itself.
        :raises CommandError: a value has no literal, or a parameter has no value.
        """
        if isinstance(construct, str):
            return plain_sql(construct).strip()
        element: Any = construct  # Executable says nothing of compile()
        if isinstance(element, ExecutableDDLElement):
            rendered = str(element.compile(dialect=self.dialect)).strip()
            return tidy_create_table(rendered) if isinstance(element, CreateTable) else rendered
        given = values or {}
        try:
            statement = self._with_defaults(element, list(given))
            compiled = statement.compile(
                dialect=self.dialect,
                column_keys=list(given),
                compile_kwargs={"literal_binds": True, GIVEN: given},
            )
        except CompileError as error:
            raise _unwritable(error) from error
        return str(compiled).strip()

    def terminated(self, rendered: str) -> str:
        """Return *rendered* with its terminator, once and never inside of a trailing comment, and the separator."""
        lines = rendered.split("\n")
        while lines and lines[-1].lstrip().startswith("--"):
            lines.pop()
        if not lines:
            return rendered  # nothing but comments
        last = lines[-1]
        if last.rstrip().endswith(self.terminator):
            return f"{rendered}{self.separator}"
        in_comment = "--" in last or not rendered.endswith(last)
        before = "\n" if in_comment else ""
        return f"{rendered}{before}{self.terminator}{self.separator}"

    def _with_defaults(self, statement: ClauseElement, keys: list[str]) -> ClauseElement:
        """Put in the Python-side defaults of a table, which otherwise only execution computes."""
        if not isinstance(statement, Insert | Update):
            return statement
        if isinstance(statement, Insert) and not statement.returning_column_descriptions:
            statement = statement.inline()  # else SQLAlchemy adds a RETURNING for the keys, which nobody reads here
        values = {column.key: _python_default(column, default) for column, default in self._missing(statement, keys)}
        return statement.values(values) if values else statement

    def _missing(self, statement: Insert | Update, keys: list[str]) -> list[tuple[Column[Any], Any]]:
        """Return the columns without a value that have a default in Python, each with that default."""
        if not isinstance(statement.table, Table):
            return []
        if all(column.default is None and column.onupdate is None for column in statement.table.columns):
            return []
        compiled = statement.compile(dialect=self.dialect, column_keys=keys)
        assert isinstance(compiled, SQLCompiler)
        missing = [(column, column.default) for column in compiled.insert_prefetch]
        missing += [(column, column.onupdate) for column in compiled.update_prefetch]
        if not all(isinstance(column, Column) for column, _ in missing):
            raise CommandError(
                f"An INSERT of several rows into {statement.table.name} leaves out a column that has a default in "
                "Python, so it cannot be written as text.",
                "Give each row a value for it, or use op.bulk_insert().",
            )
        return missing


def _unwritable(error: CompileError) -> CommandError:
    return CommandError(
        f"This statement cannot be written as text: {error}",
        "Write the value as the database reads it: op.inline_literal('...') or sqlalchemy.text('...').",
    )


def tidy_create_table(sql: str) -> str:
    """Return a CREATE TABLE of SQLAlchemy's with four spaces where it has a tab before each column."""
    return _INDENT_OR_QUOTED.sub(_four_spaces, sql)


def _four_spaces(match: re.Match[str]) -> str:
    return "\n    " if match[0] == "\n\t" else match[0]


def _python_default(column: Column[Any], default: Any) -> Any:
    if not default.is_callable:
        return default.arg
    try:
        return default.arg(None)
    except Exception as error:
        raise CommandError(
            f"The default of column {column.name} is a function that needs a running statement: {error}",
            f"Give {column.name} a value in the statement.",
        ) from error
