"""Indexes: what is written for each directive, what undoes it, and what a difference looks like."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from whimbrel.operations import Operations, ops


def test_an_index_takes_columns_and_expressions(sql: Any) -> None:
    def script(op: Operations) -> None:
        op.create_index("ix", "t", ["a", sa.text("lower(b)"), sa.func.lower(sa.column("c"))], schema="s", unique=True)
        op.create_index("ix", "t", [sa.column("a").desc()], if_not_exists=True)

    assert sql(script) == (
        "CREATE UNIQUE INDEX ix ON s.t (a, lower(b), lower(c));\n\nCREATE INDEX IF NOT EXISTS ix ON t (a DESC);\n\n"
    )


def test_a_dialects_keywords_count_there_only(sql: Any) -> None:
    def script(op: Operations) -> None:
        op.create_index(
            "ix",
            "t",
            ["a"],
            postgresql_where=sa.text("a LIKE '5%'"),
            postgresql_include=["b", "a"],
            postgresql_using="gin",
            mysql_length=5,
        )

    assert sql(script) == "CREATE INDEX ix ON t (a);\n\n"
    assert sql(script, dialect="postgresql") == (
        "CREATE INDEX ix ON t USING gin (a) INCLUDE (b, a) WHERE a LIKE '5%';\n\n"
    )


def test_the_naming_convention_names_it(sql: Any) -> None:
    convention = {"ix": "%(table_name)s_%(column_0_N_name)s_idx"}
    written = sql(
        lambda op: op.create_index(None, "t", ["a", "b"]), target_metadata=sa.MetaData(naming_convention=convention)
    )
    assert written == "CREATE INDEX t_a_b_idx ON t (a, b);\n\n"


def test_one_name_in_place_of_a_list_is_refused(sql: Any) -> None:
    with pytest.raises(TypeError, match=r"takes a list of columns, such as \['email'\], not a string"):
        sql(lambda op: op.create_index("ix", "t", "email"))


def test_an_index_is_dropped(sql: Any) -> None:
    assert sql(lambda op: op.drop_index("ix")) == "DROP INDEX ix;\n\n"
    assert sql(lambda op: op.drop_index("ix", "t", schema="s", if_exists=True)) == "DROP INDEX IF EXISTS s.ix;\n\n"
    assert sql(lambda op: op.drop_index("ix", "t"), dialect="mysql") == "DROP INDEX ix ON t;\n\n"
    assert sql(lambda op: op.drop_index("ix", postgresql_concurrently=True), dialect="postgresql") == (
        "DROP INDEX CONCURRENTLY ix;\n\n"
    )


def test_up_and_down_is_identity(sql: Any) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer), schema="s")
    index = sa.Index("ix", table.c.a, sa.func.lower(table.c.a), unique=True, postgresql_where=table.c.a > 5)
    up = ops.CreateIndexOp.from_index(index)
    created = "CREATE UNIQUE INDEX ix ON s.t (a, lower(a)) WHERE a > 5;\n\n"
    assert sql(lambda op: op.invoke(up), dialect="postgresql") == created
    assert sql(lambda op: op.invoke(up.reverse()), dialect="postgresql") == "DROP INDEX s.ix;\n\n"
    assert sql(lambda op: op.invoke(up.reverse().reverse()), dialect="postgresql") == created
    assert ops.DropIndexOp.from_index(index).reverse().to_index().name == "ix"


def test_up_and_down_on_a_database(op: Operations, connection: sa.Connection) -> None:
    op.create_table("t", sa.Column("a", sa.Integer))
    up = ops.CreateIndexOp("ix", "t", ["a"], unique=True)
    op.invoke(up)
    assert [(index["name"], index["unique"]) for index in sa.inspect(connection).get_indexes("t")] == [("ix", 1)]
    op.invoke(up.reverse())
    assert sa.inspect(connection).get_indexes("t") == []


def test_a_drop_by_name_alone_cannot_be_reversed() -> None:
    with pytest.raises(ValueError, match="The drop of index ix cannot be reversed"):
        ops.DropIndexOp("ix").reverse()


def test_differences_of_indexes() -> None:
    kind, index = ops.CreateIndexOp("ix", "t", ["a"], schema="s").to_diff_tuple()
    assert (kind, index.name, index.table.fullname) == ("add_index", "ix", "s.t")
    kind, index = ops.DropIndexOp("ix", "t").to_diff_tuple()
    assert (kind, index.name, index.table.fullname) == ("remove_index", "ix", "t")
