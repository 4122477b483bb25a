"""``require_no_rows``: goes on only where there are none, and says what to look for in text."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from testing.comparing import made
from testing.wings import operations, text_of
from whimbrel.errors import CommandError


@pytest.fixture
def account(database):
    made(database, "CREATE TABLE account (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(20))")
    return database


def insert(database, statement):
    made(database, f"INSERT INTO account {statement}")


def test_rows_are_refused_and_the_table_is_named(account) -> None:
    with operations(account) as op:
        op.require_no_rows("account")
    insert(account, "VALUES (1, 'x')")
    with (
        operations(account) as op,
        pytest.raises(CommandError, match="Table account has rows, and this revision can run only where it has none"),
    ):
        op.require_no_rows("account")


@pytest.mark.parametrize("where", ["name IS NULL", sa.column("name").is_(None)], ids=["text", "expression"])
def test_only_rows_that_a_condition_is_true_of_count(account, where) -> None:
    insert(account, "VALUES (1, 'a:b 5%')")
    with operations(account) as op:
        op.require_no_rows("account", where=where)
        op.require_no_rows("account", where="name = ':x 5%'")
    insert(account, "(id) VALUES (2)")
    with (
        operations(account) as op,
        pytest.raises(CommandError, match="Table account has rows where name IS NULL, and"),
    ):
        op.require_no_rows("account", where=where)


def test_in_text_it_is_a_comment_with_the_query() -> None:
    for where, said in [(None, ""), ("a = ':x 5%'", " WHERE a = ':x 5%'"), (sa.column("a") == "y", " WHERE a = 'y'")]:
        text = text_of("postgresql", lambda op, where=where: op.require_no_rows("t", schema="s", where=where))
        assert text.strip() == f"-- This has to find nothing: SELECT 1 FROM s.t{said}"
