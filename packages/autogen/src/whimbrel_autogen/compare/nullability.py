"""Whether columns may hold NULL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column

from whimbrel.operations.ops import AlterColumnOp, MigrateOperation
from whimbrel.plugins import hookimpl
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.pairs import Pair, TablePair


@hookimpl
def whimbrel_compare_column(
    context: AutogenContext, table: TablePair, column: Pair[Column[Any]]
) -> list[MigrateOperation]:
    """Allow or forbid NULL as the models do."""
    theirs, ours = column
    assert theirs is not None
    assert ours is not None
    # A key is never NULL, whatever the model says; but in SQLite.
    wanted = bool(ours.nullable) and (not ours.primary_key or context.dialect.name == "sqlite")
    if bool(theirs.nullable) == wanted or (theirs.primary_key and ours.primary_key):
        return []
    if theirs.computed is not None or ours.computed is not None:
        return []  # it cannot be altered by itself, and databases differ in what they report
    if ours.identity is not None and theirs.identity is not None:
        return []  # is never NULL, whatever the model says
    return [AlterColumnOp(table.name, theirs.name, schema=table.schema, modify_nullable=wanted)]
