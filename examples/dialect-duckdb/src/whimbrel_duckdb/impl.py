"""Which statements a directive becomes on DuckDB, and what DuckDB cannot do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Connection, CursorResult, Table
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.base import Executable

from whimbrel.ddl import TextSink
from whimbrel.errors import CommandError
from whimbrel.impl import Capability, DefaultImpl, Support
from whimbrel.impl.run_lock import LockScope, RunLock, Unneeded
from whimbrel_duckdb import ddl as _ddl  # tells SQLAlchemy how DuckDB spells some elements
from whimbrel_duckdb.reflection import DuckDBInspector, reflected_table

del _ddl


class DuckDBImpl(DefaultImpl):
    """DuckDB, where a rollback undoes all DDL, and a table keeps the constraints it was created with."""

    __dialect__ = "duckdb"
    transactional_ddl = True
    columns_ignore_case = True
    # https://duckdb.org/docs/stable/sql/statements/alter_table, https://duckdb.org/docs/stable/sql/data_types/text
    capabilities: ClassVar[Mapping[Capability, Support]] = {
        **dict.fromkeys(Capability, Support.YES),
        **dict.fromkeys(
            (
                Capability.ADD_COMPUTED_COLUMN,
                Capability.PLAIN_TO_COMPUTED,
                Capability.COMPUTED_EXPRESSION,
                Capability.COMPUTED_TO_PLAIN,
                Capability.PLAIN_TO_IDENTITY,
                Capability.IDENTITY_OPTIONS,
                Capability.IDENTITY_TO_PLAIN,
                Capability.ADD_FOREIGN_KEY,
                Capability.ADD_CHECK,
                Capability.DROP_CONSTRAINT,
                Capability.IF_EXISTS_CONSTRAINT,
                Capability.STRING_LENGTH,
            ),
            Support.NO,
        ),
    }

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if isinstance(self.sink, TextSink):
            # SQLAlchemy 2.0's PostgreSQL, which duckdb-engine stands on, doubles them until a server says otherwise.
            self.sink.dialect._backslash_escapes = False  # type: ignore[attr-defined]  # PGDialect's own attribute

    def column_names(self, connection: Connection, table_name: str, schema: str | None) -> list[str]:
        """Return the names of a table's columns; see :meth:`whimbrel.impl.DefaultImpl.column_names`."""
        return [column["name"] for column in DuckDBInspector(connection).get_columns(table_name, schema)]

    def execute(
        self, sql: Executable | str, execution_options: Mapping[str, Any] | None = None
    ) -> CursorResult[Any] | None:
        """Execute a statement, or write it; see :meth:`whimbrel.impl.DefaultImpl.execute`.

        :raises CommandError: DuckDB does not alter a table that something depends on, mostly an index.
        """
        try:
            return super().execute(sql, execution_options)
        except DBAPIError as error:
            reason = str(error.orig)
            if not reason.startswith("Dependency Error") and "an index depends on it" not in reason:
                raise
            raise CommandError(
                f"DuckDB refuses: {reason}",
                "Drop what depends on it in a revision before this one (op.drop_index), and create it again in one "
                "after it: DuckDB takes it for gone only once that is committed.",
            ) from error

    def run_lock(self, scope: LockScope) -> RunLock:
        """Say that no lock is needed: one process at a time opens a file for writing.

        https://duckdb.org/docs/stable/connect/concurrency
        """
        return Unneeded()

    def reflect_for_batch(
        self,
        table_name: str,
        schema: str | None,
        reflect_args: Sequence[Any] = (),
        reflect_kwargs: Mapping[str, Any] | None = None,
    ) -> Table:
        """Return a table as DuckDB's catalog has it: SQLAlchemy's dialect reflects only a part.

        See :meth:`whimbrel.impl.DefaultImpl.reflect_for_batch`.
        """
        assert self.connection is not None
        return reflected_table(
            DuckDBInspector(self.connection), table_name, schema, *reflect_args, **(reflect_kwargs or {})
        )
