"""SQLAlchemy's event ``column_reflect``: packages with types of their own say there what a column is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.types import UserDefinedType

from testing.databases import Database
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import compare_metadata


class Moment(UserDefinedType[Any]):
    """A type that the database keeps as an integer."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        return "MOMENT"


HEARD: list[tuple[str, str | None, str]] = []


@pytest.fixture
def listener() -> Iterator[None]:
    def hear(inspector: sa.Inspector, table: sa.Table, column: Any) -> None:
        HEARD.append((table.name, table.schema, column["name"]))
        if column["name"].endswith("_at"):
            column["type"] = Moment()

    HEARD.clear()
    sa.event.listen(sa.Table, "column_reflect", hear)
    yield
    sa.event.remove(sa.Table, "column_reflect", hear)


def differences(database: Database) -> list[Any]:
    metadata = sa.MetaData()
    key = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
    sa.Table("egg", metadata, key, sa.Column("laid_at", Moment))
    with database.engine().begin() as connection:
        connection.exec_driver_sql("CREATE TABLE egg (id INTEGER NOT NULL PRIMARY KEY, laid_at INTEGER)")
        context = MigrationContext.configure(connection)
        return compare_metadata(context, metadata)


def test_a_listener_says_what_a_column_is(listener: None, database: Database) -> None:
    assert differences(database) == []
    assert HEARD == [("egg", None, "id"), ("egg", None, "laid_at")]


def test_without_it_the_type_differs(sqlite_database: Database) -> None:
    ((modified,),) = differences(sqlite_database)
    assert modified[0] == "modify_type"
