"""Types of columns."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column
from sqlalchemy.types import NullType

from whimbrel.operations.ops import AlterColumnOp, MigrateOperation
from whimbrel.plugins import hookimpl
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.pairs import Pair, TablePair


@hookimpl
def whimbrel_compare_column(
    context: AutogenContext, table: TablePair, column: Pair[Column[Any]]
) -> list[MigrateOperation]:
    """Give the column the models' type where the types differ on this database."""
    theirs, ours = column
    assert theirs is not None
    assert ours is not None
    setting = context.opts.get("compare_type", True)
    if setting is False or isinstance(ours.type, NullType) or isinstance(theirs.type, NullType):
        return []
    if not _differs(context, theirs, ours, setting):
        return []
    return [AlterColumnOp(table.name, theirs.name, schema=table.schema, modify_type=ours.type)]


def _differs(context: AutogenContext, theirs: Column[Any], ours: Column[Any], setting: Any) -> bool:
    if callable(setting):
        said = setting(context.migration_context, theirs, ours, theirs.type, ours.type)
        if said is not None:
            return bool(said)
    pair = Pair(theirs, ours)
    answer = context.subjects.compares_type(context=context, column=pair, types=Pair(theirs.type, ours.type))
    if answer is not None:
        return bool(answer)
    own = getattr(ours.type, "compare_against_backend", None)
    if own is not None:
        said = own(context.dialect, theirs.type)
        if said is not None:
            return not said
    return context.impl.compare_type(theirs, ours)
