"""The lease: renewed while a run is busy, free when its owner is gone, and never lost unnoticed."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from conftest import NewDatabase
from testing.databases import Database
from testing.holding import Staying, wait_until
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import CommandError, RunLockLost, RunLockTimeout
from whimbrel.runtime.lock import alone, lease

WAITING = "Waiting for another run to end: "
BACKENDS = ["postgresql", "mysql"]
backends = pytest.mark.parametrize("backend", BACKENDS)
drivers = pytest.mark.parametrize("driver", ["sync", "async"])


def url_of(database: Database, driver: str) -> str:
    return database.url if driver == "sync" else database.async_url


def change(database: Database, sql: str) -> None:
    with database.engine().begin() as connection:
        connection.execute(sa.text(sql))


def heads(database: Database) -> list[str]:
    with database.engine().connect() as connection:
        return list(connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars())


@contextmanager
def busy(project: Staying, errors: list[BaseException]) -> Iterator[threading.Thread]:
    """Have a run by lease in this process, inside of its first revision."""

    def run() -> None:
        try:
            command.upgrade(project.config(run_lock="lease"), "head")
        except CommandError as error:
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        project.wait_until_inside()
        yield thread
    finally:
        project.go_on()
        thread.join()


@backends
@drivers
def test_it_is_renewed_while_a_revision_runs_for_long(
    backend: str, driver: str, new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "SECONDS", 3.0)
    monkeypatch.setattr(lease, "BEAT", 0.3)
    database = new_database(backend)
    project = Staying(tmp_path / "project", url_of(database, driver))
    errors: list[BaseException] = []
    with busy(project, errors):
        with pytest.raises(RunLockTimeout) as caught:
            command.upgrade(project.config(run_lock="lease", lock_wait="6"), "head")
        assert "its last sign of life the lease is free" in str(caught.value)
    assert errors == []
    assert heads(database) == ["b2"]


@backends
def test_a_holder_that_is_killed_loses_it_when_it_expires(
    backend: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    env = """
    from whimbrel import context
    from whimbrel.runtime.lock import lease
    lease.SECONDS, lease.BEAT = 4, 0.5
    with context.connect() as connection:
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
    """
    database = new_database(backend)
    project = Staying(tmp_path / "project", database.url, env, settings='run_lock = "lease"')
    with project.inside() as other, project.running("upgrade", "head") as waiting:
        assert waiting.stdout is not None
        assert f"{WAITING}process {other.pid} on " in waiting.stdout.readline()
        other.kill()
        project.go_on()
        output = waiting.communicate(timeout=60)[0]
        assert waiting.returncode == 0, output
    assert heads(database) == ["b2"]


@pytest.mark.long
@backends
def test_a_holder_that_is_killed_loses_it_within_the_time_that_a_run_waits(
    backend: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    database = new_database(backend)
    project = Staying(tmp_path / "project", database.url, settings='run_lock = "lease"')
    with project.inside() as other:
        other.kill()
        project.go_on()
    with project.running("upgrade", "head") as waiting:
        output = waiting.communicate()[0]
        assert waiting.returncode == 0, output
    assert heads(database) == ["b2"]


@backends
@drivers
def test_a_run_that_has_lost_it_stops_before_it_commits(
    backend: str, driver: str, new_database: NewDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lease, "BEAT", 0.2)
    monkeypatch.setattr(alone, "CHECKED_EVERY", 0.0)
    database = new_database(backend)
    project = Staying(tmp_path / "project", url_of(database, driver))
    errors: list[BaseException] = []
    with busy(project, errors):
        change(database, "UPDATE whimbrel_lock SET owner = 'somebody else'")
        time.sleep(1)  # until a beat finds out
    (error,) = errors
    assert isinstance(error, RunLockLost), error
    assert "Somebody else has it" in error.message
    # Where a rollback undoes the revision it is undone; elsewhere it is done, and said to be.
    tables = sa.inspect(database.engine()).get_table_names()
    assert ("t_a1" in tables, "t_b2" in tables) == (backend == "mysql", False)
    if backend == "mysql":
        assert heads(database) == ["a1"]
    # Nor is it taken from whoever has it now.
    with database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT owner FROM whimbrel_lock")).scalar_one() == "somebody else"


@backends
def test_an_expired_one_is_taken_at_once(backend: str, new_database: NewDatabase, tmp_path: Path) -> None:
    database = new_database(backend)
    project = Project(tmp_path, database.url)
    project.line("a1", "b2")
    config = project.config(run_lock="lease", lock_wait="0")
    command.upgrade(config, "a1")
    change(database, "UPDATE whimbrel_lock SET owner = 'dead', expires = '2001-01-01 00:00:00'")
    command.upgrade(config, "b2")
    change(database, "UPDATE whimbrel_lock SET owner = 'alive', expires = '2901-01-01 00:00:00'")
    with pytest.raises(RunLockTimeout):
        command.downgrade(config, "a1")
    assert heads(database) == ["b2"]


def test_where_no_other_event_loop_can_connect_it_is_renewed_between_revisions(
    postgresql_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # A cloud's connector makes its connections in the event loop it was made in.
    monkeypatch.setattr(lease, "BEAT", 0.2)
    monkeypatch.setattr(alone, "CHECKED_EVERY", 0.0)
    env = f"""
    import asyncio
    import asyncpg
    from sqlalchemy.ext.asyncio import create_async_engine
    from sqlalchemy.pool import NullPool
    from whimbrel import context

    def migrate(connection):
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()

    async def main():
        home = asyncio.get_running_loop()

        async def connect():
            assert asyncio.get_running_loop() is home, "not this loop's"
            return await asyncpg.connect({postgresql_database.url.replace("+psycopg", "")!r})

        engine = create_async_engine("postgresql+asyncpg://", async_creator=connect, poolclass=NullPool)
        async with engine.connect() as connection:
            await connection.run_sync(migrate)
        await engine.dispose()

    asyncio.run(main())
    """
    project = Staying(tmp_path / "project", postgresql_database.async_url, env)
    errors: list[BaseException] = []
    before = "SELECT expires FROM whimbrel_lock"
    with busy(project, errors):
        wait_until(lambda: "not this loop's" in caplog.text)
        with postgresql_database.engine().connect() as connection:
            first = connection.execute(sa.text(before)).scalar_one()
        time.sleep(0.5)
    assert errors == []
    assert heads(postgresql_database) == ["b2"]
    with postgresql_database.engine().connect() as connection:
        assert connection.execute(sa.text(before)).scalar_one() != first
    assert "one that takes long may lose it" in caplog.text


def test_sqlite_has_none(sqlite_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.line("a1")
    with pytest.raises(CommandError, match="run_lock = lease cannot be on sqlite"):
        command.upgrade(project.config(run_lock="lease"), "head")


@backends
def test_its_table_stands_beside_the_version_table(backend: str, new_database: NewDatabase, tmp_path: Path) -> None:
    database, other = new_database(backend), new_database(backend)
    schema = "audit" if backend == "postgresql" else sa.make_url(other.url).database
    assert schema is not None
    if backend == "postgresql":
        change(database, "CREATE SCHEMA audit")
    project = Project(tmp_path, database.url)
    project.line("a1")
    command.upgrade(project.config(run_lock="lease", version_table_schema=schema), "head")
    assert "whimbrel_lock" in sa.inspect(database.engine()).get_table_names(schema=schema)
    assert "whimbrel_lock" not in sa.inspect(database.engine()).get_table_names()
