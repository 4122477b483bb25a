"""Indexes and unique constraints that differ in nothing but their names: renamed, where they would be built again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from whimbrel.operations.ops import (
    AddConstraintOp,
    CreateIndexOp,
    CreateUniqueConstraintOp,
    DropConstraintOp,
    DropIndexOp,
    MigrateOperation,
    MigrationScript,
    ModifyTableOps,
)
from whimbrel_postgresql.rename_operations import RenameConstraintOp, RenameIndexOp

if TYPE_CHECKING:
    from whimbrel.plugins import MigrationRun

_LONGEST = 63
"""Bytes in a name: https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS"""


def rename_keys(run: MigrationRun, script: MigrationScript) -> None:
    """Put a rename in the place of each drop and creation of what is the same but for its name.

    :param run: the run, connected.
    :param script: what was found; both halves are changed.
    """
    for half in (*script.upgrade_ops_list, *script.downgrade_ops_list):
        tables = [op for op in half.ops if isinstance(op, ModifyTableOps)]
        dropped = {_name(op) for table in tables for op in table.ops if isinstance(op, DropIndexOp | DropConstraintOp)}
        for table in tables:
            for drop, create in list(_same(run, table.ops)):
                old, new = _name(drop), _name(create)
                if old is None or new is None or new in dropped or len(new.encode()) > _LONGEST:
                    continue
                kind = RenameIndexOp if isinstance(drop, DropIndexOp) else RenameConstraintOp
                table.ops[table.ops.index(drop)] = kind(old, new, table.table_name, schema=table.schema)
                table.ops.remove(create)


def _same(run: MigrationRun, ops: Sequence[MigrateOperation]) -> Iterator[tuple[MigrateOperation, MigrateOperation]]:
    """Yield what is dropped and what is created, where both are alike, each once."""
    created = [op for op in ops if isinstance(op, CreateIndexOp | CreateUniqueConstraintOp)]
    for drop in ops:
        partner = next((create for create in created if _alike(run, drop, create)), None)
        if partner is not None:
            created.remove(partner)
            yield drop, partner


def _alike(run: MigrationRun, drop: MigrateOperation, create: MigrateOperation) -> bool:
    if isinstance(drop, DropIndexOp) and isinstance(create, CreateIndexOp):
        return drop._reverse is not None and run.impl.compare_indexes(create.to_index(), drop.to_index()).is_equal
    if isinstance(drop, DropConstraintOp) and isinstance(create, CreateUniqueConstraintOp):
        if not isinstance(drop._reverse, CreateUniqueConstraintOp):
            return False
        theirs, ours = _constraint(drop._reverse), _constraint(create)
        in_order = [column.name for column in theirs.columns] == [column.name for column in ours.columns]
        return in_order and run.impl.compare_unique_constraint(ours, theirs).is_equal
    return False


def _constraint(op: AddConstraintOp) -> Any:
    return op.to_constraint()


def _name(op: Any) -> str | None:
    name = op.index_name if isinstance(op, CreateIndexOp | DropIndexOp) else op.constraint_name
    return str(name) if isinstance(name, str) else None
