"""ImplSession: what an Impl holds of its run, where its statements go, and what surrounds them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, ClassVar, TextIO, cast

from sqlalchemy import Column, Connection, CursorResult, Dialect, MetaData, String, Table, inspect
from sqlalchemy.schema import PrimaryKeyConstraint
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.expression import TableClause

from whimbrel.ddl.literals import ansi_binary_literal
from whimbrel.ddl.rows import Rows, batches, check_columns
from whimbrel.ddl.script_connection import ScriptConnection
from whimbrel.ddl.sink import ConnectionSink, Sink, TextSink, Unconnected
from whimbrel.revisions import MAX_REVISION_ID_LENGTH


class ImplSession:
    """The part of :class:`~whimbrel.impl.default.DefaultImpl` that is about the run, statements and rows.

    :param dialect: SQLAlchemy's dialect.
    :param connection: what to execute on; ``None`` where SQL is written as text.
    :param as_sql: whether SQL is written as text.
    :param transactional_ddl: overrides the class's own answer; ``None`` keeps it.
    :param output_buffer: where text goes; ``None`` for standard output.
    :param context_opts: the options of the run.
    """

    # Whether a rollback undoes CREATE and ALTER.
    transactional_ddl: bool = False

    # What stands after each statement in text.
    command_terminator: str = ";"

    # Whether a table cannot have two columns whose names differ in upper and lower case only.
    columns_ignore_case: ClassVar[bool] = False

    # Whether rows may go to the driver past SQLAlchemy, which is faster: right where SQLAlchemy's dialect does nothing
    # around an INSERT but to spell it and to convert values.
    rows_through_driver: ClassVar[bool] = False

    def __init__(
        self,
        dialect: Dialect,
        connection: Connection | None,
        as_sql: bool,
        transactional_ddl: bool | None,
        output_buffer: TextIO | None,
        context_opts: Mapping[str, Any],
    ) -> None:
        self.dialect = dialect
        self.connection = connection
        self.as_sql = as_sql
        self.output_buffer = output_buffer if output_buffer is not None else sys.stdout
        self.context_opts = context_opts
        self.memo: dict[Any, Any] = {}
        if transactional_ddl is not None:
            self.transactional_ddl = transactional_ddl
        self.sink: Sink
        if as_sql:
            self.sink = self.text_sink()
        elif connection is not None:
            self.sink = ConnectionSink(connection, self.rows_through_driver)
        else:
            self.sink = Unconnected()

    @property
    def bind(self) -> Connection | None:
        """What scripts execute on: the connection, or, where SQL is written as text, a stand-in that writes."""
        return cast(Connection, self.event_connection()) if self.as_sql else self.connection

    # -- the run ------------------------------------------------------------------------------------------------------

    def start_migrations(self) -> None:
        """Do what this database wants done before the first revision of a run: nothing."""

    def begin_session(self, connection: Connection, *, ours: bool = True) -> None:
        """Do what this database wants done right after a transaction has begun on *connection*: nothing.

        :param connection: the run's connection.
        :param ours: whether the run ends the transaction; if not, neither :meth:`before_commit` nor
            :meth:`end_session` will be called for it.
        """

    def before_commit(self, connection: Connection) -> None:
        """Do what this database wants done before a transaction of the run is committed: nothing.

        An exception from here rolls the transaction back.
        """

    def commit_check(self, connection: Connection) -> Callable[[], None]:
        """Return what a dry run calls where a real one would commit, to have checked what a commit checks: nothing.

        :param connection: the run's connection, in the transaction that will be rolled back; nothing has been done yet.
        :return: a function that raises SQLAlchemy's error, or :class:`~whimbrel.errors.CommandError`, where the
            database would refuse the commit. It may be called many times, and leaves the transaction as it is.
        """
        return lambda: None

    def end_session(self, connection: Connection) -> None:
        """Do what this database wants done right after a transaction of the run has ended, either way: nothing."""

    def emit_begin(self) -> None:
        """Write ``BEGIN`` as text."""
        self.static_output(f"BEGIN{self.command_terminator}")

    def emit_commit(self) -> None:
        """Write ``COMMIT`` as text."""
        self.static_output(f"COMMIT{self.command_terminator}")

    def text_sink(self) -> TextSink:
        """Return what writes statements as text."""
        return TextSink(self.output_buffer, self.dialect, self.command_terminator, self.binary_literal)

    def static_output(self, text: str) -> None:
        """Write *text* into the output as it is, and an empty line."""
        self.output_buffer.write(f"{text}\n\n")
        self.output_buffer.flush()

    def remedy(self, error: BaseException) -> str | None:
        """Return what to do about an error that a script raised, where this database knows more than it says: nothing.

        :param error: what was raised; a ``sqlalchemy.exc.DBAPIError``, say.
        """
        return None

    @staticmethod
    def binary_literal(value: bytes) -> str:
        """Return bytes as this database spells them in SQL text."""
        return ansi_binary_literal(value)

    def version_table_impl(
        self, *, version_table: str, version_table_schema: str | None, version_table_pk: bool, **kw: Any
    ) -> Table:
        """Return the table that holds the revisions the database is at.

        :param version_table: its name.
        :param version_table_schema: its schema; ``None`` for the connection's default.
        :param version_table_pk: whether it has a primary key.
        :param kw: further keywords of the Table.
        """
        table = Table(
            version_table,
            MetaData(),
            Column("version_num", String(MAX_REVISION_ID_LENGTH), nullable=False),
            schema=version_table_schema,
            **kw,
        )
        if version_table_pk:
            table.append_constraint(PrimaryKeyConstraint("version_num", name=f"{version_table}_pkc"))
        return table

    # -- statements and rows ------------------------------------------------------------------------------------------

    def execute(
        self, sql: Executable | str, execution_options: Mapping[str, Any] | None = None
    ) -> CursorResult[Any] | None:
        """Execute a statement, or write it.

        :param sql: a SQLAlchemy statement, or SQL text.
        :param execution_options: SQLAlchemy's execution options.
        :return: the result; ``None`` where SQL is written as text.
        """
        return self.sink.execute(sql, None, execution_options)

    def bulk_insert(
        self, table: Table | TableClause, rows: Iterable[Mapping[str, Any]], multiinsert: bool = True
    ) -> None:
        """Insert rows.

        :param table: the table.
        :param rows: each maps names of columns to values, which may be SQL expressions; a generator is read as needed.
        :param multiinsert: send rows alike in one go; ``False`` sends one after the other.
        :raises CommandError: a row names a column that the table lacks.
        :raises TypeError: *rows* is no list of mappings.
        """
        for batch in batches(table.name, rows, multiinsert):
            check_columns(table, batch.columns if isinstance(batch, Rows) else batch)
            if isinstance(batch, Rows):
                self.sink.insert(table.insert(), batch)
            else:
                self.execute(table.insert().values(dict(batch)))

    def has_column(self, table_name: str, column_name: str, *, schema: str | None = None) -> bool:
        """Return whether a table has a column; where SQL is written as text, nobody can look, and the answer is no.

        :param table_name: the table.
        :param column_name: the column.
        :param schema: the table's schema; ``None`` for the connection's default.
        :raises sqlalchemy.exc.NoSuchTableError: there is no such table.
        """
        if self.connection is None or self.as_sql:
            return False
        there = self.column_names(self.connection, table_name, schema)
        if self.columns_ignore_case:
            return column_name.lower() in {name.lower() for name in there}
        return column_name in there

    def column_names(self, connection: Connection, table_name: str, schema: str | None) -> list[str]:
        """Return the names of a table's columns; override it where SQLAlchemy's dialect cannot reflect them.

        :param connection: is asked.
        :param table_name: the table.
        :param schema: the table's schema; ``None`` for the connection's default.
        :raises sqlalchemy.exc.NoSuchTableError: there is no such table.
        """
        return [column["name"] for column in inspect(connection).get_columns(table_name, schema=schema)]

    def existing_tables(self, connection: Connection, names: Collection[str], *, schema: str | None) -> set[str]:
        """Return those of *names* that are tables; override it where one question can ask about all of them.

        :param connection: is asked.
        :param names: names of tables.
        :param schema: their schema; ``None`` for the connection's default.
        """
        inspector = inspect(connection)
        return {name for name in names if inspector.has_table(name, schema)}

    # -- within -------------------------------------------------------------------------------------------------------

    def event_connection(self) -> Connection | ScriptConnection:
        """Return what listeners of table events, such as PostgreSQL's enum types, execute on."""
        if self.connection is not None and not self.as_sql:
            return self.connection
        return ScriptConnection(self.dialect, self.sink)
