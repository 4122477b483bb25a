"""Which statements a directive becomes on MySQL and on MariaDB."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, ClassVar, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Constraint,
    CursorResult,
    DateTime,
    Index,
    PrimaryKeyConstraint,
    Table,
    cast,
    func,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import AddConstraint, CreateIndex, DropIndex, ExecutableDDLElement
from sqlalchemy.sql import operators
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.elements import BinaryExpression, ClauseElement, Grouping, UnaryExpression
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine, to_instance

from whimbrel.ddl import DropColumn, ServerDefault, TypeArgument
from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.impl import Capability, DefaultImpl, Support
from whimbrel.impl.run_lock import LockScope, RunLock
from whimbrel.operations.directives.indexes import NO_TABLE
from whimbrel.operations.recreate import TableRebuild
from whimbrel.unset import UNSET, UnsetType
from whimbrel_mysql import catalog
from whimbrel_mysql.alter import ColumnChange, says_on_update
from whimbrel_mysql.clauses import USUAL
from whimbrel_mysql.compare import MySQLComparing
from whimbrel_mysql.constraints import drop_statement, refuse_unheeded
from whimbrel_mysql.conversion import WAY, goes_by_text
from whimbrel_mysql.ddl import MySQLAddColumn, WithOptions
from whimbrel_mysql.definition import Change, Definition
from whimbrel_mysql.needed import is_needed, replace_index
from whimbrel_mysql.options import COLUMN_KEYWORDS, STATEMENT_KEYWORDS, Options, options_of, statement_keywords
from whimbrel_mysql.patience import MySQLPatient
from whimbrel_mysql.rebuild import REFLECTED, rebuild_table
from whimbrel_mysql.resuming import MySQLResuming
from whimbrel_mysql.scratch import MySQLScratch
from whimbrel_mysql.server import Server

Autoincrement = bool | Literal["auto", "ignore_fk"]


class MySQLImpl(MySQLComparing, MySQLScratch, MySQLResuming, MySQLPatient, DefaultImpl):
    """MySQL, where each DDL statement commits, and most changes of a column repeat its whole definition.

    It serves a MariaDB server too, when the URL begins with ``mysql``: the connection knows which of the two it is.
    """

    __dialect__ = "mysql"
    transactional_ddl = False
    columns_ignore_case = True  # https://dev.mysql.com/doc/refman/8.4/en/identifier-case-sensitivity.html
    rows_through_driver = True
    capabilities: ClassVar[Mapping[Capability, Support]] = {
        **dict.fromkeys(Capability, Support.YES),
        # There is none; that a virtual column may not become plain, as a stored one may, is found out by a look at it.
        **dict.fromkeys(
            (Capability.PLAIN_TO_IDENTITY, Capability.IDENTITY_OPTIONS, Capability.IDENTITY_TO_PLAIN), Support.NO
        ),
        # https://dev.mysql.com/doc/refman/8.4/en/create-table-foreign-keys.html#foreign-key-restrictions
        Capability.ALTER_TYPE_OF_KEY: Support.NO,
    }

    def support(self, capability: Capability) -> Support:
        """Say whether the server can do something; see :meth:`whimbrel.impl.DefaultImpl.support`.

        MariaDB cannot index an expression; old servers read a CHECK and forget it. MySQL knows IF EXISTS for tables
        only: elsewhere it is answered by a look into the database, where there is one.
        """
        if capability is Capability.EXPRESSION_INDEX and self.is_mariadb:
            return Support.NO
        if capability is Capability.ADD_CHECK and not self.server.heeds_checks:
            return Support.NO
        if capability in _IF_EXISTS and not self.is_mariadb:
            return Support.NO if self.server.connection is None else Support.YES
        return super().support(capability)

    def index_expression(self, expr: ClauseElement) -> ClauseElement:
        """Return an expression in the parentheses that all but a column, with or without DESC, needs here."""
        if isinstance(expr, UnaryExpression):
            ordered = expr.modifier in (operators.asc_op, operators.desc_op)
            return expr if ordered else Grouping(expr)
        return Grouping(expr) if isinstance(expr, BinaryExpression | FunctionElement) else expr

    @property
    def is_mariadb(self) -> bool:
        """Whether the server is a MariaDB, as far as URL and connection tell."""
        return self.server.is_mariadb

    @property
    def server(self) -> Server:
        """The server; it can be asked, unless SQL is written as text."""
        return Server(self.dialect, None if self.as_sql else self.connection)

    def execute(
        self, sql: Executable | str, execution_options: Mapping[str, Any] | None = None
    ) -> CursorResult[Any] | None:
        """Execute a statement; see :meth:`whimbrel.impl.DefaultImpl.execute`.

        What an index or a constraint says of ``ALGORITHM`` and ``LOCK`` counts whoever adds or drops it.
        """
        if isinstance(sql, AddConstraint | CreateIndex | DropIndex):
            operation = {AddConstraint: "create_constraint", CreateIndex: "create_index"}.get(type(sql), "drop_index")
            sql = _carried_out(sql, self._options(operation, statement_keywords(sql.element.dialect_kwargs)))
        return super().execute(sql, execution_options)

    # -- one run at a time --------------------------------------------------------------------------------------------

    def run_lock(self, scope: LockScope) -> RunLock:
        """Return a lock by name."""
        from whimbrel_mysql.lock import NamedLock

        return NamedLock(scope.connection, self.lock_name(scope))

    def lock_name(self, scope: LockScope) -> str:
        """Return database and table."""
        from whimbrel_mysql.lock import lock_name

        return lock_name(scope)

    def server_time(self) -> ColumnElement[datetime]:
        """Return the time in UTC."""
        return func.utc_timestamp(type_=DateTime())

    # -- batch mode ---------------------------------------------------------------------------------------------------

    def reflect_for_batch(
        self,
        table_name: str,
        schema: str | None,
        reflect_args: Sequence[Any] = (),
        reflect_kwargs: Mapping[str, Any] | None = None,
    ) -> Table:
        """Return a table; see :meth:`whimbrel.impl.DefaultImpl.reflect_for_batch`."""
        table = super().reflect_for_batch(table_name, schema, reflect_args, reflect_kwargs)
        table.info[REFLECTED] = not reflect_args
        return table

    def rebuild_table(self, rebuild_: TableRebuild) -> None:
        """Make a table anew; see :mod:`whimbrel_mysql.rebuild`.

        :raises UnsupportedOperation: something that belongs to the table cannot be carried over.
        """
        rebuild_table(self, rebuild_)

    def cast_for_batch_migrate(
        self, existing: Column[Any], existing_transfer: dict[str, ColumnElement[Any]], new_type: TypeEngine[Any]
    ) -> None:
        """Leave values as they are: putting them into the column converts them as ALTER TABLE would, and as strictly.

        A CAST would cut off what is too long. What MariaDB makes of strings alone goes by way of text, as there.
        """
        if goes_by_text(existing.type, new_type, self.dialect):
            existing_transfer["expr"] = cast(existing_transfer["expr"], WAY)

    def _options(self, operation: str, keywords: Mapping[str, Any], *known: str) -> Options:
        return options_of(operation, keywords, self.is_mariadb, known or STATEMENT_KEYWORDS)

    # -- tables -------------------------------------------------------------------------------------------------------

    def create_table(self, table: Table, *, if_not_exists: bool | None = None, **kw: Any) -> None:
        """Create a table; see :meth:`whimbrel.impl.DefaultImpl.create_table`.

        :raises UnsupportedOperation: *if_not_exists* as text, for MySQL, where the table has indexes.
        """
        if if_not_exists and not self.is_mariadb:
            for index in table.indexes:
                self.server.inspector("create_table", f"{table.name!r} and its index {str(index.name)!r}")
        super().create_table(table, if_not_exists=if_not_exists, **kw)

    # -- columns ------------------------------------------------------------------------------------------------------

    def add_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        inline_references: bool | None = None,
        inline_primary_key: bool | None = None,
        **kw: Any,
    ) -> None:
        """Add a column; see :meth:`whimbrel.impl.DefaultImpl.add_column`.

        :param kw: ``mysql_after`` (a column), ``mysql_first``, ``mysql_algorithm``, ``mysql_lock``, of which the last
            two count for the constraints and indexes that come with the column too.
        :raises UnsupportedOperation: *if_not_exists* as text, for MySQL.
        """
        options = self._options("add_column", kw, *COLUMN_KEYWORDS)
        if if_not_exists and self.is_mariadb and self.server.connection is None:
            self._refuse_what_comes_along(column)
        elif if_not_exists:
            if self._is_there("add_column", table_name, column.name, schema):
                return
            if_not_exists = self.is_mariadb
        statement = MySQLAddColumn(
            table_name,
            column,
            schema=schema,
            if_not_exists=if_not_exists,
            inline_references=inline_references,
            inline_primary_key=inline_primary_key,
            how=options,
        )
        self.execute(_carried_out(statement, options))
        comes_along: list[Constraint | Index] = [*column.table.constraints, *column.table.indexes]
        for item in comes_along:
            item.dialect_kwargs.update(statement_keywords(kw))

    def drop_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop a column; see :meth:`whimbrel.impl.DefaultImpl.drop_column`.

        :param kw: ``mysql_algorithm``, ``mysql_lock``.
        :raises UnsupportedOperation: *if_exists* as text, for MySQL.
        """
        options = self._options("drop_column", kw)
        if if_exists and not self.is_mariadb:
            if not self._is_there("drop_column", table_name, column.name, schema):
                return
            if_exists = None
        self.execute(_carried_out(DropColumn(table_name, column, schema=schema, if_exists=if_exists), options))

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: ServerDefault | UnsetType | None = UNSET,
        name: str | None = None,
        type_: TypeArgument | None = None,
        schema: str | None = None,
        autoincrement: Autoincrement | None = None,
        comment: str | UnsetType | None = UNSET,
        existing_comment: str | None = None,
        existing_type: TypeArgument | None = None,
        existing_server_default: ServerDefault | UnsetType | None = UNSET,
        existing_nullable: bool | None = None,
        existing_autoincrement: Autoincrement | None = None,
        **kw: Any,
    ) -> None:
        """Change a column; see :meth:`whimbrel.impl.DefaultImpl.alter_column`.

        A default or a name changes by itself. Anything else takes the whole definition of the column, which is read
        from the database. Where SQL is written as text, it is what is ``existing_``; what is not given is taken to be
        so: able to hold NULL, without default and comment, not counting.

        ``ON UPDATE`` stays, unless the new default or *existing_server_default* speaks of it.

        :param kw: ``mysql_after`` (a column), ``mysql_first``, ``mysql_algorithm``, ``mysql_lock``.
        :raises CommandError: SQL is written as text and neither *type_* nor *existing_type* is given.
        :raises UnsupportedOperation: the column is to become, or to cease to be, an identity or a virtual column.
        """
        change = ColumnChange(
            table_name,
            column_name,
            schema,
            new_name=name,
            change=Change(
                type_=UNSET if type_ is None else to_instance(type_),
                nullable=UNSET if nullable is None else nullable,
                default=server_default,
                autoincrement=UNSET if autoincrement is None else autoincrement is True,
                comment=comment,
                on_update=says_on_update(self.dialect, server_default, existing_server_default),
            ),
            assumed=Definition(
                type_=UNSET if existing_type is None else to_instance(existing_type),
                nullable=existing_nullable is not False,
                default=None if existing_server_default is UNSET else existing_server_default,
                autoincrement=existing_autoincrement is True,
                comment=existing_comment,
            ),
            default_known=existing_server_default is not UNSET,
            nullable_known=existing_nullable is not None,
            options=self._options("alter_column", kw, *COLUMN_KEYWORDS),
        )
        server = self.server
        read, syntax = None, USUAL
        if server.connection is not None and not change.is_one_of_name(server.renames_columns):
            read, syntax = catalog.definition(server.connection, table_name, column_name, schema)
        for statement in change.statements(read, syntax, server):
            self.execute(_carried_out(statement, change.options))

    # -- constraints --------------------------------------------------------------------------------------------------

    def add_constraint(self, const: Constraint, **kw: Any) -> None:
        """Add a constraint; see :meth:`whimbrel.impl.DefaultImpl.add_constraint`.

        :raises UnsupportedOperation: it says what the server does not understand, or forgets without a word.
        """
        if self.wants(const):
            refuse_unheeded(const, self.server)
            super().add_constraint(const, **kw)

    def drop_constraint(self, const: Constraint, *, if_exists: bool | None = None, **kw: Any) -> None:
        """Drop a constraint; see :meth:`whimbrel.impl.DefaultImpl.drop_constraint`.

        One whose index a foreign key needs gives way to another index, as in :meth:`drop_index`.

        :raises CommandError: its kind or its name is not given and cannot be found out.
        :raises UnsupportedOperation: *if_exists* as text, where the server has no words for it.
        """
        options = self._options("drop_constraint", statement_keywords(const.dialect_kwargs))
        if (statement := drop_statement(const, self.server, bool(if_exists))) is not None:
            self._drop_or_replace(const, partial(self.execute, _carried_out(statement, options)))

    # -- indexes ------------------------------------------------------------------------------------------------------

    def create_index(self, index: Index, *, if_not_exists: bool | None = None, **kw: Any) -> None:
        """Create an index; see :meth:`whimbrel.impl.DefaultImpl.create_index`.

        :raises UnsupportedOperation: *if_not_exists* as text, for MySQL.
        """
        if if_not_exists and not self.is_mariadb:
            if self._has_index("create_index", index):
                return
            if_not_exists = None
        super().create_index(index, **kw, **({"if_not_exists": True} if if_not_exists else {}))

    def drop_index(self, index: Index, *, if_exists: bool | None = None, **kw: Any) -> None:
        """Drop an index; see :meth:`whimbrel.impl.DefaultImpl.drop_index`.

        One that a foreign key needs gives way to the index that the server makes for foreign keys by itself.

        :raises CommandError: its table is not given.
        :raises UnsupportedOperation: *if_exists* as text, for MySQL.
        """
        if index.table is None or index.table.name == NO_TABLE:
            raise CommandError(
                f"drop_index({str(index.name)!r}): MySQL has to know the table of an index.",
                f"Give it: op.drop_index({str(index.name)!r}, table_name='...')",
            )
        if if_exists and not self.is_mariadb:
            if not self._has_index("drop_index", index):
                return
            if_exists = None
        keywords = {**kw, **({"if_exists": True} if if_exists else {})}
        self._drop_or_replace(index, partial(super().drop_index, index, **keywords))

    def _drop_or_replace(self, index: Index | Constraint, drop: Callable[[], object]) -> None:
        try:
            drop()
        except DBAPIError as error:
            connection = self.server.connection
            if connection is None or not is_needed(error) or (other := replace_index(connection, index)) is None:
                raise
            self.execute(other)

    # -- what is there, for MySQL, which knows IF EXISTS for tables only ----------------------------------------------

    def _is_there(self, operation: str, table_name: str, column_name: str, schema: str | None) -> bool:
        self.server.inspector(operation, f"column {column_name!r} of table {table_name!r}")
        return self.has_column(table_name, column_name, schema=schema)

    def _refuse_what_comes_along(self, column: Column[Any]) -> None:
        """Refuse constraints of a column that is added IF NOT EXISTS: MariaDB adds a foreign key in any case."""
        comes_along = [item for item in column.table.constraints if not isinstance(item, PrimaryKeyConstraint)]
        if any(self.wants(item) for item in comes_along):
            raise UnsupportedOperation(
                f"MariaDB has no SQL that adds column {column.name!r} of table {column.table.name!r} IF NOT EXISTS "
                "together with its constraints: where the column is there, they would be added once more.",
                "Leave if_not_exists out when SQL is written as text, or the constraints.",
                dialect=self.dialect.name,
                operation="add_column",
            )

    def _has_index(self, operation: str, index: Index) -> bool:
        assert index.table is not None
        inspector = self.server.inspector(operation, f"index {str(index.name)!r}")
        return inspector.has_index(index.table.name, str(index.name), schema=index.table.schema)


class MariaDBImpl(MySQLImpl):
    """MariaDB, named so by the URL (``mariadb+pymysql://``)."""

    __dialect__ = "mariadb"


_IF_EXISTS = (Capability.IF_EXISTS_COLUMN, Capability.IF_EXISTS_CONSTRAINT, Capability.IF_EXISTS_INDEX)


def _carried_out(statement: ExecutableDDLElement, options: Options) -> ExecutableDDLElement:
    """Return a statement that says how it is to be carried out, where anybody has asked."""
    return WithOptions(statement, options) if options.words else statement
