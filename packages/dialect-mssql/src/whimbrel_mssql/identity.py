"""Which column of a table counts by itself, and the permission to give it values."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Column, Sequence, Table
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import DDLCompiler
from sqlalchemy.sql.expression import TableClause

from whimbrel.ddl import AlterTable, format_table_name
from whimbrel_mssql.ddl import database_of, unicode_literal


class MSSQLIdentityInsert(AlterTable):
    """Let INSERT give values to an identity column, or forbid it again.

    :param on: let, or forbid.
    :param columns: the columns that the rows give, where nobody knows whether one of them is the identity column;
        ``None`` where one is.
    """

    def __init__(
        self, table_name: str, on: bool, columns: Collection[str] | None = None, schema: str | None = None
    ) -> None:
        super().__init__(table_name, schema)
        self.on = on
        self.columns = columns


def autoincrement_of(table: TableClause) -> str | None:
    """Return the column that SQLAlchemy makes an identity column of its own accord."""
    column = table.autoincrement_column if isinstance(table, Table) else None
    return None if column is None or isinstance(column.default, Sequence) else column.key


def identity_of(table: TableClause) -> str | None:
    """Return the identity column of a table, where it is known."""
    declared = (column.key for column in table.columns if isinstance(column, Column) and column.identity is not None)
    return next(declared, None) or autoincrement_of(table)


def names_of_interest(row: object, identity: str | None) -> frozenset[str]:
    """Return which columns of a row may have to do with its identity: that one, or all while it is not known."""
    if not isinstance(row, Mapping):
        return frozenset()
    return frozenset(row) if identity is None else frozenset(row) & {identity}


@compiles(MSSQLIdentityInsert, "mssql")
def _identity_insert(element: MSSQLIdentityInsert, compiler: DDLCompiler, **kw: Any) -> str:
    """Say so at once, or only where one of the columns proves to be the identity column.

    https://learn.microsoft.com/sql/t-sql/statements/set-identity-insert-transact-sql: set at run time, not when parsed.
    """
    table = format_table_name(compiler, element.table_name, element.schema)
    statement = f"SET IDENTITY_INSERT {table} {'ON' if element.on else 'OFF'}"
    if element.columns is None:
        return statement
    names = ", ".join(unicode_literal(name) for name in element.columns)
    return (
        "IF EXISTS (\n"
        f"    SELECT 1 FROM {database_of(compiler, element.schema)}sys.identity_columns\n"
        f"    WHERE object_id = OBJECT_ID({unicode_literal(table)}) AND name IN ({names})\n"
        f")\n    {statement}"
    )
