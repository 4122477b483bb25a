"""Rows over the driver: as few statements as there can be, and SQLAlchemy's own way wherever it does more."""

from __future__ import annotations

import asyncio
import datetime
import enum
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from testing.wings import operations
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext


class Mood(enum.Enum):
    calm = 1
    cross = 2


T = sa.table(
    "t", sa.column("id", sa.Integer), sa.column("born", sa.Date), sa.column("mood", sa.Enum(Mood, native_enum=False))
)
BORN = datetime.date(2020, 1, 2)


@pytest.fixture
def op(database: Any) -> Iterator[Operations]:
    with operations(database) as op:
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("born", sa.Date), sa.Column("mood", sa.String(9)))
        yield op


def listened(op: Operations) -> list[tuple[str, int]]:
    """Return a list that each statement's first word, and its number of rows, will be put into."""
    seen: list[tuple[str, int]] = []

    @sa.event.listens_for(op.get_bind(), "before_cursor_execute")
    def look(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        seen.append((statement.split()[0], len(parameters) if executemany else 1))

    return seen


def found(op: Operations) -> list[Any]:
    return [tuple(row) for row in op.get_bind().execute(sa.select(T).order_by(T.c.id))]


def test_rows_alike_are_one_call_of_the_driver(op: Operations) -> None:
    seen = listened(op)
    op.bulk_insert(T, [{"id": 1, "born": BORN, "mood": Mood.calm}, {"mood": None, "id": 2, "born": None}])
    assert seen == [("INSERT", 2)]
    assert found(op) == [(1, BORN, Mood.calm), (2, None, None)]


def test_ten_thousand_rows_go_at_once(op: Operations) -> None:
    seen = listened(op)
    op.bulk_insert(T, ({"id": number} for number in range(25_000)))
    assert seen == [("INSERT", 10_000), ("INSERT", 10_000), ("INSERT", 5_000)]
    assert op.get_bind().scalar(sa.select(sa.func.count(sa.distinct(T.c.id)))) == 25_000


def test_the_driver_is_given_positions_not_names(op: Operations) -> None:
    given: list[Any] = []

    @sa.event.listens_for(op.get_bind(), "before_cursor_execute")
    def look(conn: Any, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool) -> None:
        given.append(parameters)

    op.bulk_insert(T, [{"mood": Mood.calm, "id": 1}, {"mood": Mood.cross, "id": 2}])
    assert given == [[(1, "calm"), (2, "cross")]]


class Shouted(sa.types.TypeDecorator[str]):
    impl = sa.String
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return value.upper() if value is not None else None


def test_a_value_that_does_not_go_with_its_column_is_sqlalchemys_error(op: Operations) -> None:
    table = sa.table("t", sa.column("id", sa.Integer), sa.column("mood", Shouted))
    op.bulk_insert(table, [{"id": 1, "mood": "calm"}, {"id": 2, "mood": None}])
    with pytest.raises(sa.exc.StatementError, match="'int' object has no attribute 'upper'"):
        op.bulk_insert(table, [{"id": 3, "mood": "calm"}, {"id": 4, "mood": 5}])
    assert op.get_bind().execute(sa.text("SELECT id, mood FROM t ORDER BY id")).all() == [(1, "CALM"), (2, None)]


def test_defaults_in_python_are_sqlalchemys(op: Operations) -> None:
    numbers = iter((7, 8))
    table = sa.Table(
        "t", sa.MetaData(), sa.Column("id", sa.Integer, default=lambda: next(numbers)), sa.Column("born", sa.Date)
    )
    op.bulk_insert(table, [{"born": BORN}, {"born": None}])
    assert found(op) == [(7, BORN, None), (8, None, None)]


def test_listeners_of_statements_hear_of_them(op: Operations) -> None:
    heard: list[int] = []

    @sa.event.listens_for(op.get_bind(), "before_execute")
    def look(conn: Any, element: Any, multiparams: Any, params: Any, execution_options: Any) -> None:
        heard.append(len(multiparams))

    op.bulk_insert(T, [{"id": 1}, {"id": 2}])
    assert heard == [2]


def test_schemas_are_translated(database: Any) -> None:
    with database.engine().connect() as connection:
        schema = connection.dialect.default_schema_name or "main"
        connection = connection.execution_options(schema_translate_map={"elsewhere": schema})
        op = Operations(MigrationContext.configure(connection))
        table = op.create_table("t", sa.Column("id", sa.Integer), schema="elsewhere")
        op.bulk_insert(table, [{"id": 1}, {"id": 2}])
        assert connection.scalars(sa.select(table.c.id)).all() == [1, 2]


def test_over_async_drivers_too(database: Any) -> None:
    def insert(connection: sa.Connection) -> list[Any]:
        op = Operations(MigrationContext.configure(connection))
        op.create_table("t", sa.Column("id", sa.Integer), sa.Column("born", sa.Date), sa.Column("mood", sa.String(9)))
        op.bulk_insert(T, [{"id": 1, "born": BORN, "mood": Mood.calm}, {"id": 2, "born": None, "mood": None}])
        return found(op)

    async def main() -> list[Any]:
        engine = database.async_engine()
        async with engine.connect() as connection:
            rows: list[Any] = await connection.run_sync(insert)
        await engine.dispose()
        return rows

    assert asyncio.run(main()) == [(1, BORN, Mood.calm), (2, None, None)]


@pytest.mark.parametrize("name", ["5% of", "a b", "a:b", "a(b)", "select", "ü", "%s", "it's"])
def test_odd_names_of_columns(database: Any, name: str) -> None:
    with operations(database) as op:
        table = op.create_table("t %s", sa.Column("id", sa.Integer), sa.Column(name, sa.String(20)))
        op.bulk_insert(table, [{"id": 1, name: "50% :x"}, {"id": 2, name: None}])
        assert op.get_bind().execute(sa.select(table).order_by(table.c.id)).all() == [(1, "50% :x"), (2, None)]
