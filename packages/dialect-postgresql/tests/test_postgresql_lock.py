"""PostgreSQL's advisory lock: its key, what the list of sessions tells, and a session that dies."""

from __future__ import annotations

import asyncio
import os
import socket
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.holding import wait_until
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import RunLockLost
from whimbrel.impl.run_lock import LockScope
from whimbrel.runtime.lock import alone
from whimbrel_postgresql.lock import AdvisoryLock, Server

SESSIONS = "SELECT pid, application_name FROM pg_stat_activity WHERE application_name LIKE 'whimbrel run %'"
HERE = f"{SESSIONS} AND datname = current_database()"


def server_of(connection: sa.Connection) -> Server:
    return Server(LockScope(connection, "whimbrel_version", None))


def test_a_direct_connection_is_behind_no_pooler(postgresql_database: Database) -> None:
    with postgresql_database.engine().connect() as connection:
        assert not server_of(connection).is_behind_pooler

    async def look() -> bool:
        engine = postgresql_database.async_engine()
        async with engine.connect() as connection:
            return await connection.run_sync(lambda inner: server_of(inner).is_behind_pooler)

    assert not asyncio.run(look())


def test_a_pooler_is_seen_over_psycopg_and_asyncpg(pooled_postgresql: Database) -> None:
    with pooled_postgresql.engine().connect() as connection:
        assert server_of(connection).is_behind_pooler

    async def look() -> bool:
        engine = pooled_postgresql.async_engine(connect_args={"statement_cache_size": 0})
        async with engine.connect() as connection:
            return await connection.run_sync(lambda inner: server_of(inner).is_behind_pooler)

    assert asyncio.run(look())


def test_the_scope_is_the_schema_in_which_the_table_is_seen(postgresql_database: Database) -> None:
    with postgresql_database.engine().connect() as connection:
        name = connection.execute(sa.text("SELECT current_database()")).scalar_one()
        assert server_of(connection).lock_name == f"{name}.public.whimbrel_version"
        connection.execute(sa.text("CREATE SCHEMA tenant"))
        connection.execute(sa.text("SET search_path TO tenant, public"))
        assert server_of(connection).lock_name == f"{name}.tenant.whimbrel_version"
        connection.execute(sa.text("CREATE TABLE public.whimbrel_version (x integer)"))
        assert server_of(connection).lock_name == f"{name}.public.whimbrel_version"
        scope = LockScope(connection, "whimbrel_version", "audit")
        assert Server(scope).lock_name == f"{name}.audit.whimbrel_version"


def test_the_list_of_sessions_tells_who_has_it(postgresql_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgresql_database.engine().connect() as connection:
        lock, other = AdvisoryLock(connection, "some name"), AdvisoryLock(connection, "some name")
        assert lock.acquire()
        assert not other.acquire()
        holder = other.holder()
        assert holder is not None
        assert holder.since is not None
        assert (holder.process, holder.host) == (os.getpid(), socket.gethostname())
        assert holder.session is not None
        assert holder.ending == f"SELECT pg_terminate_backend({holder.session.removeprefix('server process ')})"
        lock.release()
        wait_until(other.acquire)  # the server ends a session when it comes to it
        other.release()
        # A name too long for the list is cut.
        monkeypatch.setattr(socket, "gethostname", lambda: "a-host-with-a-name-of-" + "x" * 60)
        wait_until(lock.acquire)
        found = other.acquire(), other.holder()
        assert found[0] is False
        assert found[1] is not None
        assert found[1].process == os.getpid()
        assert (found[1].host or "").startswith("a-host-with-a-name-of-xx")
        lock.release()
        other.release()


def test_somebody_else_with_the_same_key_is_told_by_address(postgresql_database: Database) -> None:
    with (
        postgresql_database.engine().connect() as connection,
        postgresql_database.engine().connect() as stranger,
    ):
        lock = AdvisoryLock(connection, "some name")
        stranger.execute(sa.text(f"SELECT pg_advisory_lock({lock._key})"))
        assert not lock.acquire()
        holder = lock.holder()
        assert holder is not None
        assert (holder.process, holder.since) == (None, None)
        assert str(holder).startswith("server process ")
        stranger.execute(sa.text("SELECT pg_advisory_unlock_all()"))
        lock.acquire()
        lock.release()


@pytest.mark.parametrize("key", ["one", "two", "three", "four"])
def test_its_holder_is_found_whatever_the_key(postgresql_database: Database, key: str) -> None:
    # The list of locks shows a key in two halves, neither of which has a sign.
    with postgresql_database.engine().connect() as connection:
        lock = AdvisoryLock(connection, key)
        assert lock.acquire()
        assert lock.holder() is not None
        lock.release()


def test_a_run_whose_lock_is_ended_from_outside_stops_and_undoes_its_revision(
    postgresql_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "CHECKED_EVERY", 0.0)
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1")
    killing = f"op.execute({f'SELECT pg_terminate_backend(pid) FROM ({HERE}) x'!r})"
    project.add("b2", "a1", upgrade=f'op.create_table("t_b2", sa.Column("x", sa.Integer))\n{killing}')
    project.add("c3", "b2")
    with pytest.raises(RunLockLost, match="This run has lost its lock"):
        command.upgrade(project.config(), "head")
    with postgresql_database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars().all() == ["a1"]
        assert "t_b2" not in sa.inspect(connection).get_table_names()
    path = project.versions / "b2.py"
    path.write_text(path.read_text().replace(killing, "pass"))
    command.upgrade(project.config(lock_wait="0"), "head")


def test_a_script_that_fails_is_told_though_the_lock_died_too(postgresql_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, postgresql_database.url)
    killing = f"op.execute({f'SELECT pg_terminate_backend(pid) FROM ({HERE}) x'!r})"
    project.add("a1", upgrade=f'{killing}\nraise RuntimeError("what went wrong first")')
    with pytest.raises(Exception, match="what went wrong first"):
        command.upgrade(project.config(), "head")
