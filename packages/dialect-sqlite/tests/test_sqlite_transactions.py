"""SQLite's DDL is transactional once a real BEGIN is issued: whatever fails half-way leaves nothing."""

from __future__ import annotations

import asyncio
import io
import sqlite3
import sys
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Connection, Engine, Integer

from testing.databases import Database
from testing.wings import apply
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext
from whimbrel_sqlite.impl import SQLiteImpl


class HalfWay(Exception):
    """What goes wrong in the middle of a revision."""


def two_tables(connection: Connection, *, fail: bool) -> None:
    """A revision that creates one table, and then another or fails."""
    context = MigrationContext.configure(connection)
    with context.begin_transaction():
        op = Operations(context)
        op.create_table("one", Column("id", Integer))
        op.execute("INSERT INTO one VALUES (1)")
        op.alter_column("one", "id", new_column_name="number")
        if fail:
            raise HalfWay
        op.create_table("two", Column("id", Integer))


def tables(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return sa.inspect(connection).get_table_names()


def begin_by_hand(engine: Engine) -> None:
    """The recipe of SQLAlchemy's documentation: the driver keeps out of it, the application issues BEGIN."""

    @sa.event.listens_for(engine, "connect")
    def connect(dbapi_connection: sqlite3.Connection, record: object) -> None:
        dbapi_connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")


ENGINES: dict[str, Callable[[Database], Engine]] = {
    "as it comes": lambda database: database.engine(),
    "driver begins at once": lambda database: database.engine(connect_args={"isolation_level": "IMMEDIATE"}),
    "an isolation level": lambda database: database.engine(isolation_level="READ UNCOMMITTED"),
    "begun by the application": lambda database: _with(begin_by_hand, database.engine()),
}
if sys.version_info >= (3, 12):
    ENGINES["autocommit=False"] = lambda database: database.engine(connect_args={"autocommit": False})


def _with(change: Callable[[Engine], None], engine: Engine) -> Engine:
    change(engine)
    return engine


def test_sqlite_says_that_its_ddl_is_transactional() -> None:
    assert SQLiteImpl.transactional_ddl is True


@pytest.mark.parametrize("name", ENGINES)
def test_half_a_revision_leaves_nothing(sqlite_database: Database, name: str) -> None:
    engine = ENGINES[name](sqlite_database)
    with engine.connect() as connection:
        with pytest.raises(HalfWay):
            two_tables(connection, fail=True)
        assert tables(engine) == []
        # The connection is fit for the next attempt.
        two_tables(connection, fail=False)
    assert tables(engine) == ["one", "two"]


def test_without_begin_half_would_be_left(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the BEGIN is for: Python's driver by itself begins at the INSERT, and CREATE TABLE is committed."""
    monkeypatch.setattr(SQLiteImpl, "begin_session", lambda self, connection: None)
    engine = sqlite_database.engine()
    with engine.connect() as connection, pytest.raises(HalfWay):
        two_tables(connection, fail=True)
    assert tables(engine) == ["one"]


@pytest.mark.parametrize("fail", [True, False])
def test_aiosqlite(sqlite_database: Database, fail: bool) -> None:
    async def migrate() -> None:
        engine = sqlite_database.async_engine()
        try:
            async with engine.connect() as connection:
                await connection.run_sync(two_tables, fail=fail)
        except HalfWay:
            assert fail
        finally:
            await engine.dispose()

    asyncio.run(migrate())
    assert tables(sqlite_database.engine()) == ([] if fail else ["one", "two"])


def test_a_driver_told_to_commit_by_itself_is_left_alone(sqlite_database: Database) -> None:
    engine = sqlite_database.engine(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        with pytest.raises(HalfWay):
            two_tables(connection, fail=True)
        assert not connection.connection.driver_connection.in_transaction
    assert tables(engine) == ["one"]


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sqlite3's autocommit attribute came with Python 3.12")
def test_the_autocommit_attribute_is_respected(sqlite_database: Database) -> None:
    engine = sqlite_database.engine(connect_args={"autocommit": True})
    with engine.connect() as connection:
        two_tables(connection, fail=False)
    assert tables(engine) == ["one", "two"]


def test_an_autocommit_block_is_outside_of_the_transaction(sqlite_database: Database) -> None:
    """PRAGMA foreign_keys does nothing inside of one: https://www.sqlite.org/pragma.html#pragma_foreign_keys"""

    def fail_after_a_block(op: Operations) -> None:
        op.create_table("one", Column("id", Integer))
        with op.get_context().autocommit_block():
            op.execute("PRAGMA foreign_keys = ON")
        assert op.get_bind().exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        op.create_table("two", Column("id", Integer))
        raise HalfWay

    with pytest.raises(HalfWay):
        apply(sqlite_database, fail_after_a_block)
    # Committed by the block; rolled back after it.
    assert tables(sqlite_database.engine()) == ["one"]


def test_text_is_between_begin_and_commit() -> None:
    stream = io.StringIO()
    context = MigrationContext.configure(dialect_name="sqlite", opts={"as_sql": True, "output_buffer": stream})
    with context.begin_transaction():
        Operations(context).drop_table("t")
    assert stream.getvalue() == "BEGIN;\n\nDROP TABLE t;\n\nCOMMIT;\n\n"
