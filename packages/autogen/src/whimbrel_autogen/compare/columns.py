"""Columns: those that only one side has, and, by the subjects of a column, what differs in one that both have."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column

from whimbrel.operations.ops import AddColumnOp, AlterColumnOp, MigrateOperation
from whimbrel.plugins import hookimpl
from whimbrel.unset import UNSET
from whimbrel_autogen.altering import altering
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.counting import new_key, old_key
from whimbrel_autogen.pairs import MODELS_COLUMN, Pair, TablePair
from whimbrel_autogen.registered import comparators

_CHANGES: dict[str, object] = {
    "modify_type": None,
    "modify_nullable": None,
    "modify_name": None,
    "modify_server_default": UNSET,
    "modify_comment": UNSET,
}
"""What a directive may change of a column, and what stands there when it does not."""


@hookimpl
def whimbrel_compare_table(context: AutogenContext, table: TablePair) -> list[MigrateOperation]:
    """Add, drop and alter columns."""
    if table.same:
        return []
    theirs, ours = table.both()
    database = {column.name: column for column in theirs.columns if _is_looked_at(context, table, column.name)}
    found: list[MigrateOperation] = []
    for column in ours.columns:
        other = database.get(column.name)
        if not context.run_object_filters(column, column.name, "column", False, other):
            continue
        if other is None:
            added = AddColumnOp.from_column_and_tablename(table.schema, table.name, column)
            added.inline_primary_key = True if column is new_key(table) else None
            found.append(added)
        elif column.name not in table.same_columns:
            found += _altered(context, table, Pair(other, column))
    wanted = {column.name for column in ours.columns}
    for column in database.values():
        if column.name not in wanted and context.run_object_filters(column, column.name, "column", True, None):
            added = AddColumnOp.from_column_and_tablename(table.schema, table.name, column)
            added.inline_primary_key = True if column is old_key(table) else None
            found.append(added.reverse())
    return found


def _is_looked_at(context: AutogenContext, table: TablePair, name: str) -> bool:
    return context.run_name_filters(name, "column", {"table_name": table.name, "schema_name": table.schema})


def _altered(context: AutogenContext, table: TablePair, column: Pair[Column[Any]]) -> list[MigrateOperation]:
    """Return what the subjects of a column find, their changes of the column joined into one directive."""
    assert column.database is not None
    found = context.subjects.compare_column(context, table, column)
    changes = [op for op in found if isinstance(op, AlterColumnOp)]
    others = [op for op in found if not isinstance(op, AlterColumnOp)]
    joined = altering(context, table.schema, table.name, column)
    joined.info[MODELS_COLUMN] = column.models
    for change in changes:
        for name, untouched in _CHANGES.items():
            if (value := getattr(change, name)) is not untouched:
                setattr(joined, name, value)
        joined.kw.update(change.kw)
    comparators.column(context, table, column, joined)
    return [joined, *others] if changes or joined.has_changes() else others
