"""The lock file: whose it is, where it lies, and that two never have it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.projects import Project
from whimbrel import command
from whimbrel.errors import CommandError
from whimbrel.impl.run_lock import LockScope, Unneeded
from whimbrel_sqlite.lock import FileLock, run_lock


def lock_of(url: str, schema: str | None = None, attach: str | None = None) -> object:
    with sa.create_engine(url, poolclass=sa.NullPool).connect() as connection:
        connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS t (x)")
        if attach is not None:
            connection.exec_driver_sql(f"ATTACH DATABASE '{attach}' AS other")
            connection.exec_driver_sql("CREATE TABLE IF NOT EXISTS other.t (x)")
        return run_lock(LockScope(connection, "whimbrel_version", schema))


def path_of(lock: object) -> Path:
    assert isinstance(lock, FileLock)
    return lock._path


def test_one_has_it_and_the_file_says_who(tmp_path: Path) -> None:
    first, second = FileLock(tmp_path / "db-lock"), FileLock(tmp_path / "db-lock")
    assert first.acquire()
    assert first.held()
    assert not second.acquire()
    holder = second.holder()
    assert holder is not None
    assert holder.since is not None
    assert (holder.process, holder.host) == (os.getpid(), socket.gethostname())
    assert abs(holder.since.timestamp() - time.time()) < 60
    first.release()
    assert list(tmp_path.iterdir()) == []
    assert second.acquire()
    second.release()
    assert list(tmp_path.iterdir()) == []


def test_what_a_dead_process_has_left_is_no_obstacle(tmp_path: Path) -> None:
    path = tmp_path / "db-lock"
    path.write_text(json.dumps({"process": 1, "host": "a machine with a longer name than this one" * 9, "since": 1.5}))
    lock = FileLock(path)
    assert lock.acquire()
    holder = lock.holder()
    assert holder is not None
    assert holder.process == os.getpid()
    lock.release()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"process": "x", "host": 1, "since": null}'])
def test_a_file_that_says_nothing_tells_of_nobody(tmp_path: Path, text: str) -> None:
    (tmp_path / "db-lock").write_text(text)
    assert FileLock(tmp_path / "db-lock").holder() is None


def test_never_do_two_have_it(tmp_path: Path) -> None:
    # The file is removed each time, while others have opened it already.
    inside, most, taken = 0, 0, 0

    def work() -> None:
        nonlocal inside, most, taken
        lock = FileLock(tmp_path / "db-lock")
        until = time.monotonic() + 2
        while time.monotonic() < until:
            if lock.acquire():
                inside += 1
                most = max(most, inside)
                taken += 1
                time.sleep(0.0001)
                inside -= 1
                lock.release()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1
    assert taken > 10


def test_a_lock_whose_file_was_replaced_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "db-lock"
    lock, other = FileLock(path), FileLock(path)
    assert lock.acquire()
    path.unlink()
    assert not lock.held()
    assert other.acquire()
    lock.release()
    assert other.held()  # the other's file was not removed
    other.release()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="Windows starts processes without open files")
def test_a_process_that_a_revision_has_started_does_not_keep_it(tmp_path: Path) -> None:
    lock, other = FileLock(tmp_path / "db-lock"), FileLock(tmp_path / "db-lock")
    assert lock.acquire()
    child = os.fork()
    if child == 0:
        time.sleep(30)
        os._exit(0)
    lock.release()
    try:
        assert other.acquire()
        other.release()
    finally:
        os.kill(child, 9)
        os.waitpid(child, 0)


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="only root can be two users")
def test_another_users_file_that_may_only_be_read_is_locked_too(tmp_path: Path) -> None:
    script = f"""
import os
from pathlib import Path
from whimbrel_sqlite.lock import FileLock
os.setuid(65534)
lock = FileLock(Path({str(tmp_path)!r}) / "db-lock")
assert lock.acquire()
lock.release()
"""
    (tmp_path / "db-lock").write_text("left by somebody else")
    (tmp_path / "db-lock").chmod(0o644)
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod(folder.stat().st_mode | 0o055)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() != 0, reason="root has to become somebody whom folders refuse")
def test_a_folder_that_may_not_be_written_to_says_so(tmp_path: Path) -> None:
    script = f"""
import os
from pathlib import Path
from whimbrel.errors import CommandError
from whimbrel_sqlite.lock import FileLock
os.setuid(65534)
try:
    FileLock(Path({str(tmp_path)!r}) / "db-lock").acquire()
except CommandError as error:
    print(error)
"""
    for folder in (tmp_path, *tmp_path.parents[:-2]):
        folder.chmod((folder.stat().st_mode | 0o055) & ~0o022)
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert f"{tmp_path / 'db-lock'}, cannot be made: Permission denied." in done.stdout
    assert "run_lock = off" in done.stdout


def test_what_is_no_file_says_so(tmp_path: Path) -> None:
    (tmp_path / "db.sqlite-whimbrel-lock").mkdir()
    project = Project(tmp_path, f"sqlite:///{tmp_path / 'db.sqlite'}")
    project.line("a1")
    with pytest.raises(CommandError, match="cannot be made: Is a directory"):
        command.upgrade(project.config(), "head")


def test_the_file_lies_beside_the_database_however_that_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    expected = tmp_path / "db.sqlite-whimbrel-lock"
    (tmp_path / "link.sqlite").symlink_to(tmp_path / "db.sqlite")
    for url in (
        "db.sqlite",
        str(tmp_path / "db.sqlite"),
        f"file:{tmp_path}/db.sqlite?mode=rwc&uri=true",
        "link.sqlite",
    ):
        assert path_of(lock_of(f"sqlite:///{url}")) == expected
    assert path_of(lock_of("sqlite:///db.sqlite", "main")) == expected
    attached = lock_of("sqlite:///db.sqlite", "other", attach=str(tmp_path / "two.sqlite"))
    assert path_of(attached) == tmp_path / "two.sqlite-whimbrel-lock"


@pytest.mark.parametrize("name", ["", ":memory:", "file:shared?mode=memory&cache=shared&uri=true"])
def test_a_database_in_memory_needs_none(name: str) -> None:
    assert isinstance(lock_of(f"sqlite:///{name}"), Unneeded)
    lock = Unneeded()
    assert lock.acquire()
    assert lock.held()


def test_nothing_is_left_of_a_run(tmp_path: Path) -> None:
    project = Project(tmp_path / "project", f"sqlite:///{tmp_path / 'db.sqlite'}")
    project.add("a1", upgrade=f"import os\nassert 'db.sqlite-whimbrel-lock' in os.listdir({str(tmp_path)!r})")
    command.upgrade(project.config(), "head")
    assert {item.name for item in tmp_path.iterdir()} == {"project", "db.sqlite"}
