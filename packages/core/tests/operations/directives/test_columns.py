"""Columns: what is written for each directive, what undoes it, and what a difference looks like."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from whimbrel.errors import UnsupportedOperation
from whimbrel.operations import Operations, ops
from whimbrel.unset import UNSET


def test_a_column_is_added(sql: Any) -> None:
    written = sql(
        lambda op: op.add_column("t", sa.Column("n", sa.Integer, server_default="5", nullable=False), schema="s")
    )
    assert written == "ALTER TABLE s.t ADD COLUMN n INTEGER DEFAULT '5' NOT NULL;\n\n"


def test_its_constraints_and_indexes_follow_it(sql: Any) -> None:
    def script(op: Operations) -> None:
        op.add_column("t", sa.Column("o", sa.Integer, sa.ForeignKey("other.id", name="fk"), index=True), schema="s")
        op.add_column("t", sa.Column("u", sa.Integer, unique=True))
        op.add_column("t", sa.Column("c", sa.Integer, sa.CheckConstraint("c > 1")))

    assert sql(script) == (
        "ALTER TABLE s.t ADD COLUMN o INTEGER;\n\n"
        "ALTER TABLE s.t ADD CONSTRAINT fk FOREIGN KEY(o) REFERENCES other (id);\n\n"
        "CREATE INDEX ix_s_t_o ON s.t (o);\n\n"
        "ALTER TABLE t ADD COLUMN u INTEGER;\n\n"
        "ALTER TABLE t ADD UNIQUE (u);\n\n"
        "ALTER TABLE t ADD COLUMN c INTEGER CHECK (c > 1);\n\n"
    )


def test_its_keys_are_spelt_inside_of_it_when_asked(sql: Any) -> None:
    column: sa.Column[Any] = sa.Column(
        "o", sa.Integer, sa.ForeignKey("s.other.id", name="fk", ondelete="CASCADE", deferrable=True), primary_key=True
    )
    written = sql(
        lambda op: op.add_column("t", column, if_not_exists=True, inline_references=True, inline_primary_key=True)
    )
    assert written == (
        "ALTER TABLE t ADD COLUMN IF NOT EXISTS o INTEGER NOT NULL PRIMARY KEY "
        "CONSTRAINT fk REFERENCES s.other (id) ON DELETE CASCADE DEFERRABLE;\n\n"
    )


def test_the_check_of_a_boolean_is_only_for_databases_without_one(sql: Any) -> None:
    def script(op: Operations) -> None:
        op.add_column("t", sa.Column("b", sa.Boolean(create_constraint=True, name="ck_b")))

    assert sql(script) == (
        "ALTER TABLE t ADD COLUMN b BOOLEAN;\n\nALTER TABLE t ADD CONSTRAINT ck_b CHECK (b IN (0, 1));\n\n"
    )
    assert sql(script, dialect="postgresql") == "ALTER TABLE t ADD COLUMN b BOOLEAN;\n\n"


def test_its_comment_follows_where_it_is_a_statement_of_its_own(sql: Any) -> None:
    written = sql(lambda op: op.add_column("t", sa.Column("n", sa.Integer, comment="50%")), dialect="postgresql")
    assert written == "ALTER TABLE t ADD COLUMN n INTEGER;\n\nCOMMENT ON COLUMN t.n IS '50%';\n\n"


def test_a_directive_can_be_carried_out_twice(sql: Any) -> None:
    directive = ops.AddColumnOp("t", sa.Column("n", sa.Integer))

    def script(op: Operations) -> None:
        op.invoke(directive)
        op.invoke(directive)

    assert sql(script) == "ALTER TABLE t ADD COLUMN n INTEGER;\n\n" * 2


def test_up_and_down_is_identity_on_a_database(op: Operations, connection: sa.Connection) -> None:
    op.create_table("t", sa.Column("id", sa.Integer, primary_key=True))
    before = sa.inspect(connection).get_columns("t")
    up = ops.AddColumnOp("t", sa.Column("email", sa.String(50), server_default="x", nullable=False))
    op.invoke(up)
    added = sa.inspect(connection).get_columns("t")[1]
    assert (added["name"], added["nullable"], added["default"]) == ("email", False, "'x'")
    op.invoke(up.reverse())
    assert str(sa.inspect(connection).get_columns("t")) == str(before)
    op.invoke(up.reverse().reverse())
    assert [column["name"] for column in sa.inspect(connection).get_columns("t")] == ["id", "email"]


def test_a_column_is_dropped(sql: Any) -> None:
    assert sql(lambda op: op.drop_column("t", "n", schema="s")) == "ALTER TABLE s.t DROP COLUMN n;\n\n"
    assert sql(lambda op: op.drop_column("t", "N", if_exists=True)) == 'ALTER TABLE t DROP COLUMN IF EXISTS "N";\n\n'
    assert sql(lambda op: op.drop_column("t", "n", mssql_drop_check=True)) == "ALTER TABLE t DROP COLUMN n;\n\n"


def test_a_drop_by_name_alone_cannot_be_reversed() -> None:
    with pytest.raises(ValueError, match=r"The drop of column t\.n cannot be reversed"):
        ops.DropColumnOp("t", "n").reverse()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"nullable": False}, "ALTER TABLE t ALTER COLUMN n SET NOT NULL;\n\n"),
        ({"nullable": True}, "ALTER TABLE t ALTER COLUMN n DROP NOT NULL;\n\n"),
        ({"server_default": "it's 5%"}, "ALTER TABLE t ALTER COLUMN n SET DEFAULT 'it''s 5%';\n\n"),
        ({"server_default": sa.text("1 + 1")}, "ALTER TABLE t ALTER COLUMN n SET DEFAULT 1 + 1;\n\n"),
        ({"server_default": sa.func.now()}, "ALTER TABLE t ALTER COLUMN n SET DEFAULT now();\n\n"),
        ({"server_default": None}, "ALTER TABLE t ALTER COLUMN n DROP DEFAULT;\n\n"),
        ({"type_": sa.String(20)}, "ALTER TABLE t ALTER COLUMN n TYPE VARCHAR(20);\n\n"),
        ({"type_": sa.BigInteger}, "ALTER TABLE t ALTER COLUMN n TYPE BIGINT;\n\n"),
        ({"comment": "it's"}, "COMMENT ON COLUMN t.n IS 'it''s';\n\n"),
        ({"comment": None}, "COMMENT ON COLUMN t.n IS NULL;\n\n"),
        ({"new_column_name": "M"}, 'ALTER TABLE t RENAME n TO "M";\n\n'),
        ({"schema": "s", "nullable": False}, "ALTER TABLE s.t ALTER COLUMN n SET NOT NULL;\n\n"),
        ({"existing_type": sa.Integer(), "existing_nullable": True}, ""),
        ({"server_default": False, "comment": False, "existing_server_default": False}, ""),
        ({"postgresql_using": "n::int"}, ""),
    ],
)
def test_of_a_column_changes_what_is_given(sql: Any, change: dict[str, Any], expected: str) -> None:
    assert sql(lambda op: op.alter_column("t", "n", **change)) == expected


def test_its_name_changes_last(sql: Any) -> None:
    written = sql(
        lambda op: op.alter_column(
            "t", "n", new_column_name="m", type_=sa.Integer, nullable=False, server_default="1", comment="c"
        )
    )
    assert written == (
        "ALTER TABLE t ALTER COLUMN n SET NOT NULL;\n\n"
        "ALTER TABLE t ALTER COLUMN n SET DEFAULT '1';\n\n"
        "ALTER TABLE t ALTER COLUMN n TYPE INTEGER;\n\n"
        "COMMENT ON COLUMN t.n IS 'c';\n\n"
        "ALTER TABLE t RENAME n TO m;\n\n"
    )


def test_the_check_that_a_type_brings_goes_and_comes_with_it(sql: Any) -> None:
    def script(op: Operations) -> None:
        op.alter_column(
            "t",
            "b",
            new_column_name="c",
            existing_type=sa.Boolean(create_constraint=True, name="ck_old"),
            type_=sa.Enum("x", "y", create_constraint=True, name="ck_new", native_enum=False),
        )

    assert sql(script) == (
        "ALTER TABLE t DROP CONSTRAINT ck_old;\n\n"
        "ALTER TABLE t ALTER COLUMN b TYPE VARCHAR(1);\n\n"
        "ALTER TABLE t RENAME b TO c;\n\n"
        "ALTER TABLE t ADD CONSTRAINT ck_new CHECK (c IN ('x', 'y'));\n\n"
    )
    assert "ck_old" not in sql(script, dialect="postgresql"), "PostgreSQL has BOOLEAN, so there was no CHECK"


@pytest.mark.parametrize(
    ("wrong", "hint"),
    [
        ({"type": sa.Integer()}, "Did you mean type_?"),
        ({"nulable": True}, "Did you mean nullable?"),
        ({"existing_nulable": True}, "Did you mean existing_nullable?"),
        ({"unique": True}, "A dialect's own keyword begins with its name: mysql_..."),
    ],
)
def test_a_mistyped_keyword_is_refused_not_ignored(sql: Any, wrong: dict[str, Any], hint: str) -> None:
    with pytest.raises(TypeError) as caught:
        sql(lambda op: op.alter_column("t", "n", **wrong))
    assert str(caught.value) == f"alter_column() got an unexpected keyword argument {next(iter(wrong))!r}. {hint}"


@pytest.mark.parametrize("default", [sa.Computed("a + 1"), sa.Identity()])
def test_computed_and_identity_columns_are_refused_where_nobody_knows_how(sql: Any, default: Any) -> None:
    with pytest.raises(UnsupportedOperation) as caught:
        sql(lambda op: op.alter_column("t", "n", server_default=default))
    assert (caught.value.dialect, caught.value.operation) == ("default", "alter_column")
    assert "alter_column('t', 'n')" in str(caught.value)
    with pytest.raises(UnsupportedOperation):
        sql(lambda op: op.alter_column("t", "n", server_default=None, existing_server_default=default))


def test_the_reverse_of_a_change_swaps_what_is_and_what_was() -> None:
    change = ops.AlterColumnOp(
        "t",
        "n",
        schema="s",
        modify_type=sa.Integer(),
        existing_type=sa.String(5),
        modify_nullable=False,
        existing_nullable=True,
        modify_server_default=None,
        existing_server_default="x",
        modify_comment="new",
        modify_name="m",
        modify_mood=1,
        existing_mood=2,
        mysql_charset="utf8mb4",
    )
    reverse = change.reverse()
    assert repr(reverse) == (
        "AlterColumnOp(table_name='t', schema='s', column_name='m', existing_type=Integer(), "
        "existing_nullable=False, existing_comment='new', modify_nullable=True, modify_server_default='x', "
        "modify_name='n', modify_type=String(length=5), "
        "kw={'modify_mood': 2, 'existing_mood': 1, 'mysql_charset': 'utf8mb4'})"
    )
    assert (reverse.existing_server_default, reverse.modify_comment) == (None, None)
    assert repr(reverse.reverse()) == repr(change)


def test_the_reverse_of_a_change_keeps_what_did_not_change() -> None:
    reverse = ops.AlterColumnOp("t", "n", existing_type=sa.Integer(), existing_server_default="1").reverse()
    assert repr(reverse) == (
        "AlterColumnOp(table_name='t', column_name='n', existing_type=Integer(), existing_server_default='1', kw={})"
    )
    assert not reverse.has_changes()


@pytest.mark.parametrize(
    "change",
    [
        {"modify_nullable": False},
        {"modify_server_default": None},
        {"modify_comment": None},
        {"modify_type": sa.Integer()},
        {"modify_name": "m"},
        {"modify_mood": 1},
    ],
)
def test_each_of_these_is_a_change(change: dict[str, Any]) -> None:
    assert ops.AlterColumnOp("t", "n", **change).has_changes()


def test_differences_of_columns() -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("n", sa.Integer), schema="s")
    added = ops.AddColumnOp.from_column(table.c.n)
    assert added.to_diff_tuple() == ("add_column", "s", "t", table.c.n)
    assert added.reverse().to_diff_tuple() == ("remove_column", "s", "t", table.c.n)
    dropped = ops.DropColumnOp.from_column_and_tablename("s", "t", table.c.n)
    assert dropped.reverse().to_column() is table.c.n
    kind, _, _, column = ops.DropColumnOp("t", "n").to_diff_tuple()
    assert (kind, column.name) == ("remove_column", "n")
    now, then = sa.Integer(), sa.String()
    assert ops.AlterColumnOp(
        "t", "n", modify_type=then, existing_type=now, existing_nullable=True, modify_server_default=None
    ).to_diff_tuple() == [
        (
            "modify_type",
            None,
            "t",
            "n",
            {"existing_nullable": True, "existing_server_default": False, "existing_comment": None},
            now,
            then,
        ),
        (
            "modify_default",
            None,
            "t",
            "n",
            {"existing_nullable": True, "existing_type": now, "existing_comment": None},
            False,
            None,
        ),
    ]


def test_false_means_unset_as_scripts_of_the_peer_write_it() -> None:
    change = ops.AlterColumnOp("t", "n", modify_comment=False, modify_server_default=False)
    assert (change.modify_comment, change.modify_server_default) == (UNSET, UNSET)
    assert not change.has_changes()
