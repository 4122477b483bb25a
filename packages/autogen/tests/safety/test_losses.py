"""What a script says of steps that lose data, that have no way back, or that cannot be spelt."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from testing.comparing import compared
from whimbrel.errors import CommandError
from whimbrel.operations import ops
from whimbrel.operations.losses import is_narrower, lost_by
from whimbrel_autogen import comparators

DIALECT = postgresql.dialect()


@pytest.mark.parametrize(
    ("was", "now", "narrower"),
    [
        (sa.String(60), sa.String(50), True),
        (sa.String(50), sa.String(60), False),
        (sa.Text(), sa.String(50), True),
        (sa.String(50), sa.Text(), False),
        (sa.String(50), sa.Integer(), True),
        (sa.LargeBinary(10), sa.LargeBinary(5), True),
        (sa.BigInteger(), sa.Integer(), True),
        (sa.SmallInteger(), sa.Integer(), False),
        (mysql.MEDIUMINT(), mysql.TINYINT(), True),
        (sa.Integer(), sa.String(5), False),
        (sa.Numeric(10, 2), sa.Numeric(10, 3), True),
        (sa.Numeric(10, 2), sa.Numeric(12, 2), False),
        (sa.Numeric(10, 2), sa.Numeric(12, 1), True),
        (sa.Numeric(), sa.Numeric(8, 2), True),
        (sa.Numeric(8, 2), sa.Numeric(), False),
        (sa.Numeric(8, 2), sa.Integer(), True),
        (sa.DateTime(), sa.Date(), True),
        (sa.DateTime(timezone=True), sa.DateTime(), True),
        (sa.DateTime(), sa.DateTime(timezone=True), False),
        (sa.Date(), sa.DateTime(), False),
    ],
    ids=str,
)
def test_which_types_hold_less(was, now, narrower: bool) -> None:
    assert is_narrower(was, now) is narrower


@pytest.mark.parametrize(
    ("op", "said"),
    [
        (ops.DropTableOp("book", schema="s"), "All that table s.book holds is lost here."),
        (ops.DropColumnOp("book", "title"), "All that column book.title holds is lost here."),
        (
            ops.AlterColumnOp("book", "title", existing_type=sa.String(60), modify_type=sa.String(50)),
            "What column book.title holds beyond VARCHAR(50) is lost here, or stops this step.",
        ),
        (ops.AlterColumnOp("book", "title", existing_type=sa.String(50), modify_type=sa.String(60)), None),
        (ops.DropIndexOp("ix", "book"), None),
        (ops.DropColumnOp.from_column_and_tablename(None, "t", sa.Column("c", sa.Integer, sa.Computed("1"))), None),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_lost(op, said) -> None:
    assert lost_by(op, DIALECT) == said


def test_both_halves_of_a_script_say_what_they_lose(app) -> None:
    app.models(
        """
        sa.Table("a", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("x", sa.String(20)))
        sa.Table("b", metadata, sa.Column("id", sa.Integer, primary_key=True))
        """
    )
    app.ok("revision", "--autogenerate", "-m", "first")
    app.ok("upgrade", "head")
    app.models('sa.Table("a", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("y", sa.Integer))')
    app.ok("revision", "--autogenerate", "-m", "second", "--allow-drop-table")
    upgrade, _, downgrade = app.script().partition("def downgrade")
    assert "# All that table b holds is lost here.\n" in upgrade
    assert "# All that column a.x holds is lost here." in upgrade
    assert "# All that column a.y holds is lost here.\n" in downgrade
    assert "table b holds" not in downgrade


class GrantOp(ops.MigrateOperation):
    """Something without a way back."""


def test_what_has_no_reverse_stops_the_downgrade_before_all_else(sqlite_database, monkeypatch) -> None:
    from whimbrel_autogen import renderers

    monkeypatch.setattr(comparators, "_functions", [])
    monkeypatch.setattr(renderers, "_strangers", {})
    renderers.dispatch_for(GrantOp)(lambda context, op: "op.execute('GRANT')")
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))

    @comparators.dispatch_for("table")
    def compare(context, changes, schema, name, database, models):
        changes.ops.append(GrantOp())

    found = compared(sqlite_database, metadata)
    assert "op.execute('GRANT')" in found.upgrade
    assert found.downgrade.splitlines() == [
        'raise NotImplementedError("GrantOp has no reverse.")',
        'op.drop_table("t")',
    ]


class NoNulls(sa.schema.ColumnCollectionConstraint):
    """A constraint of a kind that nobody knows."""

    __visit_name__ = "no_nulls"


def test_a_constraint_that_nobody_can_spell_is_named(sqlite_database) -> None:
    metadata = sa.MetaData()
    table = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    table.append_constraint(NoNulls(table.c.id, name="nn"))
    with pytest.raises(CommandError, match=r"Nobody knows how NoNulls nn of table t is spelt in a script\.") as error:
        compared(sqlite_database, metadata)
    assert "render_item" in str(error.value)
