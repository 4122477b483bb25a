"""Limits over async drivers, behind a pooler, and in a transaction that is the caller's."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.holding import wait_until
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import MigrationFailed

ASYNC = """
from whimbrel import context

def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def main():
    async with context.connect_async() as connection:
        await connection.run_sync(run)

context.run_async(main)
"""
ALTER = 'op.add_column("book", sa.Column("pages", sa.Integer))'
TIMEOUTS = "SELECT current_setting('lock_timeout'), current_setting('statement_timeout')"


def with_book(database: Database) -> sa.Connection:
    """Make a table, and return a connection whose transaction has read it."""
    with database.engine().begin() as connection:
        connection.execute(sa.text("CREATE TABLE book (id INTEGER)"))
    reader = database.engine().connect()
    reader.execute(sa.text("SELECT id FROM book")).close()
    return reader


def session_of(connection: sa.Connection) -> str:
    if connection.dialect.name == "postgresql":
        return f"server process {connection.execute(sa.text('SELECT pg_backend_pid()')).scalar_one()}"
    return f"connection {connection.execute(sa.text('SELECT CONNECTION_ID()')).scalar_one()}"


@pytest.mark.parametrize("backend", ["postgresql", "mysql"])
def test_over_an_async_driver_it_is_the_same(
    new_database: Callable[[str], Database], tmp_path: Path, backend: str, caplog: pytest.LogCaptureFixture
) -> None:
    database = new_database(backend)
    project = Project(tmp_path, database.async_url, ASYNC)
    project.add("a1", upgrade=ALTER)
    config = project.config(lock_timeout="1s", retries="1")
    with with_book(database) as holder:
        with pytest.raises(MigrationFailed) as caught:
            command.upgrade(config, "head")
        assert session_of(holder) in str(caught.value)
    assert caplog.text.count("again in") == (1 if backend == "postgresql" else 0)
    command.upgrade(config, "head")
    assert [column["name"] for column in sa.inspect(database.engine()).get_columns("book")] == ["id", "pages"]


def test_an_async_sqlite_waits_as_long_as_said_and_says_what_it_cannot(
    sqlite_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    project = Project(tmp_path, sqlite_database.async_url, ASYNC)
    project.add("a1", upgrade='assert op.get_bind().exec_driver_sql("PRAGMA busy_timeout").scalar() == 70')
    command.upgrade(project.config(lock_timeout="70ms", statement_timeout="5s"), "head")
    assert caplog.text.count("statement_timeout has no effect with aiosqlite.") == 1


def test_the_first_revision_of_all_is_tried_again_too(
    postgresql_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1", upgrade=ALTER)
    project.add("b2", "a1")
    holder = with_book(postgresql_database)

    def let_go() -> None:
        wait_until(lambda: "again in" in caplog.text)
        holder.close()

    other = threading.Thread(target=let_go)
    other.start()
    command.upgrade(project.config(lock_timeout="200ms", retries="20"), "head")
    other.join()
    with postgresql_database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars().all() == ["b2"]


def test_a_file_of_sqlite_that_is_locked_is_come_back_to_with_its_records(
    sqlite_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.add("a1")
    writer = sqlite3.connect(sqlite_database.engine().url.database or "", check_same_thread=False)
    writer.execute("BEGIN IMMEDIATE")

    def let_go() -> None:
        wait_until(lambda: "again in" in caplog.text)
        writer.close()

    other = threading.Thread(target=let_go)
    other.start()
    command.upgrade(project.config(lock_timeout="50ms", retries="20"), "head")
    other.join()
    with sqlite_database.engine().connect() as connection:
        records = connection.execute(sa.text("SELECT revision, outcome FROM whimbrel_history")).all()
    assert [tuple(record) for record in records] == [("a1", "done")]


def test_a_deadlock_is_tried_again_without_any_setting(
    postgresql_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add(
        "a1",
        upgrade="""
        import pathlib, time
        op.execute("LOCK TABLE mine")
        pathlib.Path({mark!r}).touch()
        op.execute("LOCK TABLE theirs")""".format(mark=str(tmp_path / "locked")),
    )
    with postgresql_database.engine().begin() as connection:
        connection.execute(sa.text("CREATE TABLE mine (id INTEGER)"))
        connection.execute(sa.text("CREATE TABLE theirs (id INTEGER)"))

    def cross() -> None:
        with postgresql_database.engine().connect() as connection:
            connection.execute(sa.text("SET deadlock_timeout = '1h'"))  # the other one is to be the victim
            connection.execute(sa.text("LOCK TABLE theirs"))
            ready.set()
            wait_until((tmp_path / "locked").exists)
            connection.execute(sa.text("LOCK TABLE mine"))

    ready = threading.Event()
    other = threading.Thread(target=cross)
    other.start()
    assert ready.wait(60)
    command.upgrade(project.config(), "head")
    other.join()
    assert "DeadlockDetected" in caplog.text
    assert "(1 of 3)" in caplog.text


def test_behind_a_pooler_no_session_keeps_a_limit(
    pooled_postgresql: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    in_block = f"assert op.get_bind().exec_driver_sql({TIMEOUTS!r}).one() == ('0', '0')"
    project = Project(tmp_path, pooled_postgresql.url)
    project.add("a1", upgrade=f"assert op.get_bind().exec_driver_sql({TIMEOUTS!r}).one() == ('2s', '1min')")
    project.add("b2", "a1", upgrade=f"with op.get_context().autocommit_block():\n    {in_block}")
    command.upgrade(project.config(lock_timeout="2s", statement_timeout="1min"), "head")
    assert caplog.text.count("Behind a pooler, lock_timeout and statement_timeout have no effect") == 1
    with pooled_postgresql.engine().connect() as one, pooled_postgresql.engine().connect() as two:
        assert [tuple(item.exec_driver_sql(TIMEOUTS).one()) for item in (one, two)] == [("0", "0")] * 2


def test_the_transaction_of_a_caller_has_its_own_limits_again(
    postgresql_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1", upgrade=f"assert op.get_bind().exec_driver_sql({TIMEOUTS!r}).one() == ('2s', '3s')")
    project.add("b2", "a1", upgrade=ALTER)
    config = project.config(lock_timeout="2s", retries="3")
    with postgresql_database.engine().connect() as connection, connection.begin():
        connection.exec_driver_sql("SET LOCAL statement_timeout = '3s'")
        config.attributes["connection"] = connection
        command.upgrade(config, "a1")
        assert tuple(connection.exec_driver_sql(TIMEOUTS).one()) == ("0", "3s")
    config = project.config(lock_timeout="200ms", retries="3")
    with with_book(postgresql_database), postgresql_database.engine().connect() as connection:
        transaction = connection.begin()
        config.attributes["connection"] = connection
        with pytest.raises(MigrationFailed):
            command.upgrade(config, "head")
        transaction.rollback()
    assert not [record for record in caplog.records if "again in" in record.getMessage()]
