"""Server defaults, computed columns and identities."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Identity

from whimbrel.impl import Expressions
from whimbrel.operations.batch.names import mentioned
from whimbrel.operations.ops import AddColumnOp, AlterColumnOp, MigrateOperation
from whimbrel.plugins import hookimpl
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.pairs import Pair, TablePair

IDENTITY_FACTS = ("always", "start", "increment", "minvalue", "maxvalue", "cycle", "cache")
IDENTITY_DEFAULTS: dict[str, Any] = {"always": False, "start": 1, "increment": 1, "cycle": False}


@hookimpl
def whimbrel_compare_column(
    context: AutogenContext, table: TablePair, column: Pair[Column[Any]]
) -> list[MigrateOperation]:
    """Give the column the models' default, where the two differ on this database."""
    theirs, ours = column
    assert theirs is not None
    assert ours is not None
    if theirs.computed is not None or ours.computed is not None:
        return _computed(context, table, theirs, ours)
    if theirs.identity is not None or ours.identity is not None:
        return _identity(context, table, theirs, ours)
    setting = context.opts.get("compare_server_default", False)
    if not setting or not _differs(context, table, theirs, ours, setting):
        return []
    return [AlterColumnOp(table.name, theirs.name, schema=table.schema, modify_server_default=ours.server_default)]


def _differs(context: AutogenContext, table: TablePair, theirs: Column[Any], ours: Column[Any], setting: Any) -> bool:
    impl = context.impl
    if theirs.server_default is None and ours.server_default is None:
        return False
    database, models = impl.spell_default(theirs), impl.spell_default(ours)
    if callable(setting):
        said = setting(context.migration_context, theirs, ours, database, ours.server_default, models)
        if said is not None:
            return bool(said)
    answer = context.subjects.compares_default(
        context=context, column=Pair(theirs, ours), defaults=Pair(database, models)
    )
    if answer is not None:
        return bool(answer)
    if not impl.compare_server_default(theirs, ours, models, database):
        return False
    if database is None or models is None or table.reflected is None:
        return True
    return not context.is_same(Expressions("default", table.reflected, theirs.name, database, models))


def _computed(
    context: AutogenContext, table: TablePair, theirs: Column[Any], ours: Column[Any]
) -> list[MigrateOperation]:
    if theirs.computed is not None and ours.computed is not None:
        database, models = (context.impl.render_ddl_sql_expr(item.sqltext) for item in (theirs.computed, ours.computed))
        assert table.reflected is not None
        if context.is_same(Expressions("computed", table.reflected, theirs.name, database, models)):
            return []
    if theirs.computed is not None and _loses(context, theirs, ours):
        return _anew(context, table, theirs, ours)
    context.note(
        f"Column {table.name}.{theirs.name}: what it is computed from differs, or one side does not compute it. "
        "Most databases cannot change that: drop the column and add it anew."
    )
    return []


def _loses(context: AutogenContext, theirs: Column[Any], ours: Column[Any]) -> bool:
    """Return whether a column is computed from one that the models lack."""
    assert theirs.computed is not None
    gone = {column.name for column in theirs.table.columns} - {column.name for column in ours.table.columns}
    return bool(mentioned(theirs.computed.sqltext, gone, context.dialect))


def _anew(context: AutogenContext, table: TablePair, theirs: Column[Any], ours: Column[Any]) -> list[MigrateOperation]:
    """Drop the column, as no database keeps it without what it is computed from, and add it as the models have it."""
    context.note(
        f"Column {table.name}.{theirs.name} is computed from a column that goes: it is dropped and added anew. Indexes "
        "and views on it go with it; look whether the script has to create them again."
    )
    added = [AddColumnOp.from_column_and_tablename(table.schema, table.name, column) for column in (theirs, ours)]
    return [added[0].reverse(), added[1]]


def _identity(
    context: AutogenContext, table: TablePair, theirs: Column[Any], ours: Column[Any]
) -> list[MigrateOperation]:
    compared = _compared(context, ours.identity)
    if (
        theirs.identity is not None
        and ours.identity is not None
        and _facts(theirs.identity, compared) == _facts(ours.identity, compared)
    ):
        return []
    if not context.dialect.supports_identity_columns:
        return []  # the models' Identity is AUTO_INCREMENT or nothing here
    if ours.identity is None and ours.server_default is None and ours.table.autoincrement_column is ours:
        return []  # the models leave it open how it counts
    default = ours.server_default if ours.server_default is not None else None
    return [AlterColumnOp(table.name, theirs.name, schema=table.schema, modify_server_default=default)]


def _compared(context: AutogenContext, asked: Identity | None) -> list[str]:
    """Return the facts of an identity that the models speak of and that count here; the database chooses the others."""
    said = [name for name in IDENTITY_FACTS if getattr(asked, name, None) is not None or name == "always"]
    return [name for name in said if name not in context.impl.identity_attrs_ignore]


def _facts(identity: Identity, names: list[str]) -> dict[str, Any]:
    return {name: _value(getattr(identity, name), name) for name in names}


def _value(value: Any, name: str) -> Any:
    return IDENTITY_DEFAULTS.get(name) if value is None else value
