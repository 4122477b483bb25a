"""A thread that env.py or a script begins has no context variables, and finds its run all the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.operations.current import Current

IN_A_POOL = """
import asyncio
from concurrent.futures import ThreadPoolExecutor
from sqlalchemy.ext.asyncio import create_async_engine
from whimbrel import context

def migrate(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def connect():
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url"))
    async with engine.connect() as connection:
        await connection.run_sync(migrate)
    await engine.dispose()

with ThreadPoolExecutor(1) as pool:
    pool.submit(asyncio.run, connect()).result()
"""


def test_env_py_connects_in_a_thread_of_a_pool(tmp_path: Path, sqlite_database: Database) -> None:
    project = Project(tmp_path, sqlite_database.async_url, IN_A_POOL)
    project.add("a1")
    command.upgrade(project.config(), "head")
    assert "t_a1" in sa.inspect(sqlite_database.engine()).get_table_names()


def test_a_script_asks_in_a_thread(tmp_path: Path, sqlite_database: Database) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.add(
        "a1",
        upgrade="""
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(1) as pool:
            name = pool.submit(lambda: op.get_context().dialect.name).result()
        op.create_table(f"t_{name}", sa.Column("id", sa.Integer))
        """,
    )
    command.upgrade(project.config(), "head")
    assert "t_sqlite" in sa.inspect(sqlite_database.engine()).get_table_names()


def test_of_several_none_is_meant() -> None:
    current: Current[str] = Current("letters")

    def elsewhere() -> object:
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(current.get).result()

    first = current.set("a")
    assert elsewhere() == "a"
    second = current.set("b")
    assert current.get() == "b"
    with pytest.raises(LookupError):
        elsewhere()
    current.reset(second)
    assert (current.get(), elsewhere()) == ("a", "a")
    current.reset(first)
    assert current.get(None) is None
    with pytest.raises(LookupError):
        elsewhere()
