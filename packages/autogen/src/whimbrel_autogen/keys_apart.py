"""Foreign keys that stand in the way: some databases give no column another type while a foreign key uses it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from whimbrel.impl import Capability, Support
from whimbrel.operations.ops import AlterColumnOp, CreateForeignKeyOp, DropConstraintOp, MigrateOperation

if TYPE_CHECKING:
    from whimbrel_autogen.context import AutogenContext
    from whimbrel_autogen.pairs import TablePair

Place = tuple[str | None, str, str | None]
"""Schema, table, and a name within it."""


def keys_in_the_way(
    found: Sequence[MigrateOperation], tables: Iterable[TablePair], context: AutogenContext
) -> Iterator[MigrateOperation]:
    """Yield what drops foreign keys that the changes leave as they are, and adds them again, where it has to be.

    :param found: the changes.
    :param tables: all tables.
    :param context: the comparison.
    """
    if context.impl.support(Capability.ALTER_TYPE_OF_KEY) is not Support.NO:
        return
    altered = {
        (op.schema, op.table_name, op.column_name)
        for op in found
        if isinstance(op, AlterColumnOp) and op.modify_type is not None
    }
    if not altered:
        return
    dropped = {(op.schema, op.table_name, op.constraint_name) for op in found if isinstance(op, DropConstraintOp)}
    for table in tables:
        if table.reflected is None or table.models is None:
            continue
        for key in table.reflected.foreign_keys:
            name = (table.schema, table.name, key["name"])
            if name not in dropped and not altered.isdisjoint(_columns(key, table)):
                yield from _dropped_and_added(table, key["name"])


def _columns(key: Any, table: TablePair) -> Iterator[Place]:
    for column in key["constrained_columns"]:
        yield table.schema, table.name, column
    for column in key["referred_columns"]:
        yield key["referred_schema"], key["referred_table"], column


def _dropped_and_added(table: TablePair, name: str | None) -> Iterator[MigrateOperation]:
    assert table.database is not None
    for item in table.database.foreign_key_constraints:
        if item.name == name:
            added = CreateForeignKeyOp.from_constraint(item)
            yield added.reverse()
            yield added
