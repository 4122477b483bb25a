"""Making a table anew on SQL Server, or stopping before anything is done."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DropTable
from sqlalchemy.sql.compiler import DDLCompiler

from whimbrel.ddl import AlterTable, format_table_name
from whimbrel.impl import DefaultImpl
from whimbrel.impl.rebuild import (
    add_named_constraints,
    copy_rows,
    create_comments,
    create_temporary,
    take_named_constraints,
)
from whimbrel.operations.recreate import TableRebuild
from whimbrel_mssql.ddl import database_of, unicode_literal


class MSSQLStopIfAttached(AlterTable):
    """Raise an error where the table has triggers or permissions, or a foreign key of another table refers to it."""


def rebuild_table(impl: DefaultImpl, rebuild: TableRebuild) -> None:
    """Make a table anew. Its constraints come last: a name is given once a schema, and the old table has it till then.

    :param impl: the Impl of the run.
    :param rebuild: what is to be done.
    """
    old, new = rebuild.old, rebuild.new
    impl.execute(MSSQLStopIfAttached(old.name, old.schema))
    temporary = rebuild.temporary_table()
    take_named_constraints(temporary)
    create_temporary(impl, rebuild, temporary)
    copy_rows(impl, rebuild, temporary)
    impl.execute(DropTable(old))
    impl.rename_table(rebuild.temporary_name, new.name, schema=new.schema)
    add_named_constraints(impl, new)
    for index in rebuild.indexes:
        impl.create_index(index)
    create_comments(impl, new)


@compiles(MSSQLStopIfAttached, "mssql")
def _stop_if_attached(element: MSSQLStopIfAttached, compiler: DDLCompiler, **kw: Any) -> str:
    """Ask the catalog where the statement runs.

    https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-triggers-transact-sql,
    https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-foreign-keys-transact-sql,
    https://learn.microsoft.com/sql/relational-databases/system-catalog-views/sys-database-permissions-transact-sql,
    https://learn.microsoft.com/sql/t-sql/language-elements/throw-transact-sql
    """
    name = format_table_name(compiler, element.table_name, element.schema)
    table = f"OBJECT_ID({unicode_literal(name)})"
    views = f"{database_of(compiler, element.schema)}sys"
    message = f"Table {name} cannot be made anew: its triggers, permissions or foreign keys to it would be lost."
    return (
        f"IF EXISTS (SELECT 1 FROM {views}.triggers WHERE parent_id = {table})\n"
        f"OR EXISTS (SELECT 1 FROM {views}.database_permissions WHERE class = 1 AND major_id = {table})\n"
        f"OR EXISTS (\n"
        f"    SELECT 1 FROM {views}.foreign_keys\n"
        f"    WHERE referenced_object_id = {table} AND parent_object_id <> {table}\n"
        ")\n"
        f"    THROW 50000, {unicode_literal(message)}, 1"
    )
