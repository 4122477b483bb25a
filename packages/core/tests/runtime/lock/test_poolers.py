"""Runs that are kept apart where home-made locks fail: poolers, autocommit blocks, asyncpg."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.holding import Staying
from testing.projects import Project
from testing.together import run_together
from whimbrel import command
from whimbrel.errors import CommandError

forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forked")

WAITING = "Waiting for another run to end: "

# As a pooler wants it: https://docs.sqlalchemy.org/en/20/dialects/postgresql.html#prepared-statement-name-with-pgbouncer
ASYNCPG = """
import asyncio
from uuid import uuid4
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from whimbrel import context

def migrate(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def main():
    engine = create_async_engine(
        context.database_url(),
        poolclass=NullPool,
        connect_args={
            "statement_cache_size": 0,
            "prepared_statement_cache_size": 0,
            "prepared_statement_name_func": lambda: f"__asyncpg_{uuid4()}__",
        },
    )
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()

asyncio.run(main())
"""
PSYCOPG = """
import sqlalchemy as sa
from whimbrel import context

engine = sa.create_engine(context.database_url(), poolclass=sa.NullPool, connect_args={"prepare_threshold": None})
with engine.connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
NOTE = "op.execute(\"INSERT INTO applied VALUES ('{}')\")"
CONCURRENTLY = """
with op.get_context().autocommit_block():
    op.execute("CREATE INDEX CONCURRENTLY ix_applied ON applied (revision)")
"""


def numbered(folder: Path, url: str, env: str, settings: str = "", *, leaves: bool = True) -> Project:
    """Make a project whose second revision leaves its transaction, and whose revisions note that they ran."""
    folder.mkdir()
    project = Project(folder, url, env)
    (folder / "whimbrel.toml").write_text(f'script_location = "migrations"\nsqlalchemy.url = "{url}"\n{settings}')
    project.add("a1", upgrade='op.create_table("applied", sa.Column("revision", sa.String(9)))\n' + NOTE.format("a1"))
    project.add("b2", "a1", upgrade=f"{CONCURRENTLY if leaves else ''}\n{NOTE.format('b2')}")
    project.add("c3", "b2", upgrade=NOTE.format("c3"))
    return project


def applied(database: Database) -> list[str]:
    with database.engine().connect() as connection:
        return list(connection.execute(sa.text("SELECT revision FROM applied ORDER BY 1")).scalars())


def leases(database: Database) -> int:
    with database.engine().connect() as connection:
        if not sa.inspect(connection).has_table("whimbrel_lock"):
            return 0
        return int(connection.execute(sa.text("SELECT count(*) FROM whimbrel_lock")).scalar_one())


@forks
@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
def test_pain_02_a_pooler_in_transaction_mode_gets_a_lease_by_itself(
    driver: str, pooled_postgresql: Database, postgresql_database: Database, tmp_path: Path
) -> None:
    # An advisory lock would stay behind with some server process, and stop everybody from then on.
    url, env = (pooled_postgresql.url, PSYCOPG) if driver == "psycopg" else (pooled_postgresql.async_url, ASYNCPG)
    # asyncpg prepares each statement before it executes it. Outside of a transaction a pooler that does not know of
    # prepared statements (PgBouncer before 1.21) may hand the two to different server processes.
    project = numbered(tmp_path / "project", url, env, leaves=driver == "psycopg")
    ended = run_together(8, project.folder, "upgrade", "head")
    assert [(item.code, item.output) for item in ended if item.code] == []
    assert applied(postgresql_database) == ["a1", "b2", "c3"]
    assert leases(postgresql_database) == 1
    with postgresql_database.engine().connect() as connection:
        count = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database"
        assert connection.execute(sa.text(f"{count} WHERE datname = current_database())")).scalar_one() == 0


@forks
@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
def test_pain_02_the_lock_goes_with_autocommit_blocks_concurrently_and_asyncpg(
    driver: str, postgresql_database: Database, tmp_path: Path
) -> None:
    # A lock of the run's transaction would end with the block; one that is waited for in the server would be waited
    # for by CREATE INDEX CONCURRENTLY in turn.
    database = postgresql_database
    url, env = (database.url, PSYCOPG) if driver == "psycopg" else (database.async_url, ASYNCPG)
    project = numbered(tmp_path / "project", url, env)
    ended = run_together(8, project.folder, "upgrade", "head")
    assert [(item.code, item.output) for item in ended if item.code] == []
    assert applied(database) == ["a1", "b2", "c3"]
    assert leases(database) == 0


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
def test_pain_02_an_index_is_built_concurrently_while_another_run_waits(
    driver: str, postgresql_database: Database, tmp_path: Path
) -> None:
    database = postgresql_database
    url, env = (database.url, PSYCOPG) if driver == "psycopg" else (database.async_url, ASYNCPG)
    with database.engine().begin() as connection:
        connection.execute(sa.text("CREATE TABLE applied (revision VARCHAR(9))"))
    project = Staying(tmp_path / "project", url, env, after=CONCURRENTLY)
    with project.inside() as other, project.running("upgrade", "head") as waiting:
        assert waiting.stdout is not None
        assert WAITING in waiting.stdout.readline()
        project.go_on()
        assert other.wait(timeout=60) == 0
        output = waiting.communicate(timeout=60)[0]
        assert waiting.returncode == 0, output
    assert [index["name"] for index in sa.inspect(database.engine()).get_indexes("applied")] == ["ix_applied"]


def test_the_servers_own_lock_is_refused_behind_a_pooler(pooled_postgresql: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, pooled_postgresql.url, PSYCOPG)
    project.line("a1")
    with pytest.raises(CommandError, match="a pooler is in between") as caught:
        command.upgrade(project.config(run_lock="database"), "head")
    assert "run_lock = auto" in str(caught.value)


@pytest.mark.parametrize("kind", ["auto", "lease"])
def test_tasks_of_one_event_loop_wait_for_each_other_without_stopping_it(
    kind: str, postgresql_database: Database, tmp_path: Path
) -> None:
    # One that slept instead of letting the loop go on would wait for itself.
    database = postgresql_database
    project = Project(tmp_path, database.async_url)
    project.add("a1", upgrade='op.create_table("applied", sa.Column("revision", sa.String(9)))\n' + NOTE.format("a1"))
    sleeping = "op.get_bind().exec_driver_sql('SELECT pg_sleep(0.5)')"
    project.add("b2", "a1", upgrade=f"{sleeping}\n{NOTE.format('b2')}")

    async def migrate() -> None:
        engine = database.async_engine()
        async with engine.connect() as connection:

            def run(inner: sa.Connection) -> None:
                config = project.config(run_lock=kind)
                config.attributes["connection"] = inner
                command.upgrade(config, "head")

            await connection.run_sync(run)
            await connection.commit()
        await engine.dispose()

    async def everything() -> int:
        ticks = 0
        tasks = asyncio.gather(*(migrate() for _ in range(4)))
        while not tasks.done():
            await asyncio.sleep(0.01)
            ticks += 1
        await tasks
        return ticks

    assert asyncio.run(everything()) > 10
    assert applied(database) == ["a1", "b2"]


@forks
@pytest.mark.parametrize("kind", ["auto", "lease"])
@pytest.mark.parametrize("level", ["REPEATABLE READ", "SERIALIZABLE"])
def test_an_engine_that_isolates_its_transactions_is_no_obstacle(
    kind: str, level: str, postgresql_database: Database, tmp_path: Path
) -> None:
    # There a row that somebody else has changed meanwhile is an error, not a row that is waited for.
    env = PSYCOPG.replace("connect_args=", f"isolation_level={level!r}, connect_args=")
    project = numbered(tmp_path / "project", postgresql_database.url, env, f'run_lock = "{kind}"')
    ended = run_together(6, project.folder, "upgrade", "head")
    assert [(item.code, item.output) for item in ended if item.code] == []
    assert applied(postgresql_database) == ["a1", "b2", "c3"]
