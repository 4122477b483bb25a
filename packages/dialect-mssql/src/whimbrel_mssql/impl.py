"""Which statements a directive becomes on SQL Server."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from typing import Any, ClassVar, Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Computed,
    CursorResult,
    DateTime,
    Identity,
    Index,
    Insert,
    Table,
    inspect,
    literal_column,
)
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.schema import Constraint, ForeignKeyConstraint
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.types import NullType, TypeEngine, to_instance

from whimbrel.ddl import ServerDefault, TextSink, TypeArgument, default_change
from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.impl import Capability, DefaultImpl, Support, needs
from whimbrel.operations.directives.indexes import NO_TABLE
from whimbrel.operations.recreate import TableRebuild
from whimbrel.unset import UNSET, UnsetType
from whimbrel_mssql.ddl import ConstraintKind, MSSQLAlterColumn, MSSQLDropConstraints, spelt
from whimbrel_mssql.identity import MSSQLIdentityInsert, autoincrement_of, identity_of, names_of_interest
from whimbrel_mssql.literals import script_dialect
from whimbrel_mssql.rebuild import rebuild_table

BATCH_SEPARATOR: Final = "GO"

_BASE_OF_TYPE: Final = re.compile(r"\w+")


class MSSQLImpl(DefaultImpl):
    """SQL Server, where a rollback undoes DDL, and ALTER COLUMN says type and NULL together.

    Text is for ``sqlcmd``: each statement is followed by a line ``GO``, or by what ``configure()`` was given as
    ``mssql_batch_separator``.
    """

    __dialect__ = "mssql"
    transactional_ddl = True
    columns_ignore_case = True  # unless its collation is a rare one
    capabilities: ClassVar[Mapping[Capability, Support]] = {
        **dict.fromkeys(Capability, Support.YES),
        **dict.fromkeys(
            (
                Capability.PLAIN_TO_COMPUTED,
                Capability.COMPUTED_EXPRESSION,
                Capability.COMPUTED_TO_PLAIN,
                Capability.PLAIN_TO_IDENTITY,
                Capability.IDENTITY_OPTIONS,
                Capability.IDENTITY_TO_PLAIN,
                Capability.EXPRESSION_INDEX,
                Capability.ALTER_TYPE_OF_KEY,
            ),
            Support.NO,
        ),
    }

    # The columns whose values are copied just now, while a table is made anew.
    _copied: frozenset[str] = frozenset()

    # -- the run ------------------------------------------------------------------------------------------------------

    @property
    def batch_separator(self) -> str:
        """What stands on a line of its own after each statement in text; empty for nothing."""
        return self.context_opts.get("mssql_batch_separator", BATCH_SEPARATOR) or ""

    def text_sink(self) -> TextSink:
        """Return what writes statements as text, with a batch separator after each."""
        dialect = script_dialect(self.dialect)
        return TextSink(self.output_buffer, dialect, self.command_terminator, self.binary_literal, self.batch_separator)

    @staticmethod
    def binary_literal(value: bytes) -> str:
        """Return bytes as ``0x00ff``.

        https://learn.microsoft.com/sql/t-sql/data-types/constants-transact-sql#binary-constants
        """
        return f"0x{value.hex()}"

    def emit_begin(self) -> None:
        """Write ``BEGIN TRANSACTION`` as text: ``BEGIN`` alone would begin a block."""
        self.execute("BEGIN TRANSACTION")

    def emit_commit(self) -> None:
        """Write ``COMMIT`` as text."""
        self.execute("COMMIT")

    def server_time(self) -> ColumnElement[datetime]:
        """Return the time in UTC, for the lease that keeps runs apart."""
        return literal_column("SYSUTCDATETIME()", DateTime())

    # -- statements and rows ------------------------------------------------------------------------------------------

    def execute(
        self, sql: Executable | str, execution_options: Mapping[str, Any] | None = None
    ) -> CursorResult[Any] | None:
        """Execute a statement, or write it; see :meth:`whimbrel.impl.DefaultImpl.execute`."""
        if self._copied and isinstance(sql, Insert):
            with self._identity_insert(sql.table, self._copied):
                return super().execute(sql, execution_options)
        return super().execute(spelt(sql), execution_options)

    def bulk_insert(
        self, table: Table | TableClause, rows: Iterable[Mapping[str, Any]], multiinsert: bool = True
    ) -> None:
        """Insert rows, with ``IDENTITY_INSERT`` around those that give a value to the identity column.

        https://learn.microsoft.com/sql/t-sql/statements/set-identity-insert-transact-sql
        """
        if isinstance(rows, str | Mapping):
            super().bulk_insert(table, rows, multiinsert)  # which says what is wrong
            return
        identity = identity_of(table)
        for names, group in groupby(rows, key=lambda row: names_of_interest(row, identity)):
            with self._identity_insert(table, names):
                super().bulk_insert(table, list(group), multiinsert)

    def rebuild_table(self, rebuild_: TableRebuild) -> None:
        """Make a table anew, with the values of its identity column; see :mod:`whimbrel_mssql.rebuild`.

        The batch raises, before anything is done, where the table has triggers or permissions, or another refers to it.
        """
        self._copied = frozenset(rebuild_.copied)
        try:
            rebuild_table(self, rebuild_)
        finally:
            self._copied = frozenset()

    @contextmanager
    def _identity_insert(self, table: TableClause, names: frozenset[str]) -> Iterator[None]:
        """Allow values for the identity column around a block, if *names* have it, or may have it.

        On a connection, SQLAlchemy sees to it for the identity columns that it knows of.
        """
        identity = identity_of(table)
        unknown = identity is None and not isinstance(table, Table)
        seen_to = isinstance(table, Table) and not self.as_sql and identity == autoincrement_of(table)
        if seen_to or not names or not (unknown or identity in names):
            yield
            return
        columns = sorted(names) if unknown else None
        self.execute(MSSQLIdentityInsert(table.name, True, columns, table.schema))
        yield
        self.execute(MSSQLIdentityInsert(table.name, False, columns, table.schema))

    # -- tables -------------------------------------------------------------------------------------------------------

    def create_table(self, table: Table, **kw: Any) -> None:
        """Create a table; see :meth:`whimbrel.impl.DefaultImpl.create_table`.

        :raises UnsupportedOperation: a constraint has words that Transact-SQL does not know.
        """
        for constraint in sorted(table.constraints, key=lambda constraint: str(constraint.name)):
            self._refuse_unknown_words("create_table", constraint)
        super().create_table(table, **kw)

    # -- columns ------------------------------------------------------------------------------------------------------

    def add_column(self, table_name: str, column: Column[Any], **kw: Any) -> None:
        """Add a column; see :meth:`whimbrel.impl.DefaultImpl.add_column`.

        :raises UnsupportedOperation: a constraint of it has words that Transact-SQL does not know.
        """
        for constraint in sorted(column.table.constraints, key=lambda constraint: str(constraint.name)):
            self._refuse_unknown_words("add_column", constraint)
        super().add_column(table_name, column, **kw)

    def drop_column(
        self,
        table_name: str,
        column: Column[Any],
        *,
        schema: str | None = None,
        mssql_drop_default: bool | None = None,
        mssql_drop_check: bool | None = None,
        mssql_drop_foreign_key: bool | None = None,
        **kw: Any,
    ) -> None:
        """Drop a column; see :meth:`whimbrel.impl.DefaultImpl.drop_column`.

        SQL Server refuses as long as a constraint uses the column.

        :param mssql_drop_default: drop its default first.
        :param mssql_drop_check: drop its CHECK constraints first; those of the table that mention it stay.
        :param mssql_drop_foreign_key: drop the foreign keys that it is part of first; those that refer to it stay.
        """
        kinds: dict[ConstraintKind, bool | None] = {
            "default": mssql_drop_default,
            "check": mssql_drop_check,
            "foreign_key": mssql_drop_foreign_key,
        }
        for kind, wanted in kinds.items():
            if wanted:
                self.execute(MSSQLDropConstraints(table_name, column.name, kind, schema))
        super().drop_column(table_name, column, schema=schema, **kw)

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: ServerDefault | UnsetType | None = UNSET,
        type_: TypeArgument | None = None,
        schema: str | None = None,
        existing_type: TypeArgument | None = None,
        existing_server_default: ServerDefault | UnsetType | None = UNSET,
        existing_nullable: bool | None = None,
        **kw: Any,
    ) -> None:
        """Change a column; see :meth:`whimbrel.impl.DefaultImpl.alter_column`.

        A default is a constraint with a name: the old one, whatever its name, is dropped before the new one is added.
        It also keeps the column from getting a type of another kind; where *existing_server_default* says what it is,
        it goes and comes back around that.

        :raises CommandError: NULL is to change, SQL is written as text, and neither type is given.
        :raises UnsupportedOperation: the column is to become, or to cease to be, computed or an identity.
        """
        changes_default = server_default is not UNSET
        if changes_default:
            self._refuse_generated(table_name, column_name, server_default, existing_server_default)
        elif type_ is not None and _is_plain(existing_server_default) and self._differ(type_, existing_type):
            server_default = existing_server_default
        if server_default is not UNSET:
            self.execute(MSSQLDropConstraints(table_name, column_name, "default", schema))
        if type_ is not None or nullable is not None:
            known = type_ if type_ is not None else existing_type
            defined = known if known is not None else self._reflected_type(table_name, column_name, schema)
            may_be_null = nullable if nullable is not None else existing_nullable
            self.execute(MSSQLAlterColumn(table_name, column_name, defined, may_be_null, schema))
        super().alter_column(
            table_name,
            column_name,
            server_default=UNSET if server_default is None else server_default,
            schema=schema,
            **kw,
        )

    def _reflected_type(self, table_name: str, column_name: str, schema: str | None) -> TypeEngine[Any]:
        """Return the type of a column.

        :raises CommandError: there is nobody to ask, or no such column.
        """
        if self.connection is not None and not self.as_sql:
            try:
                columns = inspect(self.connection).get_columns(table_name, schema=schema)
            except NoSuchTableError:
                columns = []
            for column in columns:
                if column["name"].lower() == column_name.lower() and not isinstance(column["type"], NullType):
                    return column["type"]
        raise CommandError(
            f"alter_column({table_name!r}, {column_name!r}, nullable=...): SQL Server wants the type of the column "
            "repeated, and it is not given.",
            "Give existing_type.",
        )

    def _differ(self, type_: TypeArgument, existing_type: TypeArgument | None) -> bool:
        """Return whether two types are more apart than by length, precision or scale."""
        if existing_type is None:
            return True
        names = (self.dialect.type_compiler_instance.process(to_instance(item)) for item in (type_, existing_type))
        return len({_BASE_OF_TYPE.findall(name)[0] for name in names}) > 1

    def _refuse_generated(self, table_name: str, column_name: str, default: Any, existing: Any) -> None:
        """Refuse to change what computes or counts.

        https://learn.microsoft.com/sql/t-sql/statements/alter-table-transact-sql#alter-column
        """
        if any(isinstance(item, Computed | Identity) for item in (default, existing)):
            change = default_change(table_name, column_name, default, self, existing_server_default=existing)
            self.require(needs.of_change(change), "alter_column", table_name, column_name)

    # -- constraints and indexes --------------------------------------------------------------------------------------

    def add_constraint(self, const: Constraint, **kw: Any) -> None:
        """Add a constraint; see :meth:`whimbrel.impl.DefaultImpl.add_constraint`.

        :raises UnsupportedOperation: it has words that Transact-SQL does not know.
        """
        self._refuse_unknown_words("create_constraint", const)
        super().add_constraint(const, **kw)

    def drop_index(self, index: Index, **kw: Any) -> None:
        """Drop an index; see :meth:`whimbrel.impl.DefaultImpl.drop_index`.

        :raises CommandError: its table is not given.
        """
        if index.table is None or index.table.name == NO_TABLE:
            raise CommandError(
                f"drop_index({str(index.name)!r}): SQL Server has to know the table of an index.",
                f"Give it: op.drop_index({str(index.name)!r}, table_name='...')",
            )
        super().drop_index(index, **kw)

    def _refuse_unknown_words(self, operation: str, const: Constraint) -> None:
        """Refuse what SQLAlchemy would spell and SQL Server not read.

        https://learn.microsoft.com/sql/t-sql/statements/alter-table-table-constraint-transact-sql
        """
        found = None
        if const.deferrable is not None or const.initially is not None:
            found = "DEFERRABLE or INITIALLY", "Leave deferrable and initially out."
        elif isinstance(const, ForeignKeyConstraint):
            actions = {str(action).upper() for action in (const.ondelete, const.onupdate) if action is not None}
            if const.match is not None:
                found = "MATCH", "Leave match out."
            elif "RESTRICT" in actions:
                found = "RESTRICT", "Say NO ACTION, which is the same here."
        if found is not None:
            raise UnsupportedOperation(
                f"mssql knows no {found[0]}: constraint {str(const.name)!r} of table {const.table.name!r}.",
                found[1],
                dialect=self.dialect.name,
                operation=operation,
            )


def _is_plain(default: ServerDefault | UnsetType | None) -> bool:
    """Return whether this is known to be a default, and neither computes nor counts."""
    return default is not None and default is not UNSET and not isinstance(default, Computed | Identity)
