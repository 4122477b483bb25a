"""No row goes, and none is left without its parent, when a table that others refer to is made anew."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Connection, String

from testing.databases import Database
from testing.sqlite import Enforcing, everything, raw, rows, script
from testing.wings import apply, operations
from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext
from whimbrel_sqlite import foreign_keys

START = """
CREATE TABLE parent (id INTEGER PRIMARY KEY, name TEXT, CONSTRAINT uq UNIQUE (name));
CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INT REFERENCES Parent ON DELETE CASCADE);
CREATE TABLE named (name TEXT REFERENCES parent (name) ON DELETE SET NULL);
CREATE TABLE tree (id INTEGER PRIMARY KEY, up INT REFERENCES tree ON DELETE CASCADE);
CREATE TABLE alone (id INTEGER PRIMARY KEY, name TEXT);
INSERT INTO parent VALUES (1, 'a'), (2, 'b');
INSERT INTO child VALUES (10, 1), (11, 2), (12, NULL);
INSERT INTO named VALUES ('a'), (NULL);
INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 2);
"""
OLD_DRIVER = sys.version_info < (3, 12)


def wider(op: Operations, table: str = "parent") -> None:
    with op.batch_alter_table(table, recreate="always") as batch:
        batch.add_column(Column("more", String(50)))


def enforced(op: Operations) -> bool:
    return bool(op.get_bind().exec_driver_sql("PRAGMA foreign_keys").scalar())


def rows_of(database: Database) -> dict[str, list[Any]]:
    return {table: rows(database, f"SELECT * FROM {table}") for table in ("child", "named", "alone")} | {
        table: rows(database, f"SELECT id FROM {table}") for table in ("parent", "tree")
    }


@pytest.fixture
def database(sqlite_database: Database) -> Database:
    """The start, on connections that enforce foreign keys."""
    script(sqlite_database, START)
    return Enforcing(sqlite_database)


@pytest.fixture
def old_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """A driver without setconfig(), as before Python 3.12."""
    monkeypatch.setattr(foreign_keys, "_switch", lambda driver: None)


@pytest.mark.parametrize("table", ["parent", "child", "named", "tree", "alone"])
def test_every_row_stays(database: Database, table: str) -> None:
    before = rows_of(database)
    with operations(database) as op:
        wider(op, table)
    after = rows_of(database)
    had = len(before[table][0]) if before[table] else 0
    after[table] = [row[:had] for row in after[table]]
    assert after == before


def test_enforcement_goes_on_after_the_block(database: Database) -> None:
    """With setconfig() at once, without it as soon as the transaction has ended."""
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with context.begin_transaction(_per_migration=True):
            op = Operations(context)
            wider(op)
            assert enforced(op) is not OLD_DRIVER
        assert enforced(op)
        with pytest.raises(sa.exc.IntegrityError, match="FOREIGN KEY constraint failed"):
            op.execute("INSERT INTO child VALUES (13, 99)")


@pytest.mark.usefixtures("old_driver")
@pytest.mark.parametrize("fail", [True, False])
def test_enforcement_comes_back_when_the_transaction_ends(database: Database, fail: bool) -> None:
    before = rows_of(database)
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        op = Operations(context)

        def revision() -> None:
            with context.begin_transaction(_per_migration=True):
                wider(op)
                assert not enforced(op)
                if fail:
                    raise KeyboardInterrupt

        if fail:
            with pytest.raises(KeyboardInterrupt):
                revision()
        else:
            revision()
        assert enforced(op)
    assert rows_of(database) == before


@pytest.mark.usefixtures("old_driver")
def test_rows_orphaned_later_in_the_transaction_are_found_before_commit(database: Database) -> None:
    def orphan(op: Operations) -> None:
        wider(op)
        op.execute("DELETE FROM parent WHERE id = 1")  # nothing cascades now

    with raw(database) as connection:
        before = everything(connection)
        with pytest.raises(CommandError) as caught:
            apply(database, orphan)
        assert everything(connection) == before
    assert str(caught.value) == (
        "Foreign keys would be violated after this transaction:\n"
        "  table child: the row with rowid 10 refers to a row of Parent that is not there\n"
        "  table named: the row with rowid 1 refers to a row of parent that is not there\n"
        "Put the rows right first, in this revision or before it: PRAGMA foreign_key_check lists them all."
    )


@pytest.mark.usefixtures("old_driver")
@pytest.mark.parametrize(
    "first",
    ["INSERT INTO alone VALUES (1, 'x')", "CREATE TABLE another (a INT)", "CREATE TEMP TABLE another (a INT)"],
)
def test_refused_once_something_is_written(database: Database, first: str) -> None:
    def late(op: Operations) -> None:
        op.execute(first)
        wider(op)

    with raw(database) as connection:
        before = everything(connection)
        with pytest.raises(UnsupportedOperation) as caught:
            apply(database, late)
        assert everything(connection) == before
    assert str(caught.value) == (
        "Table parent cannot be made anew here: PRAGMA foreign_keys is on, other tables refer to it, and something "
        "has been written in this transaction already. SQLite would delete the rows that refer to it, and Python "
        "before 3.12 cannot tell it not to.\n"
        "Make this block the first in its revision, or give it a revision of its own, or put it into\n"
        "    with op.get_context().autocommit_block(): ...\n"
        "or run the migration with Python 3.12 or newer."
    )


@pytest.mark.skipif(OLD_DRIVER, reason="sqlite3.Connection.setconfig came with Python 3.12")
def test_with_setconfig_nothing_needs_to_come_first(database: Database) -> None:
    before = rows_of(database)
    with operations(database) as op:
        op.execute("CREATE TABLE another (a INT)")
        wider(op)
        assert enforced(op)
        wider(op, "tree")
    assert [row[0] for row in rows(database, "SELECT id FROM parent")] == [1, 2]
    assert rows_of(database) == before


def test_in_an_autocommit_block(database: Database) -> None:
    before = rows_of(database)
    with operations(database) as op:
        op.execute("INSERT INTO alone VALUES (1, 'x')")
        with op.get_context().autocommit_block():
            wider(op)
            assert enforced(op)
        assert enforced(op)
    assert rows_of(database) == {**before, "alone": [(1, "x")]}


@pytest.mark.usefixtures("old_driver")
def test_a_transaction_of_the_caller_is_left_alone(database: Database) -> None:
    """It cannot be ended here, even if nothing has been written."""
    with database.engine().begin() as connection:
        context = MigrationContext.configure(connection)
        with context.begin_transaction(), pytest.raises(UnsupportedOperation, match="cannot be made anew here"):
            wider(Operations(context))


@pytest.mark.usefixtures("old_driver")
def test_several_blocks_in_one_transaction(database: Database) -> None:
    before = rows_of(database)
    with operations(database) as op:
        wider(op)
        wider(op, "tree")
        wider(op, "child")
    assert {**rows_of(database), "child": before["child"]} == before


@pytest.mark.usefixtures("old_driver")
def test_dropping_a_column_needs_no_rest(database: Database) -> None:
    """Asking SQLite what uses the column writes nothing, so that a block that comes next may still begin again."""
    with operations(database) as op:
        with op.batch_alter_table("child") as batch:
            batch.drop_column("parent_id")
        assert enforced(op)
        wider(op, "alone")
        assert enforced(op)


def test_what_was_violated_before_stays_so(database: Database) -> None:
    script(database, "INSERT INTO child VALUES (14, 99); INSERT INTO child VALUES (15, 98)")
    before = rows(database, "PRAGMA foreign_key_check")
    assert len(before) == 2
    with operations(database) as op:
        wider(op, "child")
    with operations(database) as op:
        wider(op)
    assert rows(database, "PRAGMA foreign_key_check") == before


@pytest.mark.parametrize("on", [True, False])
def test_what_a_rebuild_would_violate_is_named(sqlite_database: Database, on: bool) -> None:
    script(sqlite_database, START)
    database = Enforcing(sqlite_database) if on else sqlite_database

    def lose_the_key(op: Operations) -> None:
        with op.batch_alter_table("parent") as batch:
            batch.drop_constraint("uq")

    def refer(op: Operations) -> None:
        with op.batch_alter_table("child") as batch:
            batch.create_foreign_key("fk", "alone", ["id"], ["id"])

    with raw(database) as connection:
        before = everything(connection)
        for change, said in {
            lose_the_key: 'table named: foreign key mismatch - "named" referencing "parent"',
            refer: "table child: the row with rowid 10 refers to a row of alone that is not there",
        }.items():
            with pytest.raises(CommandError) as caught:
                apply(database, change)
            assert said in caught.value.message.splitlines()[1]
            assert everything(connection) == before


def test_aiosqlite(database: Database) -> None:
    before = rows_of(database)

    def change(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")
        connection.rollback()
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with context.begin_transaction(_per_migration=True):
            wider(Operations(context))
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1

    async def migrate() -> None:
        engine = database.async_engine()
        async with engine.connect() as connection:
            await connection.run_sync(change)
        await engine.dispose()

    asyncio.run(migrate())
    assert rows_of(database) == before


BEGINNINGS: dict[str, Callable[[Database], sa.Engine]] = {
    "IMMEDIATE": lambda database: database.engine(connect_args={"isolation_level": "IMMEDIATE"}),
    "by the application": lambda database: begun_by_hand(database.engine()),
}


def begun_by_hand(engine: sa.Engine) -> sa.Engine:
    @sa.event.listens_for(engine, "connect")
    def connect(connection: object, record: object) -> None:
        connection.isolation_level = None  # type: ignore[attr-defined]  # of sqlite3.Connection

    @sa.event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


@pytest.mark.usefixtures("old_driver")
@pytest.mark.parametrize("name", BEGINNINGS)
def test_however_a_transaction_begins(database: Database, name: str) -> None:
    before = rows_of(database)
    with BEGINNINGS[name](database).connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": True})
        with context.begin_transaction(_per_migration=True):
            wider(Operations(context))
        assert enforced(Operations(context))
    assert rows_of(database) == before
