"""A statement that is sent as the driver takes it does what SQLAlchemy would do with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from testing.databases import Database
from whimbrel.runtime.repeated import RepeatedStatement

MOMENT = datetime(2026, 11, 22, 12, 30, 15)
ROW: dict[str, Any] = {"id": 1, "name": "100 % 'ä' :x", "at": MOMENT, "seconds": 0.25, "sure": True, "order": None}


@pytest.fixture
def table() -> sa.Table:
    return sa.Table(
        "repeated",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(50)),
        sa.Column("at", sa.DateTime),
        sa.Column("seconds", sa.Float),
        sa.Column("sure", sa.Boolean),
        sa.Column("order", sa.Integer),
    )


def test_what_is_written_is_what_is_read(database: Database, table: sa.Table) -> None:
    insert = RepeatedStatement(table.insert(), tuple(ROW))
    where = table.c.id == sa.bindparam("of")
    update = RepeatedStatement(table.update().where(where), ("order", "name"))
    delete = RepeatedStatement(table.delete().where(where))
    with database.engine().begin() as connection:
        table.create(connection)
        for number in (1, 2, 3):
            insert.execute(connection, {**ROW, "id": number})
        assert update.execute(connection, {"of": 2, "name": "two", "order": 7}).rowcount == 1
        assert delete.execute(connection, {"of": 3}).rowcount == 1
        assert delete.execute(connection, {"of": 4}).rowcount == 0
        rows = [dict(row._mapping) for row in connection.execute(sa.select(table).order_by(table.c.id))]
    assert rows == [ROW, {**ROW, "id": 2, "name": "two", "order": 7}]


def test_a_schema_is_translated(sqlite_database: Database, table: sa.Table) -> None:
    elsewhere = table.to_metadata(sa.MetaData(), schema="a")
    insert = RepeatedStatement(elsewhere.insert(), tuple(ROW))
    with sqlite_database.engine().begin() as connection:
        table.create(connection)
        insert.execute(connection.execution_options(schema_translate_map={"a": None}), ROW)
        assert connection.scalar(sa.select(sa.func.count()).select_from(table)) == 1
