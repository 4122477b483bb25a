"""Which statements a directive becomes on PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import Computed, Identity, Index
from sqlalchemy.sql.elements import ClauseElement

from whimbrel.ddl import ColumnDefault, ServerDefault, TextSink, TypeArgument
from whimbrel.errors import CommandError
from whimbrel.impl import Capability, DefaultImpl, Support
from whimbrel.unset import UNSET, UnsetType
from whimbrel_postgresql.ddl import PostgresqlColumnType


class PostgresqlImpl(DefaultImpl):
    """PostgreSQL, where a rollback undoes nearly all DDL and one statement changes one thing about a column."""

    __dialect__ = "postgresql"
    transactional_ddl = True
    capabilities: ClassVar[Mapping[Capability, Support]] = {
        **dict.fromkeys(Capability, Support.YES),
        Capability.ALTER_COLUMN_COMPUTED: Support.NO,
    }

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, **kw)
        if isinstance(self.sink, TextSink):
            # SQLAlchemy 2.0 doubles them until a server has said otherwise; every one does since PostgreSQL 9.1:
            # https://www.postgresql.org/docs/current/runtime-config-compatible.html#GUC-STANDARD-CONFORMING-STRINGS
            self.sink.dialect._backslash_escapes = False  # type: ignore[attr-defined]  # PGDialect's own attribute

    @staticmethod
    def binary_literal(value: bytes) -> str:
        r"""Return bytes as ``'\x00ff'::bytea``.

        https://www.postgresql.org/docs/current/datatype-binary.html#DATATYPE-BINARY-BYTEA-HEX-FORMAT
        """
        return rf"'\x{value.hex()}'::bytea"

    def alter_column(
        self,
        table_name: str,
        column_name: str,
        *,
        type_: TypeArgument | None = None,
        server_default: ServerDefault | UnsetType | None = UNSET,
        existing_server_default: ServerDefault | UnsetType | None = UNSET,
        schema: str | None = None,
        postgresql_using: str | ClauseElement | None = None,
        **kw: Any,
    ) -> None:
        """Change a column; see :meth:`whimbrel.impl.DefaultImpl.alter_column`.

        The type goes first, as a new default has to fit the new type. An old default that is to go anyway goes before
        it: PostgreSQL would not know how to cast it
        (https://www.postgresql.org/docs/current/sql-altertable.html#SQL-ALTERTABLE-NOTES).

        :param postgresql_using: how values become the new type, as SQL text or an expression.
        :raises CommandError: *postgresql_using* without *type_*.
        """
        if type_ is not None:
            if server_default is not UNSET and _may_be_plain(existing_server_default):
                self.execute(ColumnDefault(table_name, column_name, None, schema=schema))
                existing_server_default = None
                server_default = UNSET if server_default is None else server_default
            self.execute(PostgresqlColumnType(table_name, column_name, type_, using=postgresql_using, schema=schema))
        elif postgresql_using is not None:
            raise CommandError(
                f"alter_column({table_name!r}, {column_name!r}): postgresql_using says how values become another type, "
                "and no type is given.",
                "Give type_ too.",
            )
        super().alter_column(
            table_name,
            column_name,
            server_default=server_default,
            existing_server_default=existing_server_default,
            schema=schema,
            **kw,
        )

    def create_index(self, index: Index, **kw: Any) -> None:
        """Create an index; see :meth:`whimbrel.impl.DefaultImpl.create_index`.

        :raises CommandError: ``postgresql_concurrently`` inside of a transaction.
        """
        self._refuse_concurrently_in_transaction("create_index", index)
        super().create_index(index, **kw)

    def drop_index(self, index: Index, **kw: Any) -> None:
        """Drop an index; see :meth:`whimbrel.impl.DefaultImpl.drop_index`.

        :raises CommandError: ``postgresql_concurrently`` inside of a transaction.
        """
        self._refuse_concurrently_in_transaction("drop_index", index)
        super().drop_index(index, **kw)

    def _refuse_concurrently_in_transaction(self, operation: str, index: Index) -> None:
        """Refuse before the server does: its refusal would spoil the transaction and name no remedy.

        https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
        """
        if self.connection is None or self.as_sql or not index.dialect_options["postgresql"]["concurrently"]:
            return
        # Every driver's connection says so itself; get_isolation_level() of some asks the server, which does not know.
        if getattr(self.connection.connection.dbapi_connection, "autocommit", None) is False:
            raise CommandError(
                f"{operation}({str(index.name)!r}, postgresql_concurrently=True) cannot run inside of a transaction.",
                "Leave the transaction for it:\n"
                "    with op.get_context().autocommit_block():\n"
                f"        op.{operation}({str(index.name)!r}, ..., postgresql_concurrently=True)",
            )


def _may_be_plain(default: ServerDefault | UnsetType | None) -> bool:
    """Return whether a column may have a default that DROP DEFAULT takes away."""
    return default is not None and not isinstance(default, Computed | Identity)
