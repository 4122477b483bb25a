"""What statements leave, and how they are recognised."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whimbrel.runtime.journal.statements import Kind, bare, fingerprint, kind_of

KINDS = {
    "CREATE TABLE t (x int)": Kind.SCHEMA,
    "/* hello */ create index i on t (x)": Kind.SCHEMA,
    "-- why\nALTER TABLE t ADD y int": Kind.SCHEMA,
    "/*!40101 ALTER TABLE t ADD y int */": Kind.NOTHING,
    "CALL p()": Kind.SCHEMA,
    "EXECUTE prepared": Kind.SCHEMA,
    "TRUNCATE t": Kind.SCHEMA,
    "DROP TEMPORARY TABLE t": Kind.NOTHING,
    "CREATE TEMPORARY TABLE t (x int)": Kind.SESSION,
    "CREATE LOCAL TEMP TABLE t AS SELECT 1": Kind.SESSION,
    "SET @most = (SELECT max(x) FROM t)": Kind.SESSION,
    "SET @@session.sql_mode = ''": Kind.NOTHING,
    "SET search_path TO a": Kind.NOTHING,
    "INSERT INTO t VALUES (1)": Kind.ROWS,
    "(SELECT 1)": Kind.NOTHING,
    "WITH a AS (SELECT 1) SELECT * FROM a": Kind.NOTHING,
    "WITH gone AS (DELETE FROM t RETURNING *) INSERT INTO u SELECT * FROM gone": Kind.ROWS,
    "WITH a AS (SELECT 'delete me') SELECT * FROM a": Kind.NOTHING,
    "SELECT x INTO copy FROM t": Kind.SCHEMA,
    "SELECT x INTO @variable FROM t": Kind.NOTHING,
    "SELECT 'into the wild' FROM t": Kind.NOTHING,
    "PRAGMA foreign_keys = ON": Kind.NOTHING,
    "VACUUM": Kind.SCHEMA,
    "": Kind.NOTHING,
}
VALUES = st.none() | st.booleans() | st.integers() | st.text() | st.binary() | st.datetimes()
ROWS = st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=5)


@pytest.mark.parametrize(("statement", "kind"), KINDS.items(), ids=lambda value: str(value)[:40])
def test_what_a_statement_leaves(statement: str, kind: Kind) -> None:
    assert kind_of(statement) is kind


@given(st.sampled_from(sorted(KINDS)), st.lists(st.sampled_from(["-- note\n", "/* note */", " ", "\n", "("])))
def test_comments_in_front_of_a_statement_change_nothing(statement: str, before: list[str]) -> None:
    assert kind_of("".join(before) + statement) is kind_of(statement)
    assert bare("".join(before) + statement) == bare(statement)


@given(st.text(), ROWS, ROWS)
def test_the_same_statement_with_the_same_parameters_and_nothing_else_is_recognised(
    statement: str, rows: list[tuple[object, ...]], others: list[tuple[object, ...]]
) -> None:
    assert fingerprint(statement, rows) == fingerprint(statement, list(rows))
    assert (fingerprint(statement, rows) == fingerprint(statement, others)) == (repr(rows) == repr(others))
    assert fingerprint(statement + "x", rows) != fingerprint(statement, rows)


def test_each_of_many_rows_counts() -> None:
    rows = [(number, "x") for number in range(1000)]
    assert fingerprint("INSERT", rows) != fingerprint("INSERT", [*rows[:500], (500, "y"), *rows[501:]])


def test_where_an_object_lies_in_memory_does_not_count() -> None:
    assert fingerprint("INSERT", (memoryview(b"a"),)) == fingerprint("INSERT", (memoryview(b"a"),))
