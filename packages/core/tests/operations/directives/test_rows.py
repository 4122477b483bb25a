"""Rows: each value arrives as it was given, on a connection and in text."""

from __future__ import annotations

import datetime
import enum
import json
import sqlite3
import uuid
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import orm

from whimbrel.errors import CommandError
from whimbrel.operations import Operations


class Mood(enum.Enum):
    calm = 1
    cross = 2


ACCOUNT = sa.table(
    "account",
    sa.column("id", sa.Integer),
    sa.column("name", sa.String),
    sa.column("born", sa.Date),
    sa.column("seen", sa.DateTime),
    sa.column("extra", sa.JSON),
    sa.column("mood", sa.Enum(Mood)),
    sa.column("active", sa.Boolean),
    sa.column("price", sa.Numeric),
    sa.column("token", sa.Uuid),
    sa.column("raw", sa.LargeBinary),
)


class Base(orm.DeclarativeBase):
    pass


class Account(Base):
    """A model, which is no table, though it has one."""

    __tablename__ = "account"

    id: orm.Mapped[int] = orm.mapped_column(primary_key=True)


ROW = {
    "id": 1,
    "name": "O'Brien 50% :x \\ \té",
    "born": datetime.date(2020, 1, 2),
    "seen": datetime.datetime(2020, 1, 2, 3, 4, 5),
    "extra": {"a": [1, "it's"], "b": None},
    "mood": Mood.cross,
    "active": True,
    "price": Decimal("1.50"),
    "token": uuid.UUID(int=5),
    "raw": b"\x00\xff'",
}


def test_in_text_each_row_is_an_insert_of_literals(sql: Any) -> None:
    assert sql(lambda op: op.bulk_insert(ACCOUNT, [ROW, {"id": 2, "name": None}])) == (
        "INSERT INTO account (id, name, born, seen, extra, mood, active, price, token, raw) VALUES "
        "(1, 'O''Brien 50% :x \\ \té', '2020-01-02', '2020-01-02 03:04:05', '{\"a\": [1, \"it''s\"], \"b\": null}', "
        "'cross', 1, 1.50, '00000000000000000000000000000005', X'00ff27');\n\n"
        "INSERT INTO account (id, name) VALUES (2, NULL);\n\n"
    )


def test_text_and_connection_insert_the_same(sql: Any, op: Operations, connection: sa.Connection) -> None:
    columns = [sa.Column(column.name, column.type) for column in ACCOUNT.columns]
    op.create_table("account", *columns)
    op.bulk_insert(ACCOUNT, [ROW])
    connection.exec_driver_sql(sql(lambda op: op.bulk_insert(ACCOUNT, [ROW]), dialect="sqlite"))
    executed, written = connection.execute(sa.select(ACCOUNT)).all()
    assert written._asdict() == executed._asdict() == ROW


def test_a_column_of_no_type_takes_the_type_of_its_value(sql: Any) -> None:
    table = sa.table("t", sa.column("a"), sa.column("b"))
    assert sql(lambda op: op.bulk_insert(table, [{"a": 1, "b": "x"}, {"a": True, "b": b"\x01"}])) == (
        "INSERT INTO t (a, b) VALUES (1, 'x');\n\nINSERT INTO t (a, b) VALUES (1, X'01');\n\n"
    )


def test_dates_may_be_given_as_the_database_reads_them(sql: Any) -> None:
    table = sa.table("t", sa.column("born", sa.Date))

    def script(op: Operations) -> None:
        op.bulk_insert(table, [{"born": "2020-01-02"}, {"born": op.inline_literal("2020-01-02")}])

    assert sql(script) == "INSERT INTO t (born) VALUES ('2020-01-02');\n\n" * 2


@pytest.fixture
def table(op: Operations) -> sa.Table:
    return op.create_table("t", sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer, default=7))


def rows(connection: sa.Connection) -> list[tuple[Any, ...]]:
    return [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM t ORDER BY id")]


def test_defaults_in_python_hold_for_rows_that_say_nothing(
    sql: Any, op: Operations, connection: sa.Connection, table: sa.Table
) -> None:
    op.bulk_insert(table, [{"id": 1}, {"id": 2, "n": None}])
    assert rows(connection) == [(1, 7), (2, None)]
    assert sql(lambda op: op.bulk_insert(table, [{"id": 1}, {"id": 2, "n": None}])) == (
        "INSERT INTO t (id, n) VALUES (1, 7);\n\nINSERT INTO t (id, n) VALUES (2, NULL);\n\n"
    )


def test_rows_of_different_columns_lose_nothing(op: Operations, connection: sa.Connection, table: sa.Table) -> None:
    op.bulk_insert(table, [{"id": 1}, {"id": 2, "n": 5}, {"n": 6, "id": 3}, {"id": 4}])
    assert rows(connection) == [(1, 7), (2, 5), (3, 6), (4, 7)]


def test_a_row_may_hold_sql(sql: Any, op: Operations, connection: sa.Connection, table: sa.Table) -> None:
    def script(op: Operations) -> None:
        op.bulk_insert(table, [{"id": 1, "n": 1}, {"id": 2, "n": sa.func.abs(-2)}, {"id": 3, "n": sa.text("1 + 2")}])

    script(op)
    assert rows(connection) == [(1, 1), (2, 2), (3, 3)]
    assert sql(script) == (
        "INSERT INTO t (id, n) VALUES (1, 1);\n\n"
        "INSERT INTO t (id, n) VALUES (2, abs(-2));\n\n"
        "INSERT INTO t (id, n) VALUES (3, 1 + 2);\n\n"
    )


@pytest.mark.parametrize(("multiinsert", "calls"), [(True, [3]), (False, [1, 1, 1])])
def test_rows_alike_go_together_unless_told_otherwise(
    op: Operations, connection: sa.Connection, table: sa.Table, multiinsert: bool, calls: list[int]
) -> None:
    seen: list[int] = []

    @sa.event.listens_for(connection, "before_cursor_execute")
    def count(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        seen.append(len(parameters) if executemany else 1)

    op.bulk_insert(table, [{"id": 1, "n": 1}, {"id": 2, "n": 2}, {"id": 3, "n": 3}], multiinsert=multiinsert)
    assert seen == calls
    assert rows(connection) == [(1, 1), (2, 2), (3, 3)]


@pytest.mark.parametrize("wrong", [{"id": 1}, "id", [1], [{"id": 1}, ("id", 2)]])
def test_what_is_no_list_of_rows_is_refused(op: Operations, table: sa.Table, wrong: Any) -> None:
    with pytest.raises(TypeError, match="takes a list of dictionaries, one for each row of t"):
        op.bulk_insert(table, wrong)


@pytest.mark.parametrize("rows", [[{"id": 1, "m": 2}], [{"id": 1}, {"id": sa.text("2"), "m": 2}]])
def test_a_column_that_the_table_lacks_is_named(
    sql: Any, op: Operations, connection: sa.Connection, table: sa.Table, rows: Any
) -> None:
    message = "bulk_insert\\(\\): table t has no column 'm', it has 'id', 'n'"
    with pytest.raises(CommandError, match=message):
        op.bulk_insert(table, rows)
    with pytest.raises(CommandError, match=message):
        sql(lambda op: op.bulk_insert(table, rows))


def test_no_rows_are_no_statement(sql: Any, op: Operations, connection: sa.Connection, table: sa.Table) -> None:
    op.bulk_insert(table, [])
    assert rows(connection) == []
    assert sql(lambda op: op.bulk_insert(table, [])) == ""


texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=texts, raw=st.binary(), extra=st.recursive(texts | st.integers() | st.none(), st.lists))
def test_whatever_text_bytes_and_json_are_written_are_read_again(
    new_run: Any, name: str, raw: bytes, extra: Any
) -> None:
    table = sa.table("t", sa.column("name", sa.String), sa.column("raw", sa.LargeBinary), sa.column("extra", sa.JSON))
    run = new_run(dialect=sa.create_engine("sqlite://").dialect)
    Operations(run).bulk_insert(table, [{"name": name, "raw": raw, "extra": extra}])
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE TABLE t (name, raw, extra)")
        database.execute(run.output.getvalue().rstrip("\n"))
        found = database.execute("SELECT * FROM t").fetchone()
    database.close()
    assert (found[0], found[1], json.loads(found[2])) == (name, raw, extra)


@pytest.mark.parametrize(
    ("table", "rows", "said"),
    [
        (
            "account",
            [{"id": 1, "secret's": "hunter2"}, {"id": 2}],
            "bulk_insert() takes a table, not 'account'. Describe it, with the columns to be filled and their types: "
            "bulk_insert(sa.table('account', sa.column('id', ...), sa.column(\"secret's\", ...)), rows)",
        ),
        (
            "account",
            iter([{"id": 1}]),
            "bulk_insert() takes a table, not 'account'. Describe it, with the columns to be filled and their types: "
            "bulk_insert(sa.table('account', sa.column('name', sa.String), ...), rows)",
        ),
        (
            Account,
            [{"id": 1}],
            "bulk_insert() takes a table, not class Account. Models change and this script does not: describe the "
            "table as it is now: bulk_insert(sa.table('account', sa.column('id', ...)), rows)",
        ),
        (
            None,
            [{"id": 1}],
            "bulk_insert() takes a table, not None: what create_table() returned, or "
            "sa.table('account', sa.column('name', sa.String), ...).",
        ),
    ],
)
def test_what_is_no_table_is_named_and_how_to_say_it(op: Operations, table: Any, rows: Any, said: str) -> None:
    with pytest.raises(TypeError) as caught:
        op.bulk_insert(table, rows)
    assert str(caught.value) == said
