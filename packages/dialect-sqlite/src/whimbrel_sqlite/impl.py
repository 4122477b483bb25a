"""Which statements a directive becomes on SQLite, and which it cannot become."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Constraint,
    FromClause,
    Integer,
    inspect,
    literal_column,
    select,
    table,
)
from sqlalchemy.exc import OperationalError

from whimbrel.ddl import ServerDefault, TypeArgument
from whimbrel.errors import UnsupportedOperation
from whimbrel.impl import Capability, DefaultImpl, Support
from whimbrel.unset import UNSET, UnsetType
from whimbrel_sqlite import ddl as _ddl  # tells SQLAlchemy how SQLite spells some elements
from whimbrel_sqlite.limits import always_refused, refused_with_rows

del _ddl

RENAME_COLUMN_SINCE = (3, 25)  # https://www.sqlite.org/changes.html#version_3_25_0
DROP_COLUMN_SINCE = (3, 35)  # https://www.sqlite.org/changes.html#version_3_35_0
SINCE = {Capability.RENAME_COLUMN: RENAME_COLUMN_SINCE, Capability.DROP_COLUMN: DROP_COLUMN_SINCE}


class SQLiteImpl(DefaultImpl):
    """SQLite, where a rollback undoes all DDL once a transaction has really begun, and ALTER TABLE does little."""

    __dialect__ = "sqlite"
    transactional_ddl = True
    rows_through_driver = True
    capabilities: ClassVar[Mapping[Capability, Support]] = {
        **dict.fromkeys(Capability, Support.NO),
        **dict.fromkeys(
            (
                Capability.RENAME_TABLE,
                Capability.IF_EXISTS_TABLE,
                Capability.ADD_COLUMN,
                Capability.ADD_NOT_NULL_COLUMN,
                Capability.ADD_COMPUTED_COLUMN,
                Capability.EXPRESSION_INDEX,
                Capability.IF_EXISTS_INDEX,
            ),
            Support.YES,
        ),
    }

    # The table around the last column that was added: its constraints are spelt inside of the column.
    _spelt: FromClause | None = None

    def support(self, capability: Capability) -> Support:
        """Say whether SQLite can do something; see :meth:`whimbrel.impl.DefaultImpl.support`.

        Some of ALTER TABLE depends on the version, and IF EXISTS for columns on a database that can be looked into.
        """
        if capability in SINCE:
            version = self.dialect.server_version_info
            return Support.YES if version is None or tuple(version) >= SINCE[capability] else Support.NO
        if capability is Capability.IF_EXISTS_COLUMN and self.connection is not None and not self.as_sql:
            return Support.YES
        return super().support(capability)

    def begin_session(self, connection: Connection) -> None:
        """Issue the BEGIN that Python's driver keeps back until the first INSERT, UPDATE or DELETE.

        CREATE and ALTER before that would each be committed at once, and a revision that fails half-way would leave
        half. Nothing is issued where a transaction is open already (the driver's ``autocommit=False``, an event
        listener of the application) or where the driver was told to have none (autocommit).

        https://docs.python.org/3/library/sqlite3.html#sqlite3-controlling-transactions
        """
        driver = connection.connection.driver_connection
        # aiosqlite passes on neither its connection nor this attribute.
        autocommit = getattr(getattr(driver, "_conn", driver), "autocommit", None)
        if driver is None or driver.in_transaction or driver.isolation_level is None or autocommit is True:
            return
        connection.exec_driver_sql("BEGIN")

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
    ) -> None:
        """Add a column; see :meth:`whimbrel.impl.DefaultImpl.add_column`.

        Its CHECK and FOREIGN KEY are always spelt inside of the column: SQLite cannot add them afterwards.

        :raises UnsupportedOperation: SQLite cannot add such a column, at all or to a table with rows.
        """
        if if_not_exists and self._has_column("add_column", table_name, column.name, schema):
            return
        reason = always_refused(column)
        if reason is None and (reason := refused_with_rows(column, self.dialect)) is not None:
            reason = f"{reason}, and the table has rows" if self._has_rows(table_name, schema) else None
        if reason is not None:
            raise UnsupportedOperation(
                f"SQLite cannot add column {column.name!r} to table {table_name!r}: {reason}.",
                _batch(table_name, f"add_column({column.name!r}, ...)"),
                dialect=self.dialect.name,
                operation="add_column",
            )
        checks = [const for const in column.table.constraints if isinstance(const, CheckConstraint)]
        column.constraints.update(const for const in checks if self.wants(const))  # those of a Boolean or an Enum
        super().add_column(table_name, column, schema=schema, inline_references=True)
        self._spelt = column.table

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

        :raises UnsupportedOperation: this SQLite is older than 3.35, or something in the schema uses the column.
        """
        remedy = _batch(table_name, f"drop_column({column.name!r})")
        self._require("drop_column", DROP_COLUMN_SINCE, remedy)
        if if_exists and not self._has_column("drop_column", table_name, column.name, schema):
            return
        try:
            super().drop_column(table_name, column, schema=schema)
        except OperationalError as error:
            reason = str(error.orig)
            if not reason.startswith(("error in ", "cannot drop ")):
                raise
            raise UnsupportedOperation(
                f"SQLite cannot drop column {column.name!r} of table {table_name!r}: {reason}.",
                f"Drop what uses it first, or rebuild the table. {remedy}",
                dialect=self.dialect.name,
                operation="drop_column",
            ) from error

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
        **kw: Any,
    ) -> None:
        """Rename a column; a comment is passed over, as SQLite has none.

        :raises UnsupportedOperation: something else than the name is to change.
        """
        changes = {"nullable": nullable is not None, "server_default": server_default is not UNSET, "type_": type_}
        asked = [f"{argument}=..." for argument, given in changes.items() if given]
        if asked:
            raise UnsupportedOperation(
                f"SQLite's ALTER TABLE cannot do alter_column({table_name!r}, {column_name!r}, {', '.join(asked)}).",
                _batch(table_name, f"alter_column({column_name!r}, {', '.join(asked)})"),
                dialect=self.dialect.name,
                operation="alter_column",
            )
        if name is not None:
            remedy = _batch(table_name, f"alter_column({column_name!r}, new_column_name={name!r})")
            self._require("alter_column", RENAME_COLUMN_SINCE, remedy)
            super().alter_column(table_name, column_name, name=name, schema=schema)

    # -- constraints --------------------------------------------------------------------------------------------------

    def add_constraint(self, const: Constraint, **kw: Any) -> None:
        """Refuse, unless it came with a column and is there already: a table's constraints are what it began with.

        :raises UnsupportedOperation: it did not.
        """
        if const.table is not self._spelt and self.wants(const):
            self._refuse_constraint("create_constraint", const)

    def drop_constraint(self, const: Constraint, **kw: Any) -> None:
        """Refuse: a table's constraints are what it was created with.

        :raises UnsupportedOperation: always.
        """
        self._refuse_constraint("drop_constraint", const)

    def _refuse_constraint(self, operation: str, const: Constraint) -> None:
        verb = "add" if operation == "create_constraint" else "drop"
        raise UnsupportedOperation(
            f"SQLite cannot {verb} constraint {str(const.name)!r} of table {const.table.name!r}.",
            _batch(const.table.name, f"{operation}({str(const.name)!r}, ...)"),
            dialect=self.dialect.name,
            operation=operation,
        )

    # -- what is there ------------------------------------------------------------------------------------------------

    def _require(self, operation: str, since: tuple[int, int], remedy: str) -> None:
        version = self.dialect.server_version_info
        if version is not None and tuple(version) < since:
            raise UnsupportedOperation(
                f"SQLite {'.'.join(map(str, version))} knows no ALTER TABLE for {operation}; "
                f"{'.'.join(map(str, since))} does.",
                remedy,
                dialect=self.dialect.name,
                operation=operation,
            )

    def _has_rows(self, table_name: str, schema: str | None) -> bool:
        """Return whether a table has rows; as text, where nobody knows, no."""
        if self.connection is None or self.as_sql:
            return False
        some = select(literal_column("1", Integer)).select_from(table(table_name, schema=schema)).limit(1)
        return self.connection.execute(some).first() is not None

    def _has_column(self, operation: str, table_name: str, column_name: str, schema: str | None) -> bool:
        """Return whether a table has a column: SQLite's ALTER TABLE knows no IF EXISTS.

        :raises UnsupportedOperation: SQL is written as text.
        """
        if self.connection is None or self.as_sql:
            raise UnsupportedOperation(
                f"SQLite has no SQL for {operation} of {table_name}.{column_name} with IF EXISTS or IF NOT EXISTS.",
                "Leave if_exists or if_not_exists out when SQL is written as text.",
                dialect=self.dialect.name,
                operation=operation,
            )
        columns = inspect(self.connection).get_columns(table_name, schema=schema)
        return any(column["name"].lower() == column_name.lower() for column in columns)


def _batch(table_name: str, call: str) -> str:
    return f"Use batch mode:\n    with op.batch_alter_table({table_name!r}) as batch:\n        batch.{call}"
