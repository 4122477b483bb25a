"""Containers: the two halves of a script and what undoes them."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from whimbrel.operations import ops


def upgrade() -> ops.UpgradeOps:
    first = ops.CreateTableOp("t", [sa.Column("a", sa.Integer)])
    table = ops.ModifyTableOps(
        "t", [ops.AddColumnOp("t", sa.Column("b", sa.Integer)), ops.CreateIndexOp("ix", "t", ["b"])], schema="s"
    )
    return ops.UpgradeOps([first, table])


def test_the_reverse_undoes_the_last_first() -> None:
    down = upgrade().reverse()
    assert isinstance(down, ops.DowngradeOps)
    table, last = down.ops
    assert isinstance(table, ops.ModifyTableOps)
    assert [type(op).__name__ for op in table.ops] == ["DropIndexOp", "DropColumnOp"]
    assert (table.table_name, table.schema) == ("t", "s")
    assert isinstance(last, ops.DropTableOp)
    assert [type(op).__name__ for op in down.reverse().ops] == ["CreateTableOp", "ModifyTableOps"]


def test_reverse_into_fills_what_it_is_given() -> None:
    down = ops.DowngradeOps([ops.ExecuteSQLOp("SELECT 1")])
    assert upgrade().reverse_into(down) is down
    assert len(down.ops) == 2


def test_differences_are_listed_flat_but_for_the_changes_of_one_column() -> None:
    up = upgrade()
    up.ops.append(ops.ModifyTableOps("t", [ops.AlterColumnOp("t", "a", modify_nullable=False)]))
    kinds = [item[0] if isinstance(item, tuple) else [part[0] for part in item] for item in up.as_diffs()]
    assert kinds == ["add_table", "add_column", "add_index", ["modify_nullable"]]


def test_emptiness() -> None:
    assert ops.UpgradeOps().is_empty()
    assert not upgrade().is_empty()


def test_a_script_has_one_upgrade_or_one_for_each_database() -> None:
    one = ops.MigrationScript("a1", upgrade(), ops.DowngradeOps(), message="first", depends_on=["b2"])
    assert one.upgrade_ops is one.upgrade_ops_list[0]
    assert (one.rev_id, one.message, one.imports, one.depends_on) == ("a1", "first", set(), ["b2"])
    one.upgrade_ops = [ops.UpgradeOps(), ops.UpgradeOps()]
    one.downgrade_ops = ops.DowngradeOps()
    assert len(one.upgrade_ops_list) == 2
    assert one.downgrade_ops is one.downgrade_ops_list[0]
    with pytest.raises(ValueError, match="several upgrade_ops"):
        _ = one.upgrade_ops
    assert ops.MigrationScript(None, [], []).upgrade_ops is None
