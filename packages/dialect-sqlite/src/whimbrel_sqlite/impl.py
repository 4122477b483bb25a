"""Which statements a directive becomes on SQLite, and which it cannot become."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import (
    CheckConstraint,
    Column,
    Connection,
    Constraint,
    FromClause,
    Table,
)
from sqlalchemy.exc import OperationalError

from whimbrel.ddl import ServerDefault, TypeArgument
from whimbrel.errors import UnsupportedOperation
from whimbrel.impl import Capability, DefaultImpl, Support
from whimbrel.impl.needs import of_new_constraint
from whimbrel.impl.run_lock import LockScope, RunLock
from whimbrel.operations.recreate import Batch, TableRebuild
from whimbrel.unset import UNSET, UnsetType
from whimbrel_sqlite import ddl as _ddl  # tells SQLAlchemy how SQLite spells some elements
from whimbrel_sqlite.compare import SQLiteComparing
from whimbrel_sqlite.foreign_keys import ForeignKeys
from whimbrel_sqlite.limits import always_refused, has_rows, refused_with_rows
from whimbrel_sqlite.patience import SQLitePatient
from whimbrel_sqlite.resuming import SQLiteResuming
from whimbrel_sqlite.scratch import SQLiteScratch

del _ddl

RENAME_COLUMN_SINCE = (3, 25)  # https://www.sqlite.org/changes.html#version_3_25_0
DROP_COLUMN_SINCE = (3, 35)  # https://www.sqlite.org/changes.html#version_3_35_0
SINCE = {Capability.RENAME_COLUMN: RENAME_COLUMN_SINCE, Capability.DROP_COLUMN: DROP_COLUMN_SINCE}


class SQLiteImpl(SQLiteComparing, SQLiteScratch, SQLiteResuming, SQLitePatient, DefaultImpl):
    """SQLite, where a rollback undoes all DDL once a transaction has really begun, and ALTER TABLE does little."""

    __dialect__ = "sqlite"
    transactional_ddl = True
    columns_ignore_case = True
    rows_through_driver = True
    writes_beside = False
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
                Capability.ALTER_TYPE_OF_KEY,
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

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        self._foreign_keys = ForeignKeys()

    def begin_session(self, connection: Connection, *, ours: bool = True) -> None:
        """Issue the BEGIN that Python's driver keeps back until the first INSERT, UPDATE or DELETE.

        CREATE and ALTER before that would each be committed at once, and a revision that fails half-way would leave
        half. Nothing is issued where a transaction is open already (the driver's ``autocommit=False``, an event
        listener of the application) or where the driver was told to have none (autocommit).

        https://docs.python.org/3/library/sqlite3.html#sqlite3-controlling-transactions
        """
        driver = connection.connection.driver_connection
        # aiosqlite passes on neither its connection nor this attribute.
        autocommit = getattr(getattr(driver, "_conn", driver), "autocommit", None)
        if driver is None:
            return
        if not driver.in_transaction and driver.isolation_level is not None and autocommit is not True:
            connection.exec_driver_sql("BEGIN")
        if ours:
            self._foreign_keys.begun(connection)

    def before_commit(self, connection: Connection) -> None:
        """See that foreign keys are in order, where they were not enforced in this transaction.

        :raises CommandError: a row refers to none, and did not before.
        """
        self._foreign_keys.before_commit(connection)

    def commit_check(self, connection: Connection) -> Callable[[], None]:
        """Return what looks for foreign keys that were not violated before: deferred ones are checked by a commit."""
        return self._foreign_keys.commit_check(connection)

    def end_session(self, connection: Connection) -> None:
        """Enforce foreign keys again, where they were not in the transaction that has ended."""
        self._foreign_keys.ended(connection)

    # -- one run at a time --------------------------------------------------------------------------------------------

    def run_lock(self, scope: LockScope) -> RunLock:
        """Return the lock of a file beside the database."""
        from whimbrel_sqlite.lock import run_lock

        return run_lock(scope)

    # -- batch mode ---------------------------------------------------------------------------------------------------

    def requires_recreate_in_batch(self, batch_op: Batch) -> bool:
        """Return whether a batch has something that SQLite's own ALTER TABLE cannot do.

        :param batch_op: the batch: its table, and the directives collected.
        """
        from whimbrel_sqlite.native import NativeChanges  # a run without batches starts sooner

        return not all(map(NativeChanges(self, batch_op).can_do, batch_op.directives))

    def reflect_for_batch(
        self,
        table_name: str,
        schema: str | None,
        reflect_args: Sequence[Any] = (),
        reflect_kwargs: Mapping[str, Any] | None = None,
    ) -> Table:
        """Return a table with what SQLAlchemy's reflection misses; see :mod:`whimbrel_sqlite.reflection`.

        :raises UnsupportedOperation: it is a view or a virtual table, or its CREATE TABLE cannot be read.
        """
        from whimbrel_sqlite.reflection import reflect

        assert self.connection is not None
        return reflect(self.connection, table_name, schema, reflect_args, reflect_kwargs or {})

    def rebuild_table(self, rebuild_: TableRebuild) -> None:
        """Make a table anew and lose nothing; see :mod:`whimbrel_sqlite.rebuild`.

        :raises UnsupportedOperation: something of the table, or in the schema, cannot be carried over.
        :raises CommandError: a foreign key would be violated.
        """
        from whimbrel_sqlite.rebuild import REBUILD_SINCE, rebuild_table

        if self.connection is None or self.as_sql:
            self._rebuild_as_text(rebuild_)
        else:
            self._require("batch_alter_table", REBUILD_SINCE, "Use a newer SQLite.")
            rebuild_table(self, rebuild_, self._foreign_keys, self._begin_again)

    def _rebuild_as_text(self, rebuild: TableRebuild) -> None:
        """Write the statements, and what nobody can see to: there is no database to look into."""
        name = rebuild.old.name.replace("\n", " ")
        self.static_output(
            f"-- {name} is made anew. Where this runs, PRAGMA foreign_keys has to be off, or rows that refer to\n"
            f"-- {name} are deleted; and triggers of {name} go with the old table: create them again."
        )
        self.execute("PRAGMA legacy_alter_table = ON")  # else views that name the table keep it from its name
        super().rebuild_table(rebuild)
        self.execute("PRAGMA legacy_alter_table = OFF")

    def _begin_again(self) -> None:
        assert self.connection is not None
        self.connection.begin()
        self.begin_session(self.connection)

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

        Its CHECK and FOREIGN KEY are always spelt inside of the column: SQLite cannot add them afterwards.

        :raises UnsupportedOperation: SQLite cannot add such a column, at all or to a table with rows.
        """
        if if_not_exists and self._is_there("add_column", table_name, column.name, schema):
            return
        reason = always_refused(column)
        if reason is None and (reason := refused_with_rows(column, self.dialect)) is not None:
            reason = f"{reason}, and the table has rows" if has_rows(self, table_name, schema) else None
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
        if if_exists and not self._is_there("drop_column", table_name, column.name, schema):
            return
        try:
            super().drop_column(table_name, column, schema=schema)
        except OperationalError as error:
            if reason := _schema_says(error):
                raise UnsupportedOperation(
                    f"SQLite cannot drop column {column.name!r} of table {table_name!r}: {reason}.",
                    f"Drop what uses it first, or rebuild the table. {remedy}",
                    dialect=self.dialect.name,
                    operation="drop_column",
                ) from error
            raise

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
            try:
                super().alter_column(table_name, column_name, name=name, schema=schema)
            except OperationalError as error:
                if reason := _schema_says(error):
                    raise UnsupportedOperation(
                        f"SQLite cannot rename column {column_name!r} of table {table_name!r}: {reason}.",
                        "Put right, or drop, what SQLite names there, and create it again afterwards.",
                        dialect=self.dialect.name,
                        operation="alter_column",
                    ) from error
                raise

    # -- constraints --------------------------------------------------------------------------------------------------

    def add_constraint(self, const: Constraint, **kw: Any) -> None:
        """Refuse, unless it came with a column and is there already: a table's constraints are what it began with.

        :raises UnsupportedOperation: it did not.
        """
        if const.table is not self._spelt and self.wants(const):
            needed = of_new_constraint(const)
            self._refuse_constraint("add", needed[1] if needed is not None else "create_constraint", const)

    def drop_constraint(self, const: Constraint, **kw: Any) -> None:
        """Refuse: a table's constraints are what it was created with.

        :raises UnsupportedOperation: always.
        """
        self._refuse_constraint("drop", "drop_constraint", const)

    def _refuse_constraint(self, verb: str, operation: str, const: Constraint) -> None:
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

    def _is_there(self, operation: str, table_name: str, column_name: str, schema: str | None) -> bool:
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
        return self.has_column(table_name, column_name, schema=schema)


def _schema_says(error: OperationalError) -> str | None:
    """Return what in the schema keeps SQLite from an ALTER TABLE; ``None`` where something else does."""
    reason = str(error.orig)
    return reason if reason.startswith(("error in ", "cannot drop ")) else None


def _batch(table_name: str, call: str) -> str:
    return f"Use batch mode:\n    with op.batch_alter_table({table_name!r}) as batch:\n        batch.{call}"
