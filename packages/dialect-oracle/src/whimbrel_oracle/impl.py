"""Which statements a directive becomes on Oracle."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import Column, ColumnElement, Computed, CursorResult, DateTime, Identity, Table, literal_column, text
from sqlalchemy.schema import Constraint, ForeignKeyConstraint
from sqlalchemy.sql.base import Executable
from sqlalchemy.sql.expression import TableClause

from whimbrel.ddl import ServerDefault, TextSink, TypeArgument
from whimbrel.errors import UnsupportedOperation
from whimbrel.impl import Capability, DefaultImpl, Support
from whimbrel.operations.recreate import TableRebuild
from whimbrel.unset import UNSET, UnsetType
from whimbrel_oracle.ddl import OracleDropIdentity, OracleModifyColumn, spelt
from whimbrel_oracle.literals import ScriptSink, raw_literal, script_dialect
from whimbrel_oracle.rebuild import rebuild_table

BATCH_SEPARATOR: Final = "/"


class OracleImpl(DefaultImpl):
    """Oracle, where each DDL statement commits, and MODIFY changes a column.

    Text is for SQL*Plus: each statement is followed by a line ``/``, or by what ``configure()`` was given as
    ``oracle_batch_separator``.
    """

    __dialect__ = "oracle"
    transactional_ddl = False
    command_terminator = ""
    capabilities: ClassVar[Mapping[Capability, Support]] = {
        **dict.fromkeys(Capability, Support.YES),
        **dict.fromkeys(
            (Capability.PLAIN_TO_COMPUTED, Capability.COMPUTED_TO_PLAIN, Capability.PLAIN_TO_IDENTITY), Support.NO
        ),
    }

    # -- the run ------------------------------------------------------------------------------------------------------

    @property
    def batch_separator(self) -> str:
        """What stands on a line of its own after each statement in text; empty for nothing."""
        return self.context_opts.get("oracle_batch_separator", BATCH_SEPARATOR) or ""

    def text_sink(self) -> TextSink:
        """Return what writes statements as text, with a batch separator after each."""
        dialect = script_dialect(self.dialect)
        return ScriptSink(
            self.output_buffer, dialect, self.command_terminator, self.binary_literal, self.batch_separator
        )

    @staticmethod
    def binary_literal(value: bytes) -> str:
        """Return bytes as ``HEXTORAW('00ff')``; see :func:`whimbrel_oracle.literals.raw_literal`."""
        return raw_literal(value)

    def emit_begin(self) -> None:
        """Write ``SET TRANSACTION`` as text: Oracle has no BEGIN, which would begin a block."""
        self.execute("SET TRANSACTION READ WRITE")

    def emit_commit(self) -> None:
        """Write ``COMMIT`` as text."""
        self.execute("COMMIT")

    def server_time(self) -> ColumnElement[datetime]:
        """Return the time in UTC, for the lease that keeps runs apart."""
        return literal_column("SYS_EXTRACT_UTC(SYSTIMESTAMP)", DateTime())

    # -- statements and rows ------------------------------------------------------------------------------------------

    def execute(
        self, sql: Executable | str, execution_options: Mapping[str, Any] | None = None
    ) -> CursorResult[Any] | None:
        """Execute a statement, or write it; see :meth:`whimbrel.impl.DefaultImpl.execute`."""
        return super().execute(spelt(sql), execution_options)

    def bulk_insert(
        self, table: Table | TableClause, rows: Iterable[Mapping[str, Any]], multiinsert: bool = True
    ) -> None:
        """Insert rows; see :meth:`whimbrel.impl.DefaultImpl.bulk_insert`.

        One without a value gets a default by name, as Oracle has no ``DEFAULT VALUES``.
        """
        first = next((column.key for column in table.columns), None)
        if first is not None and not isinstance(rows, str | Mapping):
            rows = (row if row or not isinstance(row, Mapping) else {first: text("DEFAULT")} for row in rows)
        super().bulk_insert(table, rows, multiinsert)

    def rebuild_table(self, rebuild_: TableRebuild) -> None:
        """Make a table anew; see :mod:`whimbrel_oracle.rebuild`.

        An error is raised, before anything is done, where the table has triggers or grants, or another refers to it.
        """
        rebuild_table(self, rebuild_)

    # -- tables -------------------------------------------------------------------------------------------------------

    def create_table(self, table: Table, **kw: Any) -> None:
        """Create a table; see :meth:`whimbrel.impl.DefaultImpl.create_table`.

        :raises UnsupportedOperation: a foreign key has words that Oracle does not know, or a computed column is to be
            stored.
        """
        for column in table.columns:
            self._refuse_stored("create_table", column)
        for constraint in sorted(table.constraints, key=lambda constraint: str(constraint.name)):
            self._refuse_unknown_words("create_table", constraint)
        super().create_table(table, **kw)

    # -- columns ------------------------------------------------------------------------------------------------------

    def add_column(self, table_name: str, column: Column[Any], **kw: Any) -> None:
        """Add a column; see :meth:`whimbrel.impl.DefaultImpl.add_column`.

        :raises UnsupportedOperation: a foreign key of it has words that Oracle does not know, or it is computed and to
            be stored.
        """
        self._refuse_stored("add_column", column)
        for constraint in sorted(column.table.constraints, key=lambda constraint: str(constraint.name)):
            self._refuse_unknown_words("add_column", constraint)
        super().add_column(table_name, column, **kw)

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        nullable: bool | None = None,
        server_default: ServerDefault | UnsetType | None = UNSET,
        type_: TypeArgument | None = None,
        schema: str | None = None,
        existing_server_default: ServerDefault | UnsetType | None = UNSET,
        existing_nullable: bool | None = None,
        **kw: Any,
    ) -> None:
        """Change a column; see :meth:`whimbrel.impl.DefaultImpl.alter_column`.

        Type, default and NULL change in one statement, so that a refusal leaves all three as they were. That a column
        which cannot hold NULL is to hold none is not repeated: Oracle takes it for an error (ORA-01442).

        :raises UnsupportedOperation: the column is to become, or to cease to be, computed; or to become an identity.
        """
        counted = isinstance(existing_server_default, Identity)
        if server_default is not UNSET:
            self._refuse_generated(table_name, column_name, server_default, existing_server_default)
        if counted and server_default is not UNSET and not isinstance(server_default, Identity):
            self.execute(OracleDropIdentity(table_name, column_name, schema=schema))
            server_default = UNSET if server_default is None else server_default
        if nullable is not None and nullable == existing_nullable:
            nullable = None
        if type_ is not None or server_default is not UNSET or nullable is not None:
            self.execute(OracleModifyColumn(table_name, column_name, type_, server_default, nullable, schema))
        super().alter_column(table_name, column_name, schema=schema, **kw)

    def _refuse_generated(self, table_name: str, column_name: str, default: Any, existing: Any) -> None:
        """Refuse what MODIFY does not do: it changes how a column computes or counts, where it does.

        Oracle Database SQL Language Reference, "ALTER TABLE", modify_col_properties, modify_virtcol_properties;
        https://docs.oracle.com/en/error-help/db/ora-30673/
        """
        if isinstance(default, Computed) != isinstance(existing, Computed):
            change = "make a column computed, or a computed one plain"
            remedy = (
                "Drop the column and add it again; or say existing_server_default=Computed(...), if it is computed."
            )
        elif isinstance(default, Identity) and not isinstance(existing, Identity):
            change = "make an identity of a column that is none"
            remedy = "Drop the column and add it again; or say existing_server_default=Identity(), if it is one."
        else:
            return
        raise UnsupportedOperation(
            f"oracle cannot {change}: alter_column({table_name!r}, {column_name!r}).",
            remedy,
            dialect=self.dialect.name,
            operation="alter_column",
        )

    def _refuse_stored(self, operation: str, column: Column[Any]) -> None:
        """Refuse a computed column that is stored: Oracle's are virtual (the same, virtual_column_definition)."""
        if column.computed is not None and column.computed.persisted:
            raise UnsupportedOperation(
                f"oracle cannot store a computed column: {operation}, column {column.table.name}.{column.name}.",
                "Leave persisted=True out: the column is then computed when it is read.",
                dialect=self.dialect.name,
                operation=operation,
            )

    # -- constraints --------------------------------------------------------------------------------------------------

    def add_constraint(self, const: Constraint, **kw: Any) -> None:
        """Add a constraint; see :meth:`whimbrel.impl.DefaultImpl.add_constraint`.

        :raises UnsupportedOperation: it is a foreign key with words that Oracle does not know.
        """
        self._refuse_unknown_words("create_constraint", const)
        super().add_constraint(const, **kw)

    def _refuse_unknown_words(self, operation: str, const: Constraint) -> None:
        """Refuse what SQLAlchemy would spell and Oracle not read.

        Oracle Database SQL Language Reference, "constraint", references_clause.
        """
        if not isinstance(const, ForeignKeyConstraint):
            return
        found = None
        if const.match is not None:
            found = "MATCH", "Leave match out."
        elif const.ondelete is not None and const.ondelete.upper() not in ("CASCADE", "SET NULL"):
            found = f"ON DELETE {const.ondelete}", "Leave ondelete out: then a row that is referred to cannot go."
        if found is not None:
            raise UnsupportedOperation(
                f"oracle knows no {found[0]}: foreign key {str(const.name)!r} of table {const.table.name!r}.",
                found[1],
                dialect=self.dialect.name,
                operation=operation,
            )
