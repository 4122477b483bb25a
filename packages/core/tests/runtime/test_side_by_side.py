"""Many runs in one process: threads, tasks and event loops that never meet."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from conftest import NewDatabase
from testing.databases import Database
from testing.projects import Project
from whimbrel import command, context, op
from whimbrel.errors import CommandError
from whimbrel.runtime.environment import EnvironmentContext

COUNT = 20
MEET = """
import whimbrel_test_meeting
whimbrel_test_meeting.wait()
op.create_table("of_{number}", sa.Column("id", sa.Integer))
assert op.get_bind().engine.url.database.endswith("db{number}.sqlite"), op.get_bind().engine.url
"""


def project(folder: Path, number: int, body: str) -> Project:
    place = folder / str(number)
    place.mkdir()
    made = Project(place, f"sqlite:///{place / f'db{number}.sqlite'}")
    made.add("a1", upgrade=body.format(number=number))
    made.add("b2", "a1")
    return made


def check(made: Project, number: int) -> None:
    engine = sa.create_engine(made.url, poolclass=NullPool)
    assert set(sa.inspect(engine).get_table_names()) == {"whimbrel_version", "whimbrel_history", f"of_{number}", "t_b2"}


def test_pain_03_twenty_threads_migrate_twenty_databases_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Every upgrade() waits until all twenty are inside theirs, so that the runs really overlap.
    import sys
    import types

    meeting = types.ModuleType("whimbrel_test_meeting")
    meeting.wait = threading.Barrier(COUNT, timeout=180).wait  # type: ignore[attr-defined]  # made for this test
    monkeypatch.setitem(sys.modules, "whimbrel_test_meeting", meeting)
    projects = [project(tmp_path, number, MEET) for number in range(COUNT)]
    with concurrent.futures.ThreadPoolExecutor(COUNT) as pool:
        for future in [pool.submit(command.upgrade, made.config(), "head") for made in projects]:
            future.result()
    for number, made in enumerate(projects):
        check(made, number)


def test_pain_03_twenty_tasks_migrate_twenty_databases_at_once(tmp_path: Path) -> None:
    body = 'op.create_table("of_{number}", sa.Column("id", sa.Integer))'
    projects = [project(tmp_path, number, body) for number in range(COUNT)]
    meeting = asyncio.Barrier(COUNT)

    async def migrate(made: Project) -> None:
        engine = sa.ext.asyncio.create_async_engine(made.url.replace("sqlite:", "sqlite+aiosqlite:"))
        async with engine.connect() as connection:
            await meeting.wait()

            def run(inner: sa.Connection) -> None:
                config = made.config()
                config.attributes["connection"] = inner
                command.upgrade(config, "head")

            await connection.run_sync(run)
            await connection.commit()
        await engine.dispose()

    async def everything() -> None:
        await asyncio.gather(*(migrate(made) for made in projects))

    asyncio.run(everything())
    for number, made in enumerate(projects):
        check(made, number)


def test_pain_18_the_built_in_environment_works_inside_a_running_event_loop(database: Database, tmp_path: Path) -> None:
    made = Project(tmp_path, database.async_url)
    made.line("a1", "b2")

    async def application() -> None:
        command.upgrade(made.config(), "head")

    asyncio.run(application())
    with database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars().all() == ["b2"]


def test_an_async_url_works_without_a_loop_too(database: Database, tmp_path: Path) -> None:
    made = Project(tmp_path, database.async_url)
    made.line("a1", "b2")
    command.upgrade(made.config(), "head")
    command.downgrade(made.config(), "a1")
    with database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars().all() == ["a1"]


def test_run_async_in_a_script_reaches_the_async_connection(postgresql_database: Database, tmp_path: Path) -> None:
    made = Project(tmp_path, postgresql_database.async_url)
    made.add(
        "a1",
        upgrade="""
        async def copy_in(connection, number):
            driver = (await connection.get_raw_connection()).driver_connection
            await driver.execute("CREATE TABLE by_driver (x INTEGER)")
            await driver.execute("INSERT INTO by_driver VALUES ($1)", number)

        op.run_async(copy_in, 7)
        """,
    )
    command.upgrade(made.config(), "head")
    with postgresql_database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT x FROM by_driver")).scalar_one() == 7


def test_several_databases_in_one_env_py(new_database: NewDatabase, tmp_path: Path) -> None:
    first, second = new_database("sqlite"), new_database("postgresql")
    env = f"""
    import sqlalchemy as sa
    from whimbrel import context

    for url in ({first.url!r}, {second.url!r}):
        with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
            context.configure(connection=connection)
            with context.begin_transaction():
                context.run_migrations(engine=connection.dialect.name)
    """
    made = Project(tmp_path, "sqlite://", env=env)
    made.add("a1", upgrade='op.create_table("of_" + arguments["engine"], sa.Column("id", sa.Integer))')
    command.upgrade(made.config(), "head")
    assert set(sa.inspect(first.engine()).get_table_names()) == {"whimbrel_version", "whimbrel_history", "of_sqlite"}
    left = set(sa.inspect(second.engine()).get_table_names())
    assert left == {"whimbrel_version", "whimbrel_history", "of_postgresql"}


def test_op_and_context_outside_of_a_run_say_so() -> None:
    with pytest.raises(CommandError, match=r"op\.execute was used outside of a migration run"):
        op.execute("SELECT 1")
    with pytest.raises(CommandError, match=r"context\.get_context was used outside"):
        context.get_context()
    with pytest.raises(CommandError, match=r"context\.config was used outside"):
        _ = context.config


def test_a_run_inside_a_run_gives_the_outer_one_back(sqlite_database: Database, tmp_path: Path) -> None:
    outer_folder, inner_folder = tmp_path / "outer", tmp_path / "inner"
    outer_folder.mkdir()
    inner_folder.mkdir()
    inner = Project(inner_folder, f"sqlite:///{tmp_path / 'inner.db'}")
    inner.line("i1")
    outer = Project(outer_folder, sqlite_database.url)
    with EnvironmentContext(outer.config(), outer.script()):
        command.upgrade(inner.config(), "head")
        assert context.config.get_main_option("sqlalchemy.url") == outer.url
