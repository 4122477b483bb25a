"""A run waits for another one: who is told, what is left to do, and how a wait ends."""

from __future__ import annotations

import os
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import QueuePool

from conftest import NewDatabase
from testing.databases import Database
from testing.holding import Staying, wait_until
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import MigrationFailed, RunLockTimeout
from whimbrel.impl.run_lock import LockHolder, LockScope
from whimbrel.revisions import MigrationStep, RevisionStep
from whimbrel.runtime.migration import MigrationContext
from whimbrel.runtime.report import LogReporter

WAITING = "Waiting for another run to end: "


class Listening(LogReporter):
    """Remembers who was waited for, and which plans were made."""

    def __init__(self) -> None:
        super().__init__()
        self.waits: list[LockHolder | None] = []
        self.plans: list[list[str]] = []

    def plan(self, steps: Sequence[MigrationStep]) -> None:
        super().plan(steps)
        self.plans.append([step.revision.revision for step in steps if isinstance(step, RevisionStep)])

    def waiting(self, holder: LockHolder | None, seconds: float, limit: float) -> None:
        super().waiting(holder, seconds, limit)
        self.waits.append(holder)


@contextmanager
def connections() -> Iterator[list[object]]:
    """Collect the connections that are made meanwhile."""
    made: list[object] = []

    def keep(connection: object, _record: object) -> None:
        made.append(connection)

    sa.event.listen(sa.Pool, "connect", keep)
    try:
        yield made
    finally:
        sa.event.remove(sa.Pool, "connect", keep)


def heads(database: Database) -> list[str]:
    with database.engine().connect() as connection:
        return list(connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars())


def in_thread(project: Project, reporter: Listening, **options: str) -> threading.Thread:
    """Start an upgrade in a thread."""
    thread = threading.Thread(
        target=command.upgrade, args=(project.config(**options), "head"), kwargs={"reporter": reporter}
    )
    thread.start()
    return thread


def test_who_waits_tells_for_whom_and_finds_nothing_left(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    project = Staying(tmp_path / "project", database.url)
    reporter = Listening()
    with project.inside() as other:
        waiting = in_thread(project, reporter)
        wait_until(lambda: reporter.waits)
        (holder,) = reporter.waits
        assert holder is not None
        assert holder.since is not None
        assert abs(holder.since.timestamp() - time.time()) < 60
        if database.name == "mysql":  # tells its own numbers only
            assert re.fullmatch(r"connection \d+", holder.session or "")
        else:
            assert (holder.process, holder.host) == (other.pid, socket.gethostname())
        project.go_on()
        waiting.join()
        assert other.wait() == 0
    # Heads were read again under the lock: the plan that was made before is not carried out.
    assert reporter.plans == [[]]
    assert heads(database) == ["b2"]
    assert caplog.messages[-1] == "Nothing left to do: the other run has brought the database there."


def test_what_is_left_is_planned_again_under_the_lock(database: Database, tmp_path: Path) -> None:
    project = Staying(tmp_path / "project", database.url)
    reporter = Listening()
    with project.inside("upgrade", "a1") as other:
        waiting = in_thread(project, reporter)
        wait_until(lambda: reporter.waits)
        project.go_on()
        waiting.join()
        assert other.communicate()[0].count("Running") == 1
    assert reporter.plans == [["b2"]]
    assert heads(database) == ["b2"]


def test_a_wait_is_bounded_and_the_error_says_for_whom_and_what_to_do(database: Database, tmp_path: Path) -> None:
    project = Staying(tmp_path / "project", database.url)
    with project.inside() as other:
        with pytest.raises(RunLockTimeout) as caught:
            command.upgrade(project.config(lock_wait="500ms"), "head")
        said = str(caught.value)
        assert "Waited 0.5 s for it to end." in said
        assert "lock_wait = 5min" in said
        ends = {
            "sqlite": f"kill {other.pid}",
            "postgresql": r"SELECT pg_terminate_backend\(\d+\)",
            "mysql": r"KILL \d+",
        }
        assert re.search(ends[database.name], said)
        assert isinstance(caught.value.holder, LockHolder)
        assert caught.value.seconds == 0.5
        project.go_on()
        assert other.wait() == 0
    assert heads(database) == ["b2"]


@contextmanager
def locked(database: Database) -> Iterator[None]:
    """Have the lock of another run."""
    with database.engine().connect() as connection:
        lock = MigrationContext.configure(connection).impl.run_lock(LockScope(connection, "whimbrel_version", None))
        connection.rollback()
        assert lock is not None
        assert lock.acquire()
        yield
        lock.release()


def test_every_command_that_writes_is_alone(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.line("a1", "b2")
    config = project.config(lock_wait="0.1")
    with locked(database):
        for run in (command.ensure_version, lambda config: command.upgrade(config, "a1")):
            with pytest.raises(RunLockTimeout):
                run(config)
    command.upgrade(config, "a1")
    with locked(database):
        runs = (command.upgrade, "b2"), (command.downgrade, "base"), (command.stamp, "b2")
        for run_to, target in runs:
            with pytest.raises(RunLockTimeout):
                run_to(config, target)
        with pytest.raises(RunLockTimeout):
            command.stamp(config, "a1", purge=True)
        # What only reads, and what has nothing to do, is not kept waiting.
        command.current(config)
        command.upgrade(config, "a1")
        command.ensure_version(config)
    assert heads(database) == ["a1"]


@pytest.mark.parametrize("driver", ["sync", "async"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_the_wait_at_once(
    database: Database, tmp_path: Path, driver: str, number: signal.Signals, code: int
) -> None:
    project = Staying(tmp_path / "project", database.url if driver == "sync" else database.async_url)
    with project.inside() as other:
        with project.running("upgrade", "head") as process:
            assert process.stdout is not None
            assert WAITING in process.stdout.readline()
            process.send_signal(number)
            assert process.wait(timeout=10) == code
        project.go_on()
        assert other.wait() == 0
    assert heads(database) == ["b2"]


def test_a_holder_that_is_killed_frees_the_lock(database: Database, tmp_path: Path) -> None:
    project = Staying(tmp_path / "project", database.url)
    with project.inside() as other, project.running("upgrade", "head") as process:
        assert process.stdout is not None
        assert WAITING in process.stdout.readline()
        other.kill()
        project.go_on()
        output = process.communicate()[0]
    assert process.returncode == 0, output
    assert heads(database) == ["b2"]


def test_a_database_that_is_there_already_takes_neither_lock_nor_connection(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.line("a1", "b2")
    with connections() as first:
        command.upgrade(project.config(), "head")
    with connections() as again:
        command.upgrade(project.config(), "head")
    # The lock of a run that has something to do lives on a second connection; SQLite's is a file.
    assert (len(first), len(again)) == (1 if database.name == "sqlite" else 2, 1)


def test_a_run_that_failed_has_given_the_lock_back(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    path = project.add("a1", upgrade='raise RuntimeError("not yet")')
    with pytest.raises(MigrationFailed, match="not yet"):
        command.upgrade(project.config(lock_wait="0"), "head")
    path.write_text(path.read_text().replace('raise RuntimeError("not yet")', "pass"))
    command.upgrade(project.config(lock_wait="0"), "head")
    assert heads(database) == ["a1"]


def test_off_is_off(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.line("a1")
    with locked(database), connections() as made:
        command.upgrade(project.config(run_lock="off", lock_wait="0"), "head")
    assert len(made) == 1
    assert heads(database) == ["a1"]


def test_a_run_that_writes_sql_takes_none(postgresql_database: Database, tmp_path: Path) -> None:
    # Without the lock the other run would come upon the uncommitted tables: then it gives up instead of hanging.
    limits = 'lock_timeout = "2s"\nretries = 0'
    project = Staying(tmp_path / "project", postgresql_database.url, settings=limits)
    project.go_on()
    with connections() as made:
        command.upgrade(project.config(), "head", sql=True)
    assert made == []


def test_a_pool_of_one_connection_is_no_obstacle(new_database: NewDatabase, tmp_path: Path) -> None:
    for backend in ("postgresql", "mysql"):
        database = new_database(backend)
        project = Project(tmp_path / backend, database.url)
        project.line("a1", "b2")
        engine = sa.create_engine(database.url, poolclass=QueuePool, pool_size=1, max_overflow=0, pool_timeout=1)
        config = project.config()
        with engine.connect() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
        engine.dispose()
        assert heads(database) == ["b2"]


def test_the_locks_connection_is_made_as_the_engine_makes_its_own(
    postgresql_database: Database, tmp_path: Path
) -> None:
    # A token instead of a password is given by a listener.
    project = Project(tmp_path, postgresql_database.url)
    project.line("a1")
    url = sa.make_url(postgresql_database.url)
    engine = sa.create_engine(url.set(username="nobody_of_that_name"))
    asked = []

    def give_token(_dialect: object, _record: object, _words: object, options: dict[str, object]) -> None:
        asked.append(1)
        options["user"] = url.username

    sa.event.listen(engine, "do_connect", give_token)
    config = project.config()
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    engine.dispose()
    assert len(asked) == 2
    assert heads(postgresql_database) == ["a1"]


def test_a_run_inside_of_its_callers_transaction_takes_the_lock_too(
    postgresql_database: Database, tmp_path: Path
) -> None:
    project = Staying(tmp_path / "project", postgresql_database.url)
    with project.inside(), postgresql_database.engine().connect() as connection, connection.begin():
        config = project.config(lock_wait="0.2")
        config.attributes["connection"] = connection
        with pytest.raises(RunLockTimeout):
            command.upgrade(config, "head")


def test_a_run_inside_of_its_callers_transaction_keeps_the_lock_until_that_ends(
    postgresql_database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.add("a1")
    engine = postgresql_database.engine()

    def another_run_is_let_in() -> bool:
        with engine.connect() as other:
            lock = MigrationContext.configure(other).impl.run_lock(LockScope(other, "whimbrel_version", None))
            assert lock is not None
            try:
                return lock.acquire()
            finally:
                lock.release()

    with engine.connect() as connection, connection.begin():
        config = project.config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        assert not another_run_is_let_in()
    assert another_run_is_let_in()


ONE_FOR_ALL = """
from whimbrel import context
with context.connect() as connection:
    context.configure(connection=connection, transaction_per_migration=False)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
@pytest.mark.parametrize("journal", ["delete", "wal"])
def test_one_transaction_for_the_whole_run_waits_without_one(
    backend: str, journal: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    # A reader's transaction would keep SQLite from committing, or would not see what was committed.
    database = new_database(backend)
    if backend == "sqlite":
        with database.engine().connect() as connection:
            connection.exec_driver_sql(f"PRAGMA journal_mode = {journal}")
    project = Staying(tmp_path / "project", database.url, ONE_FOR_ALL)
    with project.inside() as other, project.running("upgrade", "head") as process:
        assert process.stdout is not None
        assert WAITING in process.stdout.readline()
        project.go_on()
        output = process.communicate()[0]
        assert other.wait() == 0
    assert process.returncode == 0, output
    assert heads(database) == ["b2"]


def test_runs_over_other_version_tables_and_schemas_go_on(new_database: NewDatabase, tmp_path: Path) -> None:
    env = """
    import sqlalchemy as sa
    from whimbrel import context
    with context.connect() as connection:
        (schema,) = context.get_x_argument()
        connection.execute(sa.text(f"CREATE SCHEMA IF NOT EXISTS {schema}"))
        connection.execute(sa.text(f"SET search_path TO {schema}"))
        connection.commit()
        context.configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations(schema=schema)
    """
    database = new_database("postgresql")
    project = Staying(tmp_path / "project", database.url, env, before='if arguments["schema"] == "two":\n    return')
    with project.inside("-x", "one", "upgrade", "head"):
        with project.running("-x", "two", "upgrade", "a1") as two:
            output = two.communicate()[0]
            assert two.returncode == 0, output
            assert WAITING not in output
        with project.running("-x", "one", "upgrade", "a1") as again:
            assert again.stdout is not None
            assert WAITING in again.stdout.readline()


def test_the_line_at_a_terminal_tells_that_somebody_else_has_done_it(tmp_path: Path) -> None:
    import io

    from whimbrel.cli.terminal.progress import Progress

    out = io.StringIO()
    progress = Progress(out)
    progress.waiting(LockHolder(process=4711, host="web-2"), 0.0, 60.0)
    steps: list[MigrationStep] = []
    progress.plan(steps)
    assert out.getvalue() == (
        "\r\x1b[KWaiting for another run to end: process 4711 on web-2 (0 of 60 s)\n"
        "Nothing left to do: the other run has brought the database there.\n"
    )


def test_the_process_that_waits_is_this_one() -> None:
    me = LockHolder.this_process()
    assert str(me).startswith(f"process {os.getpid()} on {socket.gethostname()}, since ")
    assert str(LockHolder(session="connection 4", host="10.0.0.7:5")) == "connection 4 on 10.0.0.7:5"
    assert str(LockHolder()) == "another process"
