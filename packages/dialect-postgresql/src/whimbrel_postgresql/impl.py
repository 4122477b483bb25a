"""Which statements a directive becomes on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final, Literal

from sqlalchemy import (
    Column,
    ColumnElement,
    Computed,
    Connection,
    DateTime,
    Enum,
    Identity,
    Index,
    Integer,
    String,
    Table,
    Text,
    cast,
    func,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.elements import ClauseElement
from sqlalchemy.types import TypeEngine

from whimbrel.ddl import ServerDefault, TextSink, TypeArgument, default_change
from whimbrel.errors import CommandError
from whimbrel.impl import Capability, DefaultImpl, Support
from whimbrel.impl.run_lock import LockScope, RunLock
from whimbrel.operations.recreate import TableRebuild
from whimbrel.unset import UNSET, UnsetType
from whimbrel_postgresql.compare import PostgresqlComparing
from whimbrel_postgresql.computed import SINCE, refuse_to_compute
from whimbrel_postgresql.concurrently import AUTOCOMMIT, is_concurrent, refuse_in_transaction, refuse_invalid
from whimbrel_postgresql.ddl import PostgresqlColumnType, identity_changes
from whimbrel_postgresql.named_types import DropTypeIfUnused, EnsureType, named_types, type_in_table
from whimbrel_postgresql.patience import PostgresqlPatient
from whimbrel_postgresql.queries import EXISTING
from whimbrel_postgresql.rebuild import free_names, rebuild_table
from whimbrel_postgresql.reflection import completed
from whimbrel_postgresql.resuming import PostgresqlResuming
from whimbrel_postgresql.scratch import PostgresqlScratch
from whimbrel_postgresql.serial import CountOn, DropSequenceOf, SequenceOf, TypeOfSequence, start_counting

_REMEDIES: Final = {
    "25001": f"Leave the transaction for it:\n{AUTOCOMMIT}        ...",
    "55P04": (
        "A value that is added to an enum type can be used once that is committed. Add it outside of the transaction:\n"
        f"{AUTOCOMMIT}        op.add_enum_value(...)\nor use it in the next revision."
    ),
}
"""What to do about an error, by its code: https://www.postgresql.org/docs/current/errcodes-appendix.html"""


class PostgresqlImpl(PostgresqlComparing, PostgresqlScratch, PostgresqlResuming, PostgresqlPatient, DefaultImpl):
    """PostgreSQL, where a rollback undoes nearly all DDL and one statement changes one thing about a column."""

    __dialect__ = "postgresql"
    transactional_ddl = True
    rows_through_driver = True
    capabilities: ClassVar[Mapping[Capability, Support]] = {
        **dict.fromkeys(Capability, Support.YES),
        Capability.PLAIN_TO_COMPUTED: Support.NO,
    }

    def support(self, capability: Capability) -> Support:
        """Say whether the server can do something; see :meth:`whimbrel.impl.DefaultImpl.support`.

        Some of it came with a version; where SQL is written as text, the newest server is written for.
        """
        info = self.dialect.server_version_info
        if capability in SINCE and info is not None and int(info[0]) < SINCE[capability]:
            return Support.NO
        return super().support(capability)

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if isinstance(self.sink, TextSink):
            # SQLAlchemy 2.0 doubles them until a server has said otherwise; every one does since PostgreSQL 9.1:
            # https://www.postgresql.org/docs/current/runtime-config-compatible.html#GUC-STANDARD-CONFORMING-STRINGS
            self.sink.dialect._backslash_escapes = False  # type: ignore[attr-defined]  # PGDialect's own attribute
        self._in_text_transaction = False

    @staticmethod
    def binary_literal(value: bytes) -> str:
        r"""Return bytes as ``'\x00ff'::bytea``.

        https://www.postgresql.org/docs/current/datatype-binary.html#DATATYPE-BINARY-BYTEA-HEX-FORMAT
        """
        return rf"'\x{value.hex()}'::bytea"

    def remedy(self, error: BaseException) -> str | None:
        """Return what to do about an error of PostgreSQL, where its own message does not say."""
        driver_error = error.orig if isinstance(error, DBAPIError) else error
        code = getattr(driver_error, "sqlstate", None) or getattr(driver_error, "pgcode", None)
        return _REMEDIES.get(str(code))

    def commit_check(self, connection: Connection) -> Callable[[], None]:
        """Return what has deferred constraints checked, and leaves them deferred.

        https://www.postgresql.org/docs/current/sql-set-constraints.html
        """

        def check() -> None:
            with connection.begin_nested() as savepoint:
                connection.exec_driver_sql("SET CONSTRAINTS ALL IMMEDIATE")
                savepoint.rollback()

        return check

    def existing_tables(self, connection: Connection, names: Collection[str], *, schema: str | None) -> set[str]:
        """Return those of *names* that are tables, by one question."""
        found = connection.execute(text(EXISTING), {"names": list(names), "schema": schema})
        return set(found.scalars())

    # -- one run at a time --------------------------------------------------------------------------------------------

    def run_lock(self, scope: LockScope) -> RunLock | None:
        """Return an advisory lock; ``None`` behind a pooler that hands each transaction to any server process."""
        from whimbrel_postgresql.lock import AdvisoryLock, Server, TransactionLock

        server = Server(scope)
        if scope.in_callers_transaction:
            return TransactionLock(scope.connection, server.lock_name)
        return None if server.is_behind_pooler else AdvisoryLock(scope.connection, server.lock_name)

    def lock_name(self, scope: LockScope) -> str:
        """Return database, schema and table: env.py may have set a search_path."""
        from whimbrel_postgresql.lock import Server

        return Server(scope).lock_name

    def server_time(self) -> ColumnElement[datetime]:
        """Return the time of the statement, in UTC."""
        return func.timezone("utc", func.clock_timestamp(), type_=DateTime())

    # -- text ---------------------------------------------------------------------------------------------------------

    def emit_begin(self) -> None:
        """Write ``BEGIN`` as text."""
        super().emit_begin()
        self._in_text_transaction = True

    def emit_commit(self) -> None:
        """Write ``COMMIT`` as text."""
        super().emit_commit()
        self._in_text_transaction = False

    # -- tables and the types they bring along ------------------------------------------------------------------------

    def create_table(self, table: Table, **kw: Any) -> None:
        """Create a table, and before it the types that are not there yet; see :class:`whimbrel.impl.DefaultImpl`."""
        self.ensure_types(*(column.type for column in table.columns))
        super().create_table(table, **kw)

    def drop_table(self, table: Table, **kw: Any) -> None:
        """Drop a table, and after it the types that nothing has any more, as far as its columns are known."""
        self._note_types(*(column.type for column in table.columns))
        super().drop_table(table, **kw)
        self._drop_unused_types(*(column.type for column in table.columns))

    def add_column(self, table_name: str, column: Column[Any], **kw: Any) -> None:
        """Add a column, and before it the types that are not there yet; see :class:`whimbrel.impl.DefaultImpl`."""
        self.ensure_types(column.type)
        super().add_column(table_name, column, **kw)

    def drop_column(self, table_name: str, column: Column[Any], **kw: Any) -> None:
        """Drop a column, and after it the types that nothing has any more, as far as the column is known."""
        super().drop_column(table_name, column, **kw)
        self._drop_unused_types(column.type)

    def rebuild_table(self, rebuild_: TableRebuild) -> None:
        """Make a table anew, and before it the types that are not there yet; see :mod:`whimbrel_postgresql.rebuild`.

        :raises UnsupportedOperation: something that belongs to the table cannot be carried over.
        """
        rebuild_table(self, rebuild_, self.ensure_types)

    def reflect_for_batch(
        self,
        table_name: str,
        schema: str | None,
        reflect_args: Sequence[Any] = (),
        reflect_kwargs: Mapping[str, Any] | None = None,
    ) -> Table:
        """Return a table with what SQLAlchemy's reflection misses; see :mod:`whimbrel_postgresql.reflection`."""
        assert self.connection is not None
        return completed(super().reflect_for_batch(table_name, schema, reflect_args, reflect_kwargs), self.connection)

    def prep_table_for_batch(self, batch_impl: TableRebuild, table: Table) -> None:
        """Drop those constraints of the old table whose names the new one needs while both are there."""
        free_names(self, table)

    def cast_for_batch_migrate(
        self, existing: Column[Any], existing_transfer: dict[str, ColumnElement[Any]], new_type: TypeEngine[Any]
    ) -> None:
        """Convert values by way of text from and to an ENUM, and to text without a limit.

        A cast to VARCHAR(2) would cut off what is longer; to put it into such a column is an error.
        https://www.postgresql.org/docs/current/datatype-character.html
        """
        if isinstance(existing.type, Enum) or isinstance(new_type, Enum):
            existing_transfer["expr"] = cast(existing_transfer["expr"], Text)
        if not isinstance(new_type, String) or isinstance(new_type, Enum):
            super().cast_for_batch_migrate(existing, existing_transfer, new_type)
            if isinstance(new_type, Enum) and isinstance(existing.type, Enum):
                existing_transfer["expr"] = cast(existing_transfer["expr"], new_type)
        elif not isinstance(existing.type, String):
            existing_transfer["expr"] = cast(existing_transfer["expr"], Text)

    def ensure_types(self, *types: TypeEngine[Any]) -> None:
        """Create the ENUM and DOMAIN types that these types of columns need, unless they are there.

        A script may have created one itself, so each is asked for by a statement that looks first; it does so where SQL
        is written as text too.

        :param types: types of columns, in a table.
        """
        for type_ in self._note_types(*types):
            self.execute(EnsureType(type_))

    def _note_types(self, *types: TypeEngine[Any]) -> list[Any]:
        """Return the named types, each once, and keep SQLAlchemy from creating and dropping them by itself."""
        found = {}
        for type_ in types:
            for named in named_types(type_, self.dialect):
                # The key under which NamedType looks for those that its "DDL runner", this Impl, has dealt with.
                self.memo.setdefault(f"pg_{named.__visit_name__}", set()).add((named.schema, named.name))
                found[named.schema, named.name] = named
        return list(found.values())

    def _drop_unused_types(self, *types: TypeEngine[Any]) -> None:
        for named in reversed(self._note_types(*types)):
            self.execute(DropTypeIfUnused(str(named.name), named.schema))

    # -- columns ------------------------------------------------------------------------------------------------------

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        type_: TypeArgument | None = None,
        server_default: ServerDefault | UnsetType | None = UNSET,
        existing_server_default: ServerDefault | UnsetType | None = UNSET,
        existing_type: TypeArgument | None = None,
        schema: str | None = None,
        name: str | None = None,
        autoincrement: bool | Literal["auto", "ignore_fk"] | None = None,
        existing_autoincrement: bool | Literal["auto", "ignore_fk"] | None = None,
        postgresql_using: str | ClauseElement | None = None,
        **kw: Any,
    ) -> None:
        """Change a column; see :meth:`whimbrel.impl.DefaultImpl.alter_column`.

        The type goes first, as a new default has to fit the new type. An old default that is to go anyway goes before
        it: PostgreSQL would not know how to cast it, and an identity counts in numbers only. So does one of another
        kind than the new one: a column cannot have a default and be an identity
        (https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES).

        A column counts by a sequence of its own, SERIAL's way, where *existing_autoincrement* is true or its default is
        ``nextval(...)``. That sequence follows the column's type; it goes where *autoincrement* is false or the new
        default an Identity, which goes on counting from where the rows are. ``autoincrement=True`` gives one to a
        column of which ``existing_autoincrement=False`` says that it has none.

        :param postgresql_using: how values become the new type, as SQL text or an expression.
        :raises CommandError: *postgresql_using* without *type_*.
        :raises UnsupportedOperation: the column is to become computed, or to compute something else on a server that
            is too old for that.
        """
        place = (table_name, column_name)
        if type_ is None and postgresql_using is not None:
            raise CommandError(
                f"alter_column({table_name!r}, {column_name!r}): postgresql_using says how values become another type, "
                "and no type is given.",
                "Give type_ too.",
            )
        refuse_to_compute(self.dialect, *place, server_default, existing_server_default)
        new_type = type_in_table(type_, schema) if type_ is not None else None
        sequence = SequenceOf.before_and_after(
            existing_server_default, existing_autoincrement, server_default, autoincrement
        )
        replaced = new_type is not None and _goes_first(server_default, existing_server_default)
        if sequence.goes or replaced or _of_another_kind(server_default, existing_server_default):
            was: dict[str, Any] = {"existing_server_default": existing_server_default}
            self.execute(default_change(*place, None, self, schema=schema, **was))
            existing_server_default = None
            server_default = UNSET if server_default is None else server_default
        if sequence.goes:
            self.execute(DropSequenceOf(*place, schema))
        if new_type is not None:
            self.ensure_types(new_type)
            self.execute(PostgresqlColumnType(*place, new_type, using=postgresql_using, schema=schema))
            if sequence.stays and isinstance(new_type, Integer):
                self.execute(TypeOfSequence(*place, schema, new_type))
        if _says_nothing_new(server_default, existing_server_default):
            server_default = UNSET
        super().alter_column(
            *place,
            name=name,
            server_default=server_default,
            existing_server_default=existing_server_default,
            schema=schema,
            **kw,
        )
        if sequence.goes and isinstance(server_default, Identity) and server_default.start is None:
            self._look(CountOn(table_name, name or column_name, schema))
        if sequence.comes:
            known = new_type if new_type is not None or existing_type is None else type_in_table(existing_type, schema)
            for statement in start_counting(table_name, name or column_name, schema, known):
                self._look(statement)

    def _look(self, statement: Any) -> None:
        """Execute what may return a row that nobody reads."""
        result = self.execute(statement)
        if result is not None:
            result.close()

    # -- indexes ------------------------------------------------------------------------------------------------------

    def create_index(self, index: Index, **kw: Any) -> None:
        """Create an index; see :meth:`whimbrel.impl.DefaultImpl.create_index`.

        :raises CommandError: ``postgresql_concurrently`` inside of a transaction, or with *if_not_exists* where an
            earlier attempt has left an invalid index.
        """
        if is_concurrent(index):
            if self._in_transaction():
                raise refuse_in_transaction("create_index", index)
            if kw.get("if_not_exists") and self.connection is not None and not self.as_sql:
                refuse_invalid(self.connection, index)
        super().create_index(index, **kw)

    def drop_index(self, index: Index, **kw: Any) -> None:
        """Drop an index; see :meth:`whimbrel.impl.DefaultImpl.drop_index`.

        :raises CommandError: ``postgresql_concurrently`` inside of a transaction.
        """
        if is_concurrent(index) and self._in_transaction():
            raise refuse_in_transaction("drop_index", index)
        super().drop_index(index, **kw)

    def _in_transaction(self) -> bool:
        """Return whether the next statement would be inside of a transaction."""
        if self.connection is None or self.as_sql:
            return self._in_text_transaction
        # Every driver's connection says so itself; get_isolation_level() of some asks the server, which does not know.
        return getattr(self.connection.connection.dbapi_connection, "autocommit", None) is False


def _goes_first(default: ServerDefault | UnsetType | None, existing: ServerDefault | UnsetType | None) -> bool:
    """Return whether a column loses its default, or its identity, before it gets another type."""
    if isinstance(existing, Identity):
        return default is None  # only numbers are counted
    return default is not UNSET and existing is not None and not isinstance(existing, Computed)


def _of_another_kind(default: object, existing: object) -> bool:
    """Return whether one default, identity or expression is to take the place of one that is of another kind."""
    if any(item is None or item is UNSET for item in (default, existing)):
        return False
    return any(isinstance(default, kind) != isinstance(existing, kind) for kind in (Computed, Identity))


def _says_nothing_new(default: object, existing: object) -> bool:
    """Return whether an identity is to become what it is."""
    if not (isinstance(default, Identity) and isinstance(existing, Identity)):
        return False
    return not identity_changes(existing, default)
