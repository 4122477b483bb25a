"""The way back: the downgrade of what was found, also where a directive has no reverse."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import ForeignKeyConstraint

from whimbrel.operations.construct import referred_to
from whimbrel.operations.ops import (
    CreateIndexOp,
    CreateTableOp,
    DowngradeOps,
    MigrateOperation,
    ModifyTableOps,
    UpgradeOps,
)


class IrreversibleOp(MigrateOperation):
    """Stands for what has no reverse: the script raises ``NotImplementedError``.

    :param reason: what cannot be undone, and why.
    """

    def __init__(self, reason: str) -> None:
        self.reason = reason


def reversed_half(upgrade: UpgradeOps) -> DowngradeOps:
    """Return the directives that undo those of an upgrade, the last one first.

    What cannot be undone comes before all else, so that such a downgrade stops before it has done anything.

    :param upgrade: the directives.
    """
    irreversible: list[MigrateOperation] = []
    created = [op for op in upgrade.ops if isinstance(op, CreateTableOp) and _refers_to_itself(op)]
    ops = list(_reversed(_without_unique_indexes(upgrade.ops, created), irreversible))
    return DowngradeOps([*irreversible, *ops])


def _reversed(ops: Iterable[MigrateOperation], irreversible: list[MigrateOperation]) -> Iterable[MigrateOperation]:
    for op in reversed(list(ops)):
        if isinstance(op, ModifyTableOps):
            inner = list(_reversed(op.ops, irreversible))
            if inner:
                yield ModifyTableOps(op.table_name, inner, schema=op.schema)
            continue
        try:
            yield op.reverse()
        except NotImplementedError as error:
            irreversible.append(IrreversibleOp(str(error) or f"{type(op).__name__} has no reverse."))


def _without_unique_indexes(ops: Iterable[MigrateOperation], tables: list[CreateTableOp]) -> list[MigrateOperation]:
    """Leave out the unique indexes of some tables: they go with their table, and not before a key that rests on them.

    A server that has several unique keys of the same columns chooses which one a foreign key rests upon.
    """
    found: list[MigrateOperation] = []
    keys = {(op.schema, op.table_name) for op in tables}
    for op in ops:
        if isinstance(op, ModifyTableOps) and (op.schema, op.table_name) in keys:
            kept = [item for item in op.ops if not (isinstance(item, CreateIndexOp) and item.unique)]
            op = ModifyTableOps(op.table_name, kept, schema=op.schema)
        found.append(op)
    return found


def _refers_to_itself(op: CreateTableOp) -> bool:
    keys = (item for item in op.columns if isinstance(item, ForeignKeyConstraint))
    return any(referred_to(item.elements[0])[:2] == (op.schema, op.table_name) for item in keys)
