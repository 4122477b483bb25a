"""Primary keys."""

from __future__ import annotations

from whimbrel.operations.ops import CreatePrimaryKeyOp, DropConstraintOp, MigrateOperation
from whimbrel.plugins import hookimpl
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.counting import new_key, old_key
from whimbrel_autogen.names import named
from whimbrel_autogen.pairs import TablePair


@hookimpl
def whimbrel_compare_table(context: AutogenContext, table: TablePair) -> list[MigrateOperation]:
    """Make the models' columns the key, in the models' order."""
    if table.same:
        return []
    theirs, ours = table.both()
    if [column.name for column in theirs.primary_key.columns] == [column.name for column in ours.primary_key.columns]:
        return []
    found: list[MigrateOperation] = []
    if theirs.primary_key.columns and old_key(table) is None:
        found.append(DropConstraintOp.from_constraint(theirs.primary_key))
    if ours.primary_key.columns and new_key(table) is None:
        found.append(named(CreatePrimaryKeyOp.from_constraint(ours.primary_key), ours.primary_key, context.impl))
    return found
