"""Names of columns within SQL text: which words are names, and what becomes of them."""

from __future__ import annotations

import doctest
from itertools import permutations
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mssql, mysql, postgresql, sqlite
from sqlalchemy.engine.default import DefaultDialect

from whimbrel.operations import ops
from whimbrel.operations.batch import order
from whimbrel.operations.batch.names import ColumnNames, mentioned, renamed
from whimbrel.operations.batch.order import ordered
from whimbrel.operations.batch.sql_text import plain, same_sql

DIALECTS: dict[str, Any] = {
    "postgresql": postgresql.dialect(),
    "sqlite": sqlite.dialect(),
    "mysql": mysql.dialect(),
    "mssql": mssql.dialect(),
}


@pytest.mark.parametrize(
    ("dialect", "sql", "expected"),
    [
        ("sqlite", "a > 0 AND A < 9 AND aa > 1", "b > 0 AND b < 9 AND aa > 1"),
        ("sqlite", "t.a > t.c", "t.b > t.c"),
        ("sqlite", """"a" > 'a' AND `a` > 0 AND [a] > 1""", """b > 'a' AND b > 0 AND b > 1"""),
        ("sqlite", "a(a) > 0 -- a\n AND /* a */ a", "a(b) > 0 -- a\n AND /* a */ b"),
        ("sqlite", "CAST(a AS a) > 1 COLLATE a", "CAST(b AS a) > 1 COLLATE a"),
        ("sqlite", "x <> 'it''s a' AND \"a\"\"a\" > a", "x <> 'it''s a' AND \"a\"\"a\" > b"),
        ("postgresql", "((a)::text = 'a'::a)", "((b)::text = 'a'::a)"),
        ("postgresql", "(a[1] > 0) AND x[a] > 0", "(b[1] > 0) AND x[b] > 0"),
        ("postgresql", '"A" > 0 AND "a" > 0', '"A" > 0 AND b > 0'),
        ("postgresql", "a '2020-02-02' < a AND 1e5 > a", "a '2020-02-02' < b AND 1e5 > b"),
        ("postgresql", r"E'\n a' <> a", r"E'\n a' <> b"),
        ("mysql", r"`a` <> 'it\'s a' AND " + '"a" = 1', r"b <> 'it\'s a' AND " + '"a" = 1'),
        ("mysql", "`A` > 0", "b > 0"),
        ("mssql", "[a] > 0 AND [a]]b] > 0", "b > 0 AND [a]]b] > 0"),
    ],
)
def test_a_name_in_sql(dialect: str, sql: str, expected: str) -> None:
    assert ColumnNames({"a": "b"}, DIALECTS[dialect]).in_sql(sql) == expected


def test_a_new_name_is_quoted_where_it_needs_to_be() -> None:
    assert ColumnNames({"a": "new name"}, DIALECTS["postgresql"]).in_sql("a > 0") == '"new name" > 0'
    assert ColumnNames({"a": "select"}, DIALECTS["mysql"]).in_sql("a > 0") == "`select` > 0"


@given(st.text(alphabet="ab_ '\"`[]().:-/*\\%$1\n=", max_size=30), st.sampled_from(sorted(DIALECTS)))
def test_any_text_at_all_stays_what_it_is_unless_a_name_changes(sql: str, dialect: str) -> None:
    assert ColumnNames({"a": "a", "b": "b"}, DIALECTS[dialect]).in_sql(sql) == sql
    assert ColumnNames({"q": "r"}, DIALECTS[dialect]).in_sql(sql) == sql


@given(st.lists(st.sampled_from(["a", "b", "'a'", '"a"', "+", "(", ")", "abs(", ",", "1"]), max_size=12))
def test_a_name_that_is_given_and_taken_back_leaves_the_text(words: list[str]) -> None:
    sql = " , ".join(words)
    there = ColumnNames({"a": "new"}, DIALECTS["sqlite"]).in_sql(sql)
    back = ColumnNames({"new": "a"}, DIALECTS["sqlite"]).in_sql(there)
    assert back == sql.replace('"a"', "a")  # quotes that are not needed are not written


def test_every_directive_that_lists_columns_is_understood() -> None:
    dialect = DefaultDialect()
    directives = [
        ops.CreateIndexOp("ix", "t", ["a", sa.text("lower(a)"), sa.func.upper(sa.column("a"))]),
        ops.CreateIndexOp("ix", "t", ["x"], postgresql_where=sa.text("a > 0")),
        ops.CreateIndexOp("ix", "t", ["x"], postgresql_include=["a"]),
        ops.CreateIndexOp("ix", "t", ["x"], mysql_length={"a": 5}),
        ops.CreateUniqueConstraintOp("uq", "t", ["a"]),
        ops.CreatePrimaryKeyOp("pk", "t", ["x", "a"]),
        ops.CreateCheckConstraintOp("ck", "t", "a > 0"),
        ops.CreateCheckConstraintOp("ck", "t", sa.column("a") > 0),
        ops.CreateForeignKeyOp("fk", "t", "person", ["a"], ["a"]),
        ops.CreateForeignKeyOp("fk", "t", "t", ["x"], ["a"]),
        ops.DropColumnOp("t", "a"),
        ops.AlterColumnOp("t", "a", modify_nullable=True),
    ]
    for directive in directives:
        changed = renamed(directive, {"a": "b"}, dialect)
        assert mentioned(directive, ["a", "b"], dialect) == {"a"}, directive
        assert mentioned(changed, ["a", "b"], dialect) == {"b"}, directive
    other = renamed(directives[8], {"a": "b"}, dialect)
    assert isinstance(other, ops.CreateForeignKeyOp)
    assert (other.local_cols, other.remote_cols) == (["b"], ["a"])  # the other table's is its own


def test_reflected_text_has_no_parameters() -> None:
    reflected = plain(sa.text("note <> ':x'"))
    assert str(reflected.compile(dialect=DefaultDialect())) == "note <> ':x'"
    given_value = sa.text("n > :n").bindparams(n=1)
    assert plain(given_value) is given_value


def test_conditions_are_the_same_but_for_their_dress() -> None:
    dialect = DefaultDialect()
    assert same_sql('("a" IN (0, 1))', sa.column("a").in_([0, 1]), dialect)
    assert not same_sql("a IN (0, 1)", "a IN (0, 2)", dialect)


def test_the_order_of_columns() -> None:
    assert ordered("abcd", []) == list("abcd")
    assert ordered("abcd", ["dc"]) == list("abdc")
    assert ordered("abcd", ["cda"]) == list("bcda")
    assert ordered("abcd", ["ba", "dc"]) == list("badc")
    with pytest.raises(ValueError, match="a, b each wait for another"):
        ordered("abc", ["ab", "ba"])
    assert doctest.testmod(order).failed == 0


@given(st.sampled_from([list(order) for order in permutations("abcde")]))
def test_a_whole_order_is_had_whatever_it_is(wanted: list[str]) -> None:
    assert ordered("abcde", [wanted]) == wanted
