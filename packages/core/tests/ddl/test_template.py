"""The text of many rows is, value by value, the text of each alone; and the database reads the values from it."""

from __future__ import annotations

import datetime
import decimal
import enum
import io
import tracemalloc
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.dialects.mssql.pyodbc import MSDialect_pyodbc
from sqlalchemy.dialects.mysql.pymysql import MySQLDialect_pymysql
from sqlalchemy.dialects.oracle.oracledb import OracleDialect_oracledb
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.sql.compiler import SQLCompiler

from whimbrel.ddl import TextSink
from whimbrel.ddl.rows import Rows
from whimbrel.errors import CommandError
from whimbrel.impl import DefaultImpl
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext

DIALECTS = [SQLiteDialect_pysqlite, PGDialect_psycopg, MySQLDialect_pymysql, MSDialect_pyodbc, OracleDialect_oracledb]


class Mood(enum.Enum):
    calm = 1
    cross = 2


class Level(enum.IntEnum):
    low = 1


class Shouted(sa.types.TypeDecorator[str]):
    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value.upper() if value is not None else None


class Wrapped(sa.types.TypeDecorator[int]):
    impl = sa.Integer
    cache_ok = True


class Doubled(sa.types.UserDefinedType[int]):
    cache_ok = True

    def get_col_spec(self) -> str:
        return "INTEGER"

    def bind_expression(self, bindvalue: Any) -> Any:
        return sa.func.twice(bindvalue, type_=self)

    def literal_processor(self, dialect: Any) -> Any:
        return lambda value: f"{value}"


texts = st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\0")) | st.sampled_from(
    ["it's", "50%", "a\\b", "a -- b", "%s", "%(x)s", ":x", "\n\t", "☂"]
)
integers = st.integers(-(2**63), 2**63 - 1)
floats = st.floats(allow_nan=False, allow_infinity=False)
numbers = integers | floats | st.decimals(-1000, 1000, places=2) | st.booleans() | st.just(Level.low)

# What a column of each type may be given.
VALUES: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (sa.Integer(), numbers),
    (sa.BigInteger(), integers | st.booleans()),
    (sa.Float(), numbers),
    (sa.Numeric(10, 2), numbers),
    (sa.String(), texts),
    (sa.Unicode(), texts),
    (sa.Text(), texts),
    (Shouted(), texts),
    (Wrapped(), integers),
    (Doubled(), integers),
    (sa.Boolean(), st.booleans()),
    (sa.Enum(Mood), st.sampled_from(Mood)),
    (sa.Date(), st.dates() | st.just("2020-01-02")),
    (sa.DateTime(), st.datetimes(datetime.datetime(1900, 1, 1))),
    (sa.Uuid(), st.uuids()),
    (sa.JSON(), st.recursive(texts | st.integers() | st.none(), st.lists)),
    (sa.LargeBinary(), st.binary()),
    (sa.types.NullType(), texts | integers | floats | st.booleans() | st.binary()),
]


@pytest.mark.parametrize("driver", DIALECTS)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_many_rows_are_written_as_each_alone(driver: Any, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(VALUES), min_size=1, max_size=3))
    names = tuple(f"c{number}" for number in range(len(chosen)))
    columns = [data.draw(st.lists(values | st.none(), min_size=2, max_size=2)) for _, values in chosen]
    table = sa.table("5% t", *(sa.column(name, type_) for name, (type_, _) in zip(names, chosen, strict=True)))
    rows = Rows(names, columns)
    together, alone = io.StringIO(), io.StringIO()
    TextSink(together, driver()).insert(table.insert(), rows)
    sink = TextSink(alone, driver())
    for row in rows.as_mappings():
        sink.stream.write(f"{sink.render(table.insert(), row)};\n\n")
    assert together.getvalue() == alone.getvalue()


def test_a_dialect_from_outside_has_its_say_in_each_literal() -> None:
    class Loud(SQLCompiler):
        def render_literal_value(self, value: Any, type_: Any) -> str:
            return f"<{super().render_literal_value(value, type_)}>"

    dialect = SQLiteDialect_pysqlite()
    dialect.statement_compiler = Loud
    stream = io.StringIO()
    table = sa.table("t", sa.column("a", sa.Integer), sa.column("b", sa.String))
    TextSink(stream, dialect).insert(table.insert(), Rows(("a", "b"), [[1], ["x"]]))
    assert stream.getvalue() == "INSERT INTO t (a, b) VALUES (<1>, <'x'>);\n\n"


def test_defaults_in_python_are_computed_for_each_row() -> None:
    numbers = iter(range(5, 9))
    table = sa.Table(
        "t",
        sa.MetaData(),
        sa.Column("a", sa.Integer),
        sa.Column("n", sa.Integer, default=lambda: next(numbers)),
        sa.Column("s", sa.String, default="it's"),
    )
    stream = io.StringIO()
    TextSink(stream, SQLiteDialect_pysqlite()).insert(table.insert(), Rows(("a",), [[1, 2]]))
    assert stream.getvalue() == (
        "INSERT INTO t (a, n, s) VALUES (1, 5, 'it''s');\n\nINSERT INTO t (a, n, s) VALUES (2, 6, 'it''s');\n\n"
    )


def test_a_value_without_a_literal_is_an_error_that_says_what_to_do() -> None:
    table = sa.table("t", sa.column("a", sa.Integer))
    with pytest.raises(CommandError, match="cannot be written as text") as caught:
        TextSink(io.StringIO(), SQLiteDialect_pysqlite()).insert(table.insert(), Rows(("a",), [[object()]]))
    assert "op.inline_literal" in str(caught.value.remedy)


def test_memory_is_the_same_for_any_number_of_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whimbrel.ddl.rows.AT_ONCE", 1000)

    class Nowhere(io.StringIO):
        def write(self, text: str) -> int:
            return len(text)

    def rows(count: int) -> Iterator[dict[str, Any]]:
        return ({"a": number, "b": f"number {number}"} for number in range(count))

    def peak(count: int) -> int:
        impl = DefaultImpl(SQLiteDialect_pysqlite(), None, True, None, Nowhere(), {})
        tracemalloc.start()
        impl.bulk_insert(sa.table("t", sa.column("a", sa.Integer), sa.column("b", sa.String)), rows(count))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    few, many = peak(3_000), peak(30_000)
    assert many < few * 1.3


# -- on databases -----------------------------------------------------------------------------------------------------

EVERYTHING: list[tuple[Any, st.SearchStrategy[Any]]] = [
    (sa.Integer(), st.integers(-(2**31), 2**31 - 1)),
    (sa.BigInteger(), integers),
    (sa.Double(), floats.filter(lambda value: value == 0 or 1e-300 < abs(value) < 1e300)),
    (sa.Numeric(12, 2), st.decimals(-1000, 1000, places=2)),
    (sa.String(200), texts.map(lambda text: text[:50])),
    (sa.Boolean(), st.booleans()),
    (sa.Enum(Mood, native_enum=False), st.sampled_from(Mood)),
    (sa.Date(), st.dates(datetime.date(1000, 1, 1))),
    (sa.DateTime(), st.datetimes(datetime.datetime(1971, 1, 1)).map(lambda value: value.replace(microsecond=0))),
    (sa.Uuid(), st.uuids(version=4)),  # MariaDB looks at the version
    (sa.JSON(), st.recursive(texts | st.integers(-100, 100) | st.none(), st.lists)),
    (sa.LargeBinary(), st.binary(max_size=50)),
]
KEYS = tuple(f"c{number}" for number in range(len(EVERYTHING)))
a_row = st.tuples(*(values | st.none() for _, values in EVERYTHING))


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.lists(a_row, min_size=2, max_size=4))
def test_rows_written_and_executed_are_the_rows_bound(database: Any, data: list[tuple[Any, ...]]) -> None:
    rows = [dict(zip(KEYS, values, strict=True)) for values in data]
    with database.engine().connect() as connection:
        table = sa.Table(
            "t",
            sa.MetaData(),
            *(sa.Column(key, type_) for key, (type_, _) in zip(KEYS, EVERYTHING, strict=True)),
        )
        table.create(connection, checkfirst=True)

        def found() -> list[tuple[Any, ...]]:
            return sorted(map(tuple, connection.execute(sa.select(table))), key=repr)

        connection.execute(table.insert(), rows)
        bound = found()

        connection.execute(table.delete())
        Operations(MigrationContext.configure(connection)).bulk_insert(table, rows)
        assert found() == bound, "over the driver"

        connection.execute(table.delete())
        stream = io.StringIO()
        written = MigrationContext.configure(dialect=connection.dialect, opts={"as_sql": True, "output_buffer": stream})
        Operations(written).bulk_insert(table, rows)
        cursor = connection.connection.cursor()
        for statement in stream.getvalue().removesuffix(";\n\n").split(";\n\nINSERT INTO t "):
            cursor.execute(statement if statement.startswith("INSERT") else f"INSERT INTO t {statement}")
        assert found() == bound, "as text"
        connection.execute(table.delete())
        connection.commit()


def test_the_same_decimals_and_uuids_in_any_spelling() -> None:
    table = sa.table("t", sa.column("a", sa.Numeric), sa.column("b", sa.Uuid))
    stream = io.StringIO()
    rows = Rows(("a", "b"), [[decimal.Decimal("1.50"), decimal.Decimal("1E+3")], [uuid.UUID(int=1)] * 2])
    TextSink(stream, PGDialect_psycopg()).insert(table.insert(), rows)
    assert stream.getvalue() == (
        "INSERT INTO t (a, b) VALUES (1.50, '00000000-0000-0000-0000-000000000001');\n\n"
        "INSERT INTO t (a, b) VALUES (1E+3, '00000000-0000-0000-0000-000000000001');\n\n"
    )


POSTGRESQL: list[tuple[Any, Any]] = [
    (postgresql.ARRAY(sa.Integer), [1, None, 3]),
    (postgresql.ARRAY(sa.String), ["a'b", None, "\\"]),
    (postgresql.ARRAY(sa.Integer), []),
    (postgresql.ARRAY(sa.Integer, dimensions=2), [[1, 2], [3, None]]),
    (postgresql.ARRAY(sa.Date), [datetime.date(2020, 1, 2)]),
    (postgresql.ARRAY(sa.Enum(Mood, name="mood")), [Mood.calm, Mood.cross]),
    (sa.Enum(Mood, name="mood"), Mood.calm),
    (postgresql.INET(), "10.0.0.1"),
    (postgresql.MACADDR(), "08:00:2b:01:02:03"),
    (postgresql.BIT(3), "101"),
    (postgresql.TSVECTOR(), "'it''s'"),
    (postgresql.JSONB(), {"a": [1, None]}),
    (postgresql.INTERVAL(), datetime.timedelta(days=3, seconds=5)),
    (postgresql.UUID(as_uuid=False), "00000000-0000-4000-8000-000000000001"),
    (sa.PickleType(), {"a": 1}),
]
MYSQL: list[tuple[Any, Any]] = [
    (mysql.SET("a", "b", "c"), {"a", "b"}),
    (mysql.ENUM("x", "it's"), "it's"),
    (mysql.BIT(3), 5),
    (mysql.YEAR(), 2020),
    (mysql.TIME(fsp=6), datetime.time(1, 2, 3, 4)),
    (mysql.DATETIME(fsp=6), datetime.datetime(2020, 1, 1, 1, 1, 1, 123456)),
    (mysql.BINARY(3), b"a'\\"),
    (mysql.LONGTEXT(), "x\\y'z%"),
    (mysql.INTEGER(unsigned=True), 2**32 - 1),
    (sa.PickleType(), [1]),
]


def name_of_type(item: Any) -> str | None:
    return repr(item) if isinstance(item, sa.types.TypeEngine) else ""


def bound_driven_and_written(database: Any, type_: Any, value: Any) -> list[list[Any]]:
    """Return what a table holds after SQLAlchemy, the driver and a script have each inserted *value* and a NULL."""
    rows = [{"id": 1, "v": value}, {"id": 2, "v": None}]
    found: list[list[Any]] = []
    with database.engine().connect() as connection:
        table = sa.Table("t", sa.MetaData(), sa.Column("id", sa.Integer), sa.Column("v", type_))
        table.create(connection)
        stream = io.StringIO()
        options = {"as_sql": True, "output_buffer": stream}
        Operations(MigrationContext.configure(dialect=connection.dialect, opts=options)).bulk_insert(table, rows)

        def script() -> None:
            for statement in stream.getvalue().strip().split(";\n\n"):
                connection.connection.cursor().execute(statement.rstrip(";"))

        op = Operations(MigrationContext.configure(connection))
        for insert in (lambda: connection.execute(table.insert(), rows), lambda: op.bulk_insert(table, rows), script):
            insert()
            found.append([tuple(row) for row in connection.execute(sa.select(table).order_by(table.c.id))])
            connection.execute(table.delete())
        connection.commit()
    return found


@pytest.mark.parametrize(("type_", "value"), POSTGRESQL, ids=name_of_type)
def test_types_of_postgresql_bound_driven_and_written(postgresql_database: Any, type_: Any, value: Any) -> None:
    bound, driven, written = bound_driven_and_written(postgresql_database, type_, value)
    assert bound[0][1] is not None
    assert driven == bound
    assert written == bound


@pytest.mark.parametrize(("type_", "value"), MYSQL, ids=name_of_type)
def test_types_of_mysql_bound_driven_and_written(mysql_database: Any, type_: Any, value: Any) -> None:
    bound, driven, written = bound_driven_and_written(mysql_database, type_, value)
    assert bound[0][1] is not None
    assert driven == bound
    assert written == bound
