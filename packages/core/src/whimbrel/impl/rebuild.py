"""Making a table anew, where no package knows the database better: create, copy, drop, rename."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, MetaData, Table, TextClause, func, select
from sqlalchemy.schema import CreateTable, DefaultClause, DropTable

from whimbrel.errors import CommandError
from whimbrel.impl.statements import Statements
from whimbrel.operations.batch.sql_text import plain
from whimbrel.operations.recreate import TableRebuild


def reflect_for_batch(
    impl: Statements,
    table_name: str,
    schema: str | None,
    reflect_args: Sequence[Any],
    reflect_kwargs: Mapping[str, Any],
) -> Table:
    """Carry out :meth:`whimbrel.impl.DefaultImpl.reflect_for_batch`."""
    keywords = {"resolve_fks": False, **reflect_kwargs}
    table = Table(table_name, MetaData(), *reflect_args, schema=schema, autoload_with=impl.connection, **keywords)
    for constraint in table.constraints:
        if isinstance(constraint, CheckConstraint):
            constraint.sqltext = plain(constraint.sqltext)
    for column in table.columns:
        if isinstance(column.server_default, DefaultClause):
            column.server_default.arg = plain(column.server_default.arg)
        elif column.computed is not None:
            column.computed.sqltext = plain(column.computed.sqltext)
    for index in table.indexes:
        index.expressions = [plain(expression) for expression in index.expressions]
        for options in index.dialect_options.values():
            options.update({name: plain(value) for name, value in options.items() if isinstance(value, TextClause)})
    return table


def rebuild_table(impl: Statements, rebuild: TableRebuild) -> None:
    """Carry out :meth:`whimbrel.impl.DefaultImpl.rebuild_table`."""
    temporary = rebuild.temporary_table()
    create_temporary(impl, rebuild, temporary)
    copy_rows(impl, rebuild, temporary)
    # Without events: they would drop types that the new table has too.
    impl.execute(DropTable(rebuild.old))
    impl.rename_table(rebuild.temporary_name, rebuild.new.name, schema=rebuild.new.schema)
    for index in rebuild.indexes:
        impl.create_index(index)
    create_comments(impl, rebuild.new)


def create_temporary(impl: Statements, rebuild: TableRebuild, temporary: Table) -> None:
    """Create the table that is to be, under its temporary name, and what its new types bring along."""
    columns = [column._copy() for column in temporary.columns if column.name in rebuild.typed_anew]
    with_new_types = Table(temporary.name, MetaData(), *columns, schema=temporary.schema)
    # With types alone; an online run looks first whether a type is there already.
    checkfirst = impl.connection is not None and not impl.as_sql
    runner = impl.event_connection()
    with_new_types.dispatch.before_create(with_new_types, runner, checkfirst=checkfirst, _ddl_runner=impl)
    impl.execute(CreateTable(temporary))


def take_foreign_keys(temporary: Table) -> None:
    """Take the foreign keys from the table under construction, where it is better to add them once all is in place.

    :param temporary: the table that is to be, under its temporary name.
    """
    temporary.constraints.difference_update(temporary.foreign_key_constraints)


def add_foreign_keys(impl: Statements, table: Table) -> None:
    """Add the foreign keys of a table that has been made anew without them."""
    for constraint in table._sorted_constraints:
        if isinstance(constraint, ForeignKeyConstraint):
            impl.add_constraint(constraint)


def take_named_constraints(temporary: Table) -> None:
    """Take the constraints with a name from the table under construction, where a schema has each name but once.

    :param temporary: the table that is to be, under its temporary name.
    """
    temporary.constraints.difference_update(
        [constraint for constraint in temporary.constraints if constraint.name is not None]
    )


def add_named_constraints(impl: Statements, table: Table) -> None:
    """Add the constraints with a name to a table that has been made anew without them."""
    for constraint in table._sorted_constraints:
        if constraint.name is not None:
            impl.add_constraint(constraint)


def copy_rows(impl: Statements, rebuild: TableRebuild, temporary: Table) -> None:
    """Copy the rows, and see that all have arrived.

    :raises CommandError: they have not.
    """
    statement = rebuild.copy_rows(temporary)
    if statement is None:
        return
    result = impl.execute(statement)
    if result is None or result.rowcount < 0 or impl.connection is None:
        return
    there = impl.connection.execute(select(func.count()).select_from(rebuild.old)).scalar_one()
    if result.rowcount != there:
        raise CommandError(
            f"Of the {there} rows of table {rebuild.old.name}, {result.rowcount} arrived in its new form.",
            "Look for a constraint that leaves rows out (ON CONFLICT IGNORE) and for others who write into the table.",
        )


def create_comments(impl: Statements, table: Table) -> None:
    """Set the comments of a table and of its columns, where these are statements of their own."""
    if not impl.comments_apart:
        return
    if table.comment:
        impl.create_table_comment(table)
    for column in table.columns:
        if column.comment:
            impl.create_column_comment(column)
