"""MySQL's lock by name: its scope, and a connection that is killed."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from conftest import NewDatabase
from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import RunLockLost
from whimbrel.impl.run_lock import LockScope
from whimbrel.runtime.lock import alone
from whimbrel.runtime.migration import MigrationContext
from whimbrel_mysql.lock import NamedLock, lock_name


def test_the_scope_is_the_database_that_is_in_use(new_database: NewDatabase) -> None:
    one, two = new_database("mysql"), new_database("mysql")
    names = [sa.make_url(item.url).database for item in (one, two)]
    with one.engine().connect() as connection:
        assert lock_name(LockScope(connection, "v", None)) == f"{names[0]}.v"
        assert lock_name(LockScope(connection, "v", "audit")) == "audit.v"
        connection.exec_driver_sql(f"USE {names[1]}")
        assert lock_name(LockScope(connection, "v", None)) == f"{names[1]}.v"


def test_one_has_it_and_the_list_of_connections_says_which(mysql_database: Database) -> None:
    with mysql_database.engine().connect() as connection:
        first, second, third = (NamedLock(connection, name) for name in ("a", "a", "b"))
        assert first.acquire()
        assert first.held()
        assert not second.acquire()
        assert not second.held()
        assert third.acquire()  # another name is another lock
        holder = second.holder()
        assert holder is not None
        assert holder.session == f"connection {first._id}"
        assert holder.ending == f"KILL {first._id}"
        first.release()
        assert second.acquire()
        for lock in (second, third):
            lock.release()


def test_a_run_whose_lock_is_killed_stops_before_the_next_revision(
    mysql_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "CHECKED_EVERY", 0.0)
    with mysql_database.engine().connect() as connection:
        impl = MigrationContext.configure(connection).impl
        lock = impl.run_lock(LockScope(connection, "whimbrel_version", None))
    assert isinstance(lock, NamedLock)
    project = Project(tmp_path, mysql_database.url)
    killing = f"""
    bind = op.get_bind()
    holder = bind.exec_driver_sql("SELECT IS_USED_LOCK('{lock._name}')").scalar_one()
    bind.exec_driver_sql(f"KILL {{holder}}")
    """
    project.add("a1", upgrade=killing)
    project.add("b2", "a1")
    with pytest.raises(RunLockLost):
        command.upgrade(project.config(), "head")
    with mysql_database.engine().connect() as connection:
        # What a1 did cannot be undone here, so it is said to be done.
        assert connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars().all() == ["a1"]
