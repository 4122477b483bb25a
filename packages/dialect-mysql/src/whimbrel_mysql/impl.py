"""Which statements a directive becomes on MySQL and on MariaDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    CursorResult,
    ForeignKeyConstraint,
    Index,
    Inspector,
    PrimaryKeyConstraint,
    UniqueConstraint,
    inspect,
)
from sqlalchemy.schema import AddConstraint, CreateIndex, DropIndex, ExecutableDDLElement
from sqlalchemy.sql.base import Executable
from sqlalchemy.types import to_instance

from whimbrel.ddl import DropColumn, ServerDefault, TypeArgument
from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.impl import Capability, DefaultImpl, Support
from whimbrel.operations.directives.indexes import NO_TABLE
from whimbrel.unset import UNSET, UnsetType
from whimbrel_mysql import catalog
from whimbrel_mysql.alter import ColumnChange, says_on_update
from whimbrel_mysql.clauses import USUAL, unquoted
from whimbrel_mysql.ddl import MySQLAddColumn, MySQLDropConstraint, WithOptions
from whimbrel_mysql.definition import Change, Definition
from whimbrel_mysql.options import COLUMN_KEYWORDS, STATEMENT_KEYWORDS, Options, options_of, statement_keywords

Autoincrement = bool | Literal["auto", "ignore_fk"]

# https://dev.mysql.com/doc/relnotes/mysql/8.0/en/news-8-0-3.html, https://mariadb.com/kb/en/mariadb-1052-release-notes/
RENAME_COLUMN_SINCE = {"mysql": (8, 0, 3), "mariadb": (10, 5, 2)}

_KINDS: dict[type[Constraint], str] = {
    PrimaryKeyConstraint: "PRIMARY KEY",
    ForeignKeyConstraint: "FOREIGN KEY",
    UniqueConstraint: "UNIQUE",
    CheckConstraint: "CHECK",
}


class MySQLImpl(DefaultImpl):
    """MySQL, where each DDL statement commits, and most changes of a column repeat its whole definition.

    It serves a MariaDB server too, when the URL begins with ``mysql``: the connection knows which of the two it is.
    """

    __dialect__ = "mysql"
    transactional_ddl = False
    rows_through_driver = True
    capabilities: ClassVar[Mapping[Capability, Support]] = {
        **dict.fromkeys(Capability, Support.YES),
        # Stored columns may become plain and the other way about, virtual ones may not: tried.
        Capability.ALTER_COLUMN_COMPUTED: Support.UNKNOWN,
        Capability.ALTER_COLUMN_IDENTITY: Support.NO,
    }

    def support(self, capability: Capability) -> Support:
        """Say whether the server can do something; see :meth:`whimbrel.impl.DefaultImpl.support`.

        MariaDB cannot index an expression. MySQL knows IF EXISTS for tables only: elsewhere it is answered by a look
        into the database, where there is one.
        """
        if capability is Capability.EXPRESSION_INDEX and self.is_mariadb:
            return Support.NO
        if capability in _IF_EXISTS and not self.is_mariadb:
            return Support.NO if self.connection is None or self.as_sql else Support.YES
        return super().support(capability)

    @property
    def is_mariadb(self) -> bool:
        """Whether the server is a MariaDB, as far as URL and connection tell."""
        return bool(getattr(self.dialect, "is_mariadb", False))

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

    def _options(self, operation: str, keywords: Mapping[str, Any], *known: str) -> Options:
        return options_of(operation, keywords, self.is_mariadb, known or STATEMENT_KEYWORDS)

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
        if if_not_exists and not self.is_mariadb:
            if column.name.lower() in self._columns_there("add_column", table_name, schema):
                return
            if_not_exists = None
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
            if column.name.lower() not in self._columns_there("drop_column", table_name, schema):
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
            options=self._options("alter_column", kw, *COLUMN_KEYWORDS),
        )
        read, syntax = None, USUAL
        if self.connection is not None and not self.as_sql and not change.is_one_of_name(self._renames_columns()):
            read, syntax = catalog.definition(self.connection, table_name, column_name, schema)
        for statement in change.statements(read, syntax, self.dialect, self._renames_columns()):
            self.execute(_carried_out(statement, change.options))

    def _renames_columns(self) -> bool:
        """Return whether the server knows RENAME COLUMN; as text, where nobody knows, yes."""
        version = self.dialect.server_version_info
        return version is None or version >= RENAME_COLUMN_SINCE["mariadb" if self.is_mariadb else "mysql"]

    # -- constraints --------------------------------------------------------------------------------------------------

    def drop_constraint(self, const: Constraint, *, if_exists: bool | None = None, **kw: Any) -> None:
        """Drop a constraint; see :meth:`whimbrel.impl.DefaultImpl.drop_constraint`.

        Its kind decides on the words. Where it is not given, the database is asked.

        :raises CommandError: its kind or its name is not given and cannot be found out.
        :raises UnsupportedOperation: *if_exists* as text, where the server has no words for it.
        """
        options = self._options("drop_constraint", statement_keywords(const.dialect_kwargs))
        kind = next((kind for cls, kind in _KINDS.items() if isinstance(const, cls)), None)
        name = None if kind == "PRIMARY KEY" else self._name_of(const)
        has_words = self.is_mariadb and kind not in (None, "PRIMARY KEY")
        if kind is None or (if_exists and not has_words):
            kind = self._kind_there(const, name, kind, bool(if_exists))
            if kind is None:
                return
            if_exists = False
        words = {"UNIQUE": "INDEX", "CHECK": "CONSTRAINT" if self.is_mariadb else "CHECK"}.get(kind, kind)
        self.execute(_carried_out(MySQLDropConstraint(words, const, bool(if_exists)), options))

    def _name_of(self, const: Constraint) -> str:
        """Return the name of a constraint, as a naming convention may have made it."""
        formatted = self.dialect.identifier_preparer.format_constraint(const)
        if formatted is None:
            raise CommandError(
                f"drop_constraint(None, {const.table.name!r}): a constraint is dropped by its name.",
                "Give it; SHOW CREATE TABLE tells the name that the database has made.",
            )
        return unquoted(formatted)

    def _kind_there(self, const: Constraint, name: str | None, kind: str | None, if_exists: bool) -> str | None:
        """Return the kind of a constraint as the database knows it; ``None`` if it is not there and need not be.

        :param name: its name; ``None`` for that of the primary key.
        :param kind: the kind it is to be of; ``None`` for any.
        :param if_exists: whether it need not be there.
        :raises CommandError: it is not there, or two are.
        """
        table, schema = const.table.name, const.table.schema
        called = f"drop_constraint({name!r}, {table!r})"
        if self.connection is None or self.as_sql:
            if kind is None:
                raise CommandError(
                    f"{called}: {self._server} wants to know what kind of constraint that is.",
                    'Give type_="unique", "foreignkey", "primary" or "check"; connected to a database, that is '
                    "looked up.",
                )
            self._inspector("drop_constraint", f"constraint {name or 'PRIMARY'!r}")
        assert self.connection is not None
        there = catalog.constraint_kinds(self.connection, table, schema)
        kinds = there.get((name or "PRIMARY").lower(), set())
        if kind is not None:
            return kind if kind in kinds else None
        if len(kinds) == 1:
            return next(iter(kinds))
        if if_exists and not kinds:
            return None
        if kinds:
            raise CommandError(
                f"{called}: {' and '.join(sorted(kinds))} of table {table} have that name.", "Give type_ to tell which."
            )
        raise CommandError(
            f"{called}: table {table} has no constraint of that name.",
            f"It has {', '.join(sorted(there)) or 'none at all'}. if_exists=True passes over one that is not there.",
        )

    @property
    def _server(self) -> str:
        return "MariaDB" if self.is_mariadb else "MySQL"

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
        super().drop_index(index, **kw, **({"if_exists": True} if if_exists else {}))

    # -- what is there, for MySQL, which knows IF EXISTS for tables only ----------------------------------------------

    def _columns_there(self, operation: str, table_name: str, schema: str | None) -> set[str]:
        columns = self._inspector(operation, f"column of {table_name!r}").get_columns(table_name, schema=schema)
        return {column["name"].lower() for column in columns}

    def _has_index(self, operation: str, index: Index) -> bool:
        assert index.table is not None
        inspector = self._inspector(operation, f"index {str(index.name)!r}")
        return inspector.has_index(index.table.name, str(index.name), schema=index.table.schema)

    def _inspector(self, operation: str, what: str) -> Inspector:
        """Return what knows the schema of the database.

        :raises UnsupportedOperation: SQL is written as text.
        """
        if self.connection is None or self.as_sql:
            raise UnsupportedOperation(
                f"MySQL has no SQL for {operation} of {what} with IF EXISTS or IF NOT EXISTS.",
                "Leave if_exists or if_not_exists out when SQL is written as text; or, where it is written for "
                "MariaDB, which has it, let the URL begin with mariadb instead of mysql.",
                dialect=self.dialect.name,
                operation=operation,
            )
        return inspect(self.connection)


class MariaDBImpl(MySQLImpl):
    """MariaDB, named so by the URL (``mariadb+pymysql://``)."""

    __dialect__ = "mariadb"


_IF_EXISTS = (Capability.IF_EXISTS_COLUMN, Capability.IF_EXISTS_CONSTRAINT, Capability.IF_EXISTS_INDEX)


def _carried_out(statement: ExecutableDDLElement, options: Options) -> ExecutableDDLElement:
    """Return a statement that says how it is to be carried out, where anybody has asked."""
    return WithOptions(statement, options) if options.words else statement
