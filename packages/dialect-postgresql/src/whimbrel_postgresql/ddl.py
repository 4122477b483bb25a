"""The SQL text of the statements that PostgreSQL spells in its own way.

https://www.postgresql.org/docs/current/sql-altertable.html
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Identity, literal_column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.sql.elements import ClauseElement

from whimbrel.ddl import (
    ColumnType,
    IdentityColumnDefault,
    RenameTable,
    TypeArgument,
    alter_column,
    alter_table,
    format_column_name,
    format_type,
)

_SEQUENCE_OPTIONS = ("increment", "start", "minvalue", "maxvalue", "nominvalue", "nomaxvalue", "cache", "cycle")


class PostgresqlColumnType(ColumnType):
    """Give a column another type, and say how its values become that type.

    :param using: an expression over the old values, as SQL text or as an expression; ``None`` for PostgreSQL's own
        assignment cast.

    Example::

        PostgresqlColumnType("orders", "total", Integer(), using="total::integer")
    """

    def __init__(
        self, name: str, column_name: str, type_: TypeArgument, *, using: str | ClauseElement | None = None, **kw: Any
    ) -> None:
        super().__init__(name, column_name, type_, **kw)
        self.using = using


@compiles(RenameTable, "postgresql")
def _rename_table(element: RenameTable, compiler: DDLCompiler, **kw: Any) -> str:
    # The new name takes no schema: RENAME leaves the table where it is.
    new = format_column_name(compiler, element.new_table_name)
    return f"{alter_table(compiler, element.table_name, element.schema)} RENAME TO {new}"


@compiles(PostgresqlColumnType, "postgresql")
def _column_type(element: PostgresqlColumnType, compiler: DDLCompiler, **kw: Any) -> str:
    changed = f"{_alter(element, compiler)} TYPE {format_type(compiler, element.type_)}"
    return changed if element.using is None else f"{changed} USING {_expression(element.using, compiler)}"


@compiles(IdentityColumnDefault, "postgresql")
def _identity_column_default(element: IdentityColumnDefault, compiler: DDLCompiler, **kw: Any) -> str:
    altered = _alter(element, compiler)
    if element.default is None:
        return f"{altered} DROP IDENTITY"
    if not isinstance(element.existing_server_default, Identity):
        return f"{altered} ADD {compiler.process(element.default)}"
    return f"{altered} {_identity_changes(element.existing_server_default, element.default, compiler)}"


def _identity_changes(old: Identity, new: Identity, compiler: DDLCompiler) -> str:
    """Return a SET clause for each attribute in which two identities differ."""
    words = []
    if bool(old.always) != bool(new.always):
        words.append(f"SET GENERATED {'ALWAYS' if new.always else 'BY DEFAULT'}")
    for name in _SEQUENCE_OPTIONS:
        value = getattr(new, name)
        if value is not None and value != getattr(old, name):
            options: dict[str, Any] = {name: value}
            words.append(f"SET {compiler.get_identity_options(Identity(**options))}")
    return " ".join(words)


def _expression(using: str | ClauseElement, compiler: DDLCompiler) -> str:
    clause = literal_column(using) if isinstance(using, str) else using
    return str(compiler.sql_compiler.process(clause, literal_binds=True))


def _alter(element: ColumnType | IdentityColumnDefault, compiler: DDLCompiler) -> str:
    table = alter_table(compiler, element.table_name, element.schema)
    return f"{table} {alter_column(compiler, element.column_name)}"
