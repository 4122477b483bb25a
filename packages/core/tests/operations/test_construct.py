"""Scratch tables: what a construct needs around it is made up, and what was given is not touched twice."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
import sqlalchemy as sa

from whimbrel.operations.construct import name_columns, referred_to, scratch_table
from whimbrel.operations.ops import CreateCheckConstraintOp


@pytest.mark.parametrize(
    ("target", "referent"),
    [("other.id", "other.id"), ("s.other.id", "s.other.id"), ("a.b.other.id", "a.b.other.id"), ("t.id", "t.id")],
)
def test_what_a_foreign_key_names_is_made_up(target: str, referent: str) -> None:
    column: sa.Column[Any] = sa.Column("o", sa.Integer, sa.ForeignKey(target))
    table = scratch_table("t", None, sa.Column("id", sa.Integer), column)
    (key,) = table.foreign_keys
    assert f"{key.column.table.fullname}.{key.column.name}" == referent


def test_two_keys_to_one_table_share_what_is_made_up() -> None:
    first: sa.Column[Any] = sa.Column("a", sa.ForeignKey("other.id"))
    second: sa.Column[Any] = sa.Column("b", sa.ForeignKey("other.code"))
    table = scratch_table("t", None, first, second)
    assert sorted(table.metadata.tables) == ["other", "t"]
    assert sorted(column.name for column in table.metadata.tables["other"].c) == ["code", "id"]


def test_a_key_to_a_column_of_the_models_is_spelt_by_name() -> None:
    person = sa.Table("person", sa.MetaData(schema="crm"), sa.Column("id", sa.Integer, primary_key=True))
    column: sa.Column[Any] = sa.Column("owner", sa.ForeignKey(person.c.id))
    (key,) = scratch_table("t", None, column).foreign_keys
    assert key.target_fullname == "crm.person.id"


def test_a_key_of_a_table_is_copied_to_refer_by_name() -> None:
    metadata = sa.MetaData(schema="crm")
    sa.Table("person", metadata, sa.Column("id", sa.Integer, key="ident"), sa.Column("ident", sa.Integer, key="id"))
    order = sa.Table(
        "order",
        metadata,
        sa.Column("number", sa.Integer, key="no"),
        sa.ForeignKeyConstraint(["no"], ["person.ident"]),
        sa.ForeignKeyConstraint(["no"], ["order.no"]),
        sa.ForeignKeyConstraint(["no"], ["elsewhere.id"]),
    )
    made = scratch_table("copy", None, *order.columns, *order.foreign_key_constraints)
    targets = {referred_to(element) for item in made.foreign_key_constraints for element in item.elements}
    assert targets == {("crm", "person", "id"), (None, "copy", "number"), ("crm", "elsewhere", "id")}
    assert [column.name for column in made.columns] == ["number"]


def test_items_of_another_table_are_copied() -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.UniqueConstraint("a", name="uq"))
    unique = next(item for item in table.constraints if item.name == "uq")
    made = scratch_table("other", None, unique, table.c.a)
    assert {item.name for item in made.constraints} == {None, "uq"}
    assert table.c.a.table is table
    assert unique in table.constraints


def test_indexes_may_be_among_the_items() -> None:
    made = scratch_table("t", None, sa.Index("ix", "a"), sa.Column("a", sa.Integer), schema="s", comment="c")
    assert [index.name for index in made.indexes] == ["ix"]
    assert (made.fullname, made.comment) == ("s.t", "c")


def test_names_become_columns_once() -> None:
    assert [column.name for column in name_columns(["a", "b", "a"])] == ["a", "b"]


def test_a_keyword_of_a_dialects_package_is_known_in_runs_on_other_databases() -> None:
    script = (
        "import sys, sqlalchemy as sa\n"
        "from whimbrel.operations import ops\n"
        "index = ops.CreateIndexOp('ix', 't', ['a'], mysql_algorithm='INPLACE').to_index()\n"
        "assert index.dialect_kwargs['mysql_algorithm'] == 'INPLACE'\n"
        "try:\n"
        "    ops.CreateIndexOp('ix', 't', ['a'], mysql_algoritm='INPLACE').to_index()\n"
        "except sa.exc.ArgumentError as error:\n"
        "    print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.stdout.partition(" on behalf")[0], done.stderr) == (
        "Argument 'mysql_algoritm' is not accepted by dialect 'mysql'",
        "",
    )


def test_a_check_over_columns_of_models_stays_out_of_their_table() -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), sa.Column("b", sa.Integer))
    check = sa.CheckConstraint(table.c.a > table.c.b, name="k")
    before = set(table.constraints)
    made = CreateCheckConstraintOp.from_constraint(check).to_constraint()
    assert set(table.constraints) == before
    assert made.table is not table
    assert str(made.sqltext) == "a > b"
