"""The way back: the downgrade of what was found, also where a directive has no reverse."""

from __future__ import annotations

from collections.abc import Iterable

from whimbrel.operations.ops import DowngradeOps, MigrateOperation, ModifyTableOps, UpgradeOps


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
    ops = list(_reversed(upgrade.ops, irreversible))
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
