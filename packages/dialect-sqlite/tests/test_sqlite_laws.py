"""Laws of SQL as text, held against a real SQLite: any name and any string come back as they went in."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager

import sqlalchemy as sa
from hypothesis import assume, given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, String

from testing.wings import text_of
from whimbrel.operations import Operations

# NUL ends a statement in C; a lone surrogate is no text.
STRINGS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=63)
NAMES = STRINGS.filter(lambda name: bool(name) and not name.lower().startswith("sqlite_"))


@contextmanager
def run(sql: str) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(sql)
        yield connection


@given(table=NAMES, renamed=NAMES, column=NAMES, added=NAMES)
def test_names_come_back(table: str, renamed: str, column: str, added: str) -> None:
    assume(table.lower() != renamed.lower() and column.lower() != added.lower())

    def change(op: Operations) -> None:
        op.create_table(table, Column("first", Integer), Column("gone", Integer))
        op.alter_column(table, "first", new_column_name=column)
        op.drop_column(table, "gone")
        op.rename_table(table, renamed)
        op.add_column(renamed, Column(added, Integer))

    with run(text_of("sqlite", change)) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [(renamed,)]
        names = connection.execute("SELECT name FROM pragma_table_info(?)", (renamed,)).fetchall()
    assert names == [(column,), (added,)]


@given(default=STRINGS, value=STRINGS)
def test_strings_come_back(default: str, value: str) -> None:
    def change(op: Operations) -> None:
        op.create_table("t", Column("a", String))
        op.add_column("t", Column("b", String, server_default=default, nullable=False))
        op.bulk_insert(sa.table("t", sa.column("a", String)), [{"a": value}])

    with run(text_of("sqlite", change)) as connection:
        assert connection.execute("SELECT a, b FROM t").fetchall() == [(value, default)]
