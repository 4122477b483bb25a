"""Making a table anew on Oracle, or stopping before anything is done."""

from __future__ import annotations

from typing import Any

from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import DropTable
from sqlalchemy.sql.compiler import DDLCompiler

from whimbrel.ddl import AlterColumn, AlterTable, alter_table, format_column_name, format_literal
from whimbrel.impl import DefaultImpl
from whimbrel.impl.rebuild import (
    add_named_constraints,
    copy_rows,
    create_comments,
    create_temporary,
    take_named_constraints,
)
from whimbrel.operations.recreate import TableRebuild


class OracleIdentityGoesOn(AlterColumn):
    """Let an identity column go on after the greatest value it has.

    :param always: whether it takes no values from INSERT, from now on.
    """

    def __init__(self, name: str, column_name: str, always: bool, schema: str | None = None) -> None:
        super().__init__(name, column_name, schema=schema)
        self.always = always


class OracleStopIfAttached(AlterTable):
    """Raise an error where the table has triggers or grants, or a foreign key of another table refers to it."""


def rebuild_table(impl: DefaultImpl, rebuild: TableRebuild) -> None:
    """Make a table anew. Its constraints come last: a name is given once a schema, and the old table has it till then.

    :param impl: the Impl of the run.
    :param rebuild: what is to be done.
    """
    old, new = rebuild.old, rebuild.new
    impl.execute(OracleStopIfAttached(old.name, old.schema))
    temporary = rebuild.temporary_table()
    take_named_constraints(temporary)
    counting = {column.name: column.identity for column in temporary.columns if column.identity is not None}
    always = {name for name, identity in counting.items() if identity.always}
    for name in always:
        counting[name].always = False  # it could not take the old values
    create_temporary(impl, rebuild, temporary)
    copy_rows(impl, rebuild, temporary)
    impl.execute(DropTable(old))
    impl.rename_table(rebuild.temporary_name, new.name, schema=new.schema)
    for name in counting:
        impl.execute(OracleIdentityGoesOn(new.name, name, name in always, new.schema))
    add_named_constraints(impl, new)
    for index in rebuild.indexes:
        impl.create_index(index)
    create_comments(impl, new)


@compiles(OracleIdentityGoesOn, "oracle")
def _identity_goes_on(element: OracleIdentityGoesOn, compiler: DDLCompiler, **kw: Any) -> str:
    """Spell START WITH LIMIT VALUE (Oracle Database SQL Language Reference, "ALTER TABLE", identity_options)."""
    column = format_column_name(compiler, element.column_name)
    kind = "ALWAYS" if element.always else "BY DEFAULT"
    return (
        f"{alter_table(compiler, element.table_name, element.schema)}"
        f" MODIFY ({column} GENERATED {kind} AS IDENTITY (START WITH LIMIT VALUE))"
    )


@compiles(OracleStopIfAttached, "oracle")
def _stop_if_attached(element: OracleStopIfAttached, compiler: DDLCompiler, **kw: Any) -> str:
    """Ask the dictionary where the statement runs.

    Oracle Database Reference, "ALL_TRIGGERS", "ALL_CONSTRAINTS", "ALL_TAB_PRIVS";
    Oracle Database PL/SQL Language Reference, "RAISE_APPLICATION_ERROR".
    """

    def literal(name: str) -> str:
        return format_literal(compiler, str(compiler.dialect.denormalize_name(name)))

    owner = literal(element.schema) if element.schema else "SYS_CONTEXT('USERENV', 'CURRENT_SCHEMA')"
    table = literal(element.table_name)
    message = format_literal(
        compiler,
        f"Table {element.table_name} cannot be made anew: its triggers, grants or foreign keys to it would be lost.",
    )
    return (
        "DECLARE\n"
        "    attached INTEGER;\n"
        "BEGIN\n"
        "    SELECT COUNT(*) INTO attached FROM (\n"
        f"        SELECT 1 FROM all_triggers WHERE table_owner = {owner} AND table_name = {table}\n"
        "        UNION ALL\n"
        f"        SELECT 1 FROM all_tab_privs WHERE table_schema = {owner} AND table_name = {table}\n"
        "        UNION ALL\n"
        "        SELECT 1 FROM all_constraints key\n"
        "        JOIN all_constraints target\n"
        "            ON target.owner = key.r_owner AND target.constraint_name = key.r_constraint_name\n"
        f"        WHERE target.owner = {owner} AND target.table_name = {table}\n"
        "            AND NOT (key.owner = target.owner AND key.table_name = target.table_name)\n"
        "    );\n"
        "    IF attached > 0 THEN\n"
        "        RAISE_APPLICATION_ERROR(\n"
        "            -20000,\n"
        f"            {message}\n"
        "        );\n"
        "    END IF;\n"
        "END;"
    )
