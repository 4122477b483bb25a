"""Sinks: what is executed and what is written are the same statement, value by value."""

from __future__ import annotations

import datetime
import io
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.schema import CreateTable

from whimbrel.ddl import ConnectionSink, TextSink, Unconnected, exact_text
from whimbrel.errors import CommandError

DRIVERS = [DefaultDialect, SQLiteDialect_pysqlite, PGDialect_psycopg, PGDialect_asyncpg, MySQLDialect_pymysql]


def written(construct: Any, params: Any = None, dialect: sa.Dialect | None = None, **kw: Any) -> str:
    stream = io.StringIO()
    TextSink(stream, dialect or DefaultDialect(), **kw).execute(construct, params)
    return stream.getvalue()


T = sa.table("t", sa.column("id", sa.Integer), sa.column("n", sa.String))


# -- parameters -------------------------------------------------------------------------------------------------------


def test_values_of_parameters_and_of_columns() -> None:
    assert written(T.insert(), {"id": 1, "n": "x"}) == "INSERT INTO t (id, n) VALUES (1, 'x');\n\n"
    assert written(T.insert(), [{"id": 1}, {"id": 2}]) == (
        "INSERT INTO t (id) VALUES (1);\n\nINSERT INTO t (id) VALUES (2);\n\n"
    )
    update = T.update().where(T.c.id == sa.bindparam("which"))
    assert written(update, {"which": 1, "n": "y"}) == "UPDATE t SET n='y' WHERE t.id = 1;\n\n"
    assert written(update.values(n=sa.bindparam("new")), {"which": 1, "new": None}) == (
        "UPDATE t SET n=NULL WHERE t.id = 1;\n\n"
    )
    assert written(T.delete().where(T.c.id.in_(sa.bindparam("ids", expanding=True))), {"ids": [1, 2]}) == (
        "DELETE FROM t WHERE t.id IN (1, 2);\n\n"
    )
    assert written(sa.text("SELECT :a, :b").bindparams(b=2), {"a": "it's"}) == "SELECT 'it''s', 2;\n\n"
    assert written(T.insert(), [{}], PGDialect_psycopg()) == "INSERT INTO t DEFAULT VALUES;\n\n"


def test_a_separator_after_each_statement() -> None:
    assert written(T.insert(), [{"id": 1}, {"id": 2}], separator="GO") == (
        "INSERT INTO t (id) VALUES (1);\n\nGO\n\nINSERT INTO t (id) VALUES (2);\n\nGO\n\n"
    )
    assert written("UPDATE t SET n = 1 -- all", separator="GO") == "UPDATE t SET n = 1 -- all\n;\n\nGO\n\n"
    assert written("UPDATE t SET n = 1;", separator="GO") == "UPDATE t SET n = 1;\n\nGO\n\n"
    assert written("BEGIN\n    NULL;\nEND;", terminator="", separator="/") == "BEGIN\n    NULL;\nEND;\n\n/\n\n"
    assert written("-- nothing to do", separator="GO") == "-- nothing to do\n\n"


def test_on_a_connection_the_same(tmp_path: Any) -> None:
    engine = sa.create_engine(f"sqlite:///{tmp_path / 't.db'}")
    with engine.connect() as connection:
        sink = ConnectionSink(connection)
        sink.execute("CREATE TABLE t (id INTEGER, n TEXT)")
        sink.execute(T.insert(), [{"id": 1, "n": "x"}, {"id": 2, "n": "y"}])
        result = sink.execute(T.update().where(T.c.id == sa.bindparam("which")), {"which": 1, "n": "z"})
        assert result.rowcount == 1
        assert connection.execute(sa.select(T)).all() == [(1, "z"), (2, "y")]
    engine.dispose()


def test_without_a_connection_it_says_what_is_missing() -> None:
    with pytest.raises(CommandError, match="There is no connection to execute this on"):
        Unconnected().execute(sa.text("SELECT 1"))


@pytest.mark.parametrize("statement", [sa.text("SELECT :a"), T.delete().where(T.c.id == sa.bindparam("a"))])
def test_a_parameter_nobody_gave_is_an_error(statement: Any) -> None:
    with pytest.raises(CommandError, match="a parameter :a without a value"):
        written(statement)


# -- literals ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", DRIVERS)
def test_percent_is_never_doubled(driver: Any) -> None:
    quote = "`" if driver is MySQLDialect_pymysql else '"'
    table = sa.table("5%", sa.column("n", sa.String))
    assert written(table.insert().values(n="50%"), dialect=driver()) == (
        f"INSERT INTO {quote}5%{quote} (n) VALUES ('50%');\n\n"
    )
    assert written("SELECT '5%' LIKE '%s'", dialect=driver()) == "SELECT '5%' LIKE '%s';\n\n"
    assert written(sa.DDL("CREATE TRIGGER x '5%%'"), dialect=driver()) == "CREATE TRIGGER x '5%';\n\n"
    created = written(CreateTable(sa.Table("t", sa.MetaData(), sa.Column("n", sa.String(5), server_default="5%"))))
    assert "DEFAULT '5%'" in created


@pytest.mark.parametrize("driver", DRIVERS)
def test_the_dialect_it_was_given_is_left_alone(driver: Any) -> None:
    dialect = driver()
    before = dialect.paramstyle, dialect.identifier_preparer, dialect.statement_compiler
    expected = str(sa.select(T).where(T.c.n == "5%").compile(dialect=dialect))
    written(T.insert().values(n="50%"), dialect=dialect)
    assert (dialect.paramstyle, dialect.identifier_preparer, dialect.statement_compiler) == before
    assert str(sa.select(T).where(T.c.n == "5%").compile(dialect=dialect)) == expected


def test_a_backslash_is_escaped_where_it_would_escape() -> None:
    statement = T.insert().values(n="a\\b")
    assert written(statement) == "INSERT INTO t (n) VALUES ('a\\b');\n\n"
    assert written(statement, dialect=MySQLDialect_pymysql()) == "INSERT INTO t (n) VALUES ('a\\\\b');\n\n"


class Shouted(sa.types.TypeDecorator[str]):
    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value.upper() if value is not None else None


class Packed(sa.types.TypeDecorator[str]):
    impl = sa.LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> bytes | None:
        return value.encode() if value is not None else None


class Listed(sa.types.TypeDecorator[Any]):
    impl = sa.JSON
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return list(value) if value is not None else None


@pytest.mark.parametrize(
    ("type_", "value", "expected"),
    [
        (sa.JSON(), {"a": "it's"}, "'{\"a\": \"it''s\"}'"),
        (sa.JSON(), None, "'null'"),
        (sa.JSON(), sa.JSON.NULL, "'null'"),
        (sa.JSON(), sa.null(), "NULL"),
        (sa.JSON(none_as_null=True), None, "NULL"),
        (sa.LargeBinary(), b"\x00\xff'", "X'00ff27'"),
        (sa.LargeBinary(), bytearray(b"\x01"), "X'01'"),
        (sa.LargeBinary(), None, "NULL"),
        (sa.Interval(), datetime.timedelta(days=1, seconds=2), "'1970-01-02 00:00:02'"),
        (sa.DateTime(), "2020-01-02", "'2020-01-02'"),
        (sa.types.NullType(), 5, "5"),
        (sa.types.NullType(), b"\x01", "X'01'"),
        (Shouted(), "it's", "'IT''S'"),
        (Packed(), "é", "X'c3a9'"),
        (Packed(), None, "NULL"),
        (Listed(), (1, 2), "'[1, 2]'"),
        (sa.String().with_variant(sa.JSON(), "default"), {"a": 1}, "'{\"a\": 1}'"),
    ],
)
def test_literals_that_sqlalchemy_has_not(type_: Any, value: Any, expected: str) -> None:
    table = sa.table("t", sa.column("v", type_))
    assert written(table.insert(), {"v": value}) == f"INSERT INTO t (v) VALUES ({expected});\n\n"
    assert written(table.insert().values(v=value)) == f"INSERT INTO t (v) VALUES ({expected});\n\n"


def test_a_dialect_spells_bytes_its_own_way() -> None:
    table = sa.table("t", sa.column("v", sa.LargeBinary))
    assert written(table.insert(), {"v": b"\x01"}, binary_literal=lambda value: f"0x{value.hex()}") == (
        "INSERT INTO t (v) VALUES (0x01);\n\n"
    )


def test_a_dialects_own_json_is_used() -> None:
    dialect = SQLiteDialect_pysqlite(json_serializer=lambda value: "mine")
    assert written(sa.table("t", sa.column("v", sa.JSON)).insert(), {"v": 1}, dialect) == (
        "INSERT INTO t (v) VALUES ('mine');\n\n"
    )


def test_a_value_without_a_literal_is_an_error() -> None:
    with pytest.raises(CommandError, match="cannot be written as text") as caught:
        written(T.insert(), {"id": "no number"})
    assert "inline_literal" in str(caught.value)


# -- what only execution does otherwise -------------------------------------------------------------------------------

COUNTER = iter(range(100, 200))
DEFAULTS = sa.Table(
    "d",
    sa.MetaData(),
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("n", sa.Integer, default=7),
    sa.Column("c", sa.Integer, default=lambda: next(COUNTER)),
    sa.Column("s", sa.Integer, default=sa.func.abs(-1)),
    sa.Column("u", sa.Integer, onupdate=9),
    sa.Column("w", sa.Integer, default=lambda context: context.get_current_parameters()["id"]),
)


def test_defaults_in_python_are_computed() -> None:
    assert written(DEFAULTS.insert(), [{"id": 1, "w": 0}, {"id": 2, "n": None, "w": 0}]) == (
        "INSERT INTO d (id, n, c, s, w) VALUES (1, 7, 100, abs(-1), 0);\n\n"
        "INSERT INTO d (id, n, c, s, w) VALUES (2, NULL, 101, abs(-1), 0);\n\n"
    )
    assert written(DEFAULTS.update().values(n=1)) == "UPDATE d SET n=1, u=9;\n\n"


def test_a_default_that_looks_at_its_statement_is_an_error() -> None:
    with pytest.raises(CommandError, match="default of column w is a function that needs a running statement"):
        written(DEFAULTS.insert(), {"id": 1})


def test_an_insert_of_several_rows_that_leaves_a_default_out_is_an_error() -> None:
    with pytest.raises(CommandError, match="several rows into d leaves out a column that has a default in Python"):
        written(DEFAULTS.insert().values([{"id": 1}, {"id": 2}]), dialect=PGDialect_psycopg())


@pytest.mark.parametrize("driver", DRIVERS)
def test_no_key_is_asked_back_for(driver: Any) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer, primary_key=True), sa.Column("n", sa.Integer))
    assert written(table.insert().values(n=1), dialect=driver()) == "INSERT INTO t (n) VALUES (1);\n\n"


def test_a_returning_that_was_asked_for_stays() -> None:
    assert written(T.insert().values(id=1).returning(T.c.id), dialect=PGDialect_psycopg()) == (
        "INSERT INTO t (id) VALUES (1) RETURNING t.id;\n\n"
    )


# -- the text ---------------------------------------------------------------------------------------------------------


def test_create_table_is_indented_with_spaces_and_its_literals_are_left_alone() -> None:
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("a", sa.String(9), server_default="x\n\ty"),
        sa.Column("o'b\n\t", sa.Integer),
    )
    assert written(CreateTable(table)) == (
        "CREATE TABLE t (\n    a VARCHAR(9) DEFAULT 'x\n\ty', \n    \"o'b\n\t\" INTEGER\n);\n\n"
    )


def test_comments_alone_are_no_statement_to_terminate() -> None:
    assert written("-- first\n-- second") == "-- first\n-- second\n\n"


def test_another_terminator() -> None:
    assert written(sa.text("SELECT 1"), terminator=" /") == "SELECT 1 /\n\n"
    assert written(sa.text("SELECT 1;"), terminator="\nGO") == "SELECT 1;\nGO\n\n"


def test_lines_are_written_as_they_are() -> None:
    stream = io.StringIO()
    TextSink(stream, DefaultDialect()).write("-- Running upgrade\t50%")
    assert stream.getvalue() == "-- Running upgrade\t50%\n\n"


@given(st.text("\\:xy1$' é", max_size=8))
@example("\\:x")
@example("$:x")
def test_exact_text_is_spelt_as_it_was_told(sql: str) -> None:
    spelt = str(exact_text(sql).compile(dialect=sqlite.dialect()))
    assert spelt == sql
