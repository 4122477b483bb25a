"""Rewriter: directives replaced by others before they are spelt."""

from __future__ import annotations

import sqlalchemy as sa

from whimbrel.operations import ops
from whimbrel_autogen import Rewriter


def script(*up: ops.MigrateOperation) -> ops.MigrationScript:
    upgrade = ops.UpgradeOps([ops.ModifyTableOps("t", list(up))])
    return ops.MigrationScript("a1", upgrade, upgrade.reverse_into(ops.DowngradeOps()))


def kinds(half: ops.OpContainer) -> list[str]:
    return [type(op).__name__ for container in half.ops for op in getattr(container, "ops", [container])]


def add(name: str, **kw) -> ops.AddColumnOp:
    return ops.AddColumnOp("t", sa.Column(name, sa.Integer, **kw))


def test_one_directive_becomes_several_in_both_halves() -> None:
    writer = Rewriter()

    @writer.rewrites(ops.AddColumnOp)
    def safe(context, revision, op):
        if op.column.nullable:
            return op
        op.column.nullable = True
        return [op, ops.AlterColumnOp("t", op.column.name, modify_nullable=False, existing_type=op.column.type)]

    @writer.rewrites(ops.DropColumnOp)
    def keep(context, revision, op):
        return []

    directives = [script(add("a"), add("b", nullable=False))]
    writer(None, "a0", directives)
    assert kinds(directives[0].upgrade_ops) == ["AddColumnOp", "AddColumnOp", "AlterColumnOp"]
    assert kinds(directives[0].downgrade_ops) == []


def test_a_class_stands_for_its_subclasses_and_several_may_be_given() -> None:
    writer, seen = Rewriter(), []

    @writer.rewrites((ops.AddConstraintOp, ops.CreateIndexOp))
    def watch(context, revision, op):
        seen.append((revision, type(op).__name__))
        return op

    directives = [script(ops.CreateUniqueConstraintOp("uq", "t", ["a"]), ops.CreateIndexOp("ix", "t", ["a"]))]
    writer(None, "a0", directives)
    assert seen == [("a0", "CreateUniqueConstraintOp"), ("a0", "CreateIndexOp")]


def test_chained_ones_run_one_after_the_other() -> None:
    first, second, told = Rewriter(), Rewriter(), []

    @first.rewrites(ops.AddColumnOp)
    def twice(context, revision, op):
        return [op, add("more")]

    @second.rewrites(ops.AddColumnOp)
    def note(context, revision, op):
        told.append(op.column.name)
        return op

    def last(context, revision, directives):
        told.append(len(directives))

    directives = [script(add("a"))]
    first.chain(second).chain(last)(None, (), directives)
    assert told == ["a", "more", 1]
    told.clear()
    first(None, (), [script(add("a"))])
    assert told == []


def test_what_a_rewrite_returns_is_not_rewritten_again() -> None:
    writer = Rewriter()

    @writer.rewrites(ops.AddColumnOp)
    def more(context, revision, op):
        return [op, add(f"{op.column.name}_2")]

    directives = [script(add("a"))]
    writer(None, (), directives)
    assert kinds(directives[0].upgrade_ops) == ["AddColumnOp", "AddColumnOp"]


def test_a_whole_script_or_the_changes_of_a_table_may_be_replaced() -> None:
    writer = Rewriter()

    @writer.rewrites(ops.MigrationScript)
    def two(context, revision, op):
        return [op, script(add("z"))]

    @writer.rewrites(ops.ModifyTableOps)
    def grouped(context, revision, op):
        return ops.ModifyTableOps("u", op.ops)

    directives = [script(add("a"))]
    writer(None, (), directives)
    assert [one.upgrade_ops.ops[0].table_name for one in directives] == ["u", "u"]
    assert [kinds(one.upgrade_ops) for one in directives] == [["AddColumnOp"], ["AddColumnOp"]]
