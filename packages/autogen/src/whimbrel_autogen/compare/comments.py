"""Comments of tables and columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column

from whimbrel.operations.ops import AlterColumnOp, CreateTableCommentOp, DropTableCommentOp, MigrateOperation
from whimbrel.plugins import hookimpl
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.pairs import Pair, TablePair


@hookimpl
def whimbrel_compare_table(context: AutogenContext, table: TablePair) -> list[MigrateOperation]:
    """Set or take away the table's comment."""
    if table.same or not context.dialect.supports_comments:
        return []
    theirs, ours = table.both()
    if (theirs.comment or None) == (ours.comment or None):
        return []
    if ours.comment:
        return [
            CreateTableCommentOp(table.name, ours.comment, schema=table.schema, existing_comment=theirs.comment or None)
        ]
    return [DropTableCommentOp(table.name, schema=table.schema, existing_comment=theirs.comment)]


@hookimpl
def whimbrel_compare_column(
    context: AutogenContext, table: TablePair, column: Pair[Column[Any]]
) -> list[MigrateOperation]:
    """Set or take away the column's comment."""
    theirs, ours = column
    assert theirs is not None
    assert ours is not None
    if not context.dialect.supports_comments or (theirs.comment or None) == (ours.comment or None):
        return []
    return [AlterColumnOp(table.name, theirs.name, schema=table.schema, modify_comment=ours.comment or None)]
