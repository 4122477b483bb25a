"""Which statements a directive becomes on MySQL and on MariaDB."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, NamedTuple, NoReturn

from sqlalchemy import Column, Computed, Identity, Index, Inspector, Integer, inspect, literal_column, text
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.types import NullType, TypeEngine, to_instance

from whimbrel.ddl import ColumnName, ServerDefault, TypeArgument
from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.impl import Capability, DefaultImpl, Support
from whimbrel.operations.directives.indexes import NO_TABLE
from whimbrel.unset import UNSET, UnsetType
from whimbrel_mysql import options
from whimbrel_mysql.ddl import ON_UPDATE, MySQLAlterDefault, MySQLChangeColumn, MySQLModifyColumn, needs_definition

Autoincrement = bool | Literal["auto", "ignore_fk"]

# https://dev.mysql.com/doc/relnotes/mysql/8.0/en/news-8-0-3.html, https://mariadb.com/kb/en/mariadb-1052-release-notes/
RENAME_COLUMN_SINCE = {"mysql": (8, 0, 3), "mariadb": (10, 5, 2)}


class Definition(NamedTuple):
    """All that MODIFY and CHANGE want repeated of a column; ``UNSET`` where it is not known."""

    type_: TypeEngine[Any] | UnsetType = UNSET
    nullable: bool | UnsetType = UNSET
    default: ServerDefault | UnsetType | None = UNSET
    autoincrement: bool | UnsetType = UNSET
    comment: str | UnsetType | None = UNSET

    def completed_by(self, other: Definition) -> Definition:
        """Return this one with what is not known taken from *other*."""
        return self._replace(**{name: getattr(other, name) for name, value in self._asdict().items() if value is UNSET})


class MySQLImpl(DefaultImpl):
    """MySQL, where each DDL statement commits, and most changes of a column repeat its whole definition.

    It serves a MariaDB server too, when the URL begins with ``mysql``: the connection knows which of the two it is.
    """

    __dialect__ = "mysql"
    transactional_ddl = False
    capabilities: ClassVar[Mapping[Capability, Support]] = {
        **dict.fromkeys(Capability, Support.YES),
        **dict.fromkeys((Capability.ALTER_COLUMN_COMPUTED, Capability.ALTER_COLUMN_IDENTITY), Support.NO),
        Capability.IF_EXISTS_CONSTRAINT: Support.UNKNOWN,
    }

    def support(self, capability: Capability) -> Support:
        """Say whether the server can do something; see :meth:`whimbrel.impl.DefaultImpl.support`.

        MariaDB cannot index an expression. MySQL knows IF EXISTS for tables only: elsewhere it is answered by a look
        into the database, where there is one.
        """
        if capability is Capability.EXPRESSION_INDEX and self.is_mariadb:
            return Support.NO
        if capability in (Capability.IF_EXISTS_COLUMN, Capability.IF_EXISTS_INDEX) and not self.is_mariadb:
            return Support.NO if self.connection is None or self.as_sql else Support.YES
        return super().support(capability)

    @property
    def is_mariadb(self) -> bool:
        """Whether the server is a MariaDB, as far as URL and connection tell."""
        return bool(getattr(self.dialect, "is_mariadb", False))

    # -- columns ------------------------------------------------------------------------------------------------------

    def add_column(self, table_name: str, column: Column[Any], *, if_not_exists: bool | None = None, **kw: Any) -> None:
        """Add a column; see :meth:`whimbrel.impl.DefaultImpl.add_column`.

        :raises UnsupportedOperation: *if_not_exists* as text, for MySQL.
        """
        if if_not_exists and not self.is_mariadb:
            if column.name.lower() in self._columns_there("add_column", table_name, kw.get("schema")):
                return
            if_not_exists = None
        super().add_column(table_name, column, if_not_exists=if_not_exists, **kw)

    def drop_column(self, table_name: str, column: Column[Any], *, if_exists: bool | None = None, **kw: Any) -> None:
        """Drop a column; see :meth:`whimbrel.impl.DefaultImpl.drop_column`.

        :raises UnsupportedOperation: *if_exists* as text, for MySQL.
        """
        if if_exists and not self.is_mariadb:
            if column.name.lower() not in self._columns_there("drop_column", table_name, kw.get("schema")):
                return
            if_exists = None
        super().drop_column(table_name, column, if_exists=if_exists, **kw)

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

        A default or a name changes by itself. Anything else takes the whole definition of the column: what no
        argument says of it is read from the database; where SQL is written as text, it is taken to be able to hold
        NULL, and to have neither default nor comment.

        :raises CommandError: SQL is written as text and neither *type_* nor *existing_type* is given.
        :raises UnsupportedOperation: the column is to become, or to cease to be, computed or an identity.
        """
        wanted = _definition(type_, nullable, server_default, autoincrement, comment)
        existing = _definition(
            existing_type,
            existing_nullable,
            existing_server_default,
            existing_autoincrement,
            UNSET if existing_comment is None else existing_comment,
        )
        if wanted.default is not UNSET and (_is_generated(wanted.default) or _is_generated(existing.default)):
            self._refuse_generated(table_name, column_name)
        if self._takes_whole_definition(wanted, name):
            self._redefine(table_name, column_name, schema, name, wanted.completed_by(existing))
            return
        if wanted.default is not UNSET:
            self.execute(MySQLAlterDefault(table_name, column_name, wanted.default, schema=schema))
        if name is not None:
            self.execute(ColumnName(table_name, column_name, name, schema=schema))

    def _takes_whole_definition(self, wanted: Definition, name: str | None) -> bool:
        """Return whether a change repeats the definition of the column: all do, but those of a default or a name."""
        if any(part is not UNSET for part in wanted._replace(default=UNSET)):
            return True
        if wanted.default is not UNSET and wanted.default is not None:
            compiler = self.dialect.ddl_compiler(self.dialect, None)  # type: ignore[arg-type]  # SQLAlchemy's own habit
            assert isinstance(compiler, DDLCompiler)
            if needs_definition(compiler, wanted.default):
                return True
        return name is not None and not self._renames_columns()

    def _redefine(
        self, table_name: str, column_name: str, schema: str | None, name: str | None, definition: Definition
    ) -> None:
        """Define a column anew, what is not known of it taken from the database where there is one."""
        if any(part is UNSET for part in definition) and self.connection is not None and not self.as_sql:
            definition = definition.completed_by(self._reflected(table_name, column_name, schema, definition.type_))
        if definition.type_ is UNSET:
            raise CommandError(
                f"alter_column({table_name!r}, {column_name!r}): MySQL wants the column's whole definition repeated, "
                "and its type is not given.",
                "Give existing_type (and existing_nullable, existing_server_default, existing_comment, which are lost "
                "otherwise).",
            )
        statement = MySQLModifyColumn if name is None else MySQLChangeColumn
        self.execute(
            statement(
                table_name,
                column_name,
                schema=schema,
                newname=name,
                type_=definition.type_,
                nullable=definition.nullable is not False,
                default=None if definition.default is UNSET else definition.default,
                autoincrement=definition.autoincrement is True,
                comment=None if definition.comment is UNSET else definition.comment,
            )
        )

    def _reflected(
        self, table_name: str, column_name: str, schema: str | None, type_: TypeEngine[Any] | UnsetType
    ) -> Definition:
        """Return what the database says of a column; nothing if there is no such column, which ALTER TABLE will say.

        :param type_: the type it is to have, if that is known already.
        """
        assert self.connection is not None
        try:
            columns = inspect(self.connection).get_columns(table_name, schema=schema)
        except NoSuchTableError:
            return Definition()
        for column in columns:
            if column["name"].lower() == column_name.lower():
                break
        else:
            return Definition()
        default: ServerDefault | None = None
        comment = column.get("comment")
        if "computed" in column:
            default = Computed(column["computed"]["sqltext"], persisted=column["computed"].get("persisted"))
        else:
            sql = column["default"]
            if sql is None or sql.count("(") != sql.count(")"):
                sql, comment = self._default_and_comment(table_name, column["name"], schema) or (sql, comment)
            default = None if sql is None else literal_column(sql)
        counts = type_ is UNSET or isinstance(type_, Integer)  # AUTO_INCREMENT is for integers only
        return Definition(
            UNSET if isinstance(column["type"], NullType) else column["type"],
            column["nullable"],
            default,
            counts and column.get("autoincrement") is True,
            comment,
        )

    def _default_and_comment(
        self, table_name: str, column_name: str, schema: str | None
    ) -> tuple[str | None, str] | None:
        """Return the default of a column as SQL, and its comment, where SQLAlchemy may not have understood the former.

        It gives up on expressions with spaces or quotes in them, and then misses the comment too. A temporary table is
        not in the catalog: ``None``.

        https://dev.mysql.com/doc/refman/8.4/en/information-schema-columns-table.html,
        https://mariadb.com/kb/en/information-schema-columns-table/
        """
        assert self.connection is not None
        row = self.connection.execute(
            text(
                "SELECT column_default, extra, column_comment FROM information_schema.columns "
                "WHERE table_schema = coalesce(:schema, database()) AND table_name = :table AND column_name = :column"
            ),
            {"schema": schema, "table": table_name, "column": column_name},
        ).first()
        if row is None:
            return None
        default, extra, comment = row
        if default is not None and not self.is_mariadb:
            # MySQL tells an expression by EXTRA, and escapes its quotes; anything else is the value of a literal.
            if "DEFAULT_GENERATED" in extra.upper():
                default = default.replace("\\'", "'")
            else:
                default = "'{}'".format(default.replace("\\", "\\\\").replace("'", "''"))
        on_update = ON_UPDATE.search(extra)
        if on_update is not None:
            default = f"{default or 'NULL'} {extra[on_update.start() :]}"
        return None if default == "NULL" else default, comment

    def _renames_columns(self) -> bool:
        """Return whether the server knows RENAME COLUMN; as text, where nobody knows, yes."""
        version = self.dialect.server_version_info
        return version is None or version >= RENAME_COLUMN_SINCE["mariadb" if self.is_mariadb else "mysql"]

    def _refuse_generated(self, table_name: str, column_name: str) -> NoReturn:
        raise UnsupportedOperation(
            f"{self.dialect.name} cannot make column {table_name}.{column_name} computed or an identity, or plain "
            "again, with alter_column().",
            "Drop the column and add it again, or write the statement with op.execute().",
            dialect=self.dialect.name,
            operation="alter_column",
        )

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


def _definition(
    type_: TypeArgument | None,
    nullable: bool | None,
    default: ServerDefault | UnsetType | None,
    autoincrement: Autoincrement | None,
    comment: str | UnsetType | None,
) -> Definition:
    """Return what the arguments of ``alter_column()`` say of a column."""
    return Definition(
        UNSET if type_ is None else to_instance(type_),
        UNSET if nullable is None else nullable,
        default,
        UNSET if autoincrement is None else autoincrement is True,
        comment,
    )


def _is_generated(default: ServerDefault | UnsetType | None) -> bool:
    return isinstance(default, Computed | Identity)
