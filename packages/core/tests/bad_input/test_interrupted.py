"""Ctrl-C and SIGTERM in the middle of an upgrade: the step is rolled back where DDL is transactional."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")

CREATE = 'op.create_table("half", sa.Column("id", sa.Integer, primary_key=True))\n'
SLEEP = {
    "python": CREATE + "import pathlib, time\npathlib.Path('waiting').touch()\ntime.sleep(60)",
    "postgresql": CREATE + "import pathlib\npathlib.Path('waiting').touch()\nop.execute('SELECT pg_sleep(60)')",
    "mysql": CREATE + "import pathlib\npathlib.Path('waiting').touch()\nop.execute('SELECT SLEEP(60)')",
}
SIGNALS = [(signal.SIGINT, 130, "Interrupted."), (signal.SIGTERM, 143, "Terminated.")]
ASYNC = {"psycopg": "asyncpg", "pymysql": "aiomysql", "pysqlite": "aiosqlite"}


@pytest.fixture
def interrupted(terminal):
    """A function that runs ``upgrade head`` until its script waits, sends a signal, and returns what became of it."""

    def run(number, *options, env=None):
        process = subprocess.Popen(
            [sys.executable, "-m", "whimbrel", *options, "upgrade", "head"],
            cwd=terminal.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **(env or {})},
        )
        try:
            while not (terminal.folder / "waiting").exists():
                assert process.poll() is None, process.communicate()
                time.sleep(0.01)
            time.sleep(0.2)  # let the statement reach the server
            began = time.monotonic()
            process.send_signal(number)
            out, err = process.communicate(timeout=20)
        finally:
            process.kill()
        terminal.look_for_the_password(type("Said", (), {"out": out, "err": err}))
        return process.returncode, out, err, time.monotonic() - began

    return run


def nobody_is_left(database, table):
    """Wait until the server has noticed: no lock is held that would make DROP wait."""
    if database.name != "sqlite":
        with database.engine().begin() as connection:
            timeout = {"postgresql": "SET lock_timeout = '5s'", "mysql": "SET lock_wait_timeout = 5"}
            connection.execute(sa.text(timeout[database.name]))
            connection.execute(sa.text(f"DROP TABLE IF EXISTS {table}"))


@pytest.mark.parametrize(("number", "code", "told"), SIGNALS, ids=["SIGINT", "SIGTERM"])
@pytest.mark.parametrize("where", ["in Python", "in the server"])
@pytest.mark.parametrize("driver", ["sync", "async"])
def test_the_step_is_rolled_back(project, terminal, database, state, interrupted, number, code, told, where, driver):
    if where == "in the server" and database.name == "sqlite":
        pytest.skip("SQLite has no server")
    project.add("a1")
    project.add("b2", "a1", upgrade=SLEEP["python" if where == "in Python" else database.name])
    url = sa.make_url(project.url)
    if driver == "async":
        url = url.set(drivername=f"{url.get_backend_name()}+{ASYNC[url.get_driver_name()]}")
    env = {"WHIMBREL_DATABASE_URL": url.render_as_string(hide_password=False)}

    found, out, err, seconds = interrupted(number, env=env)

    assert (found, out) == (code, ""), err
    assert err.splitlines()[-1] == told
    assert "Traceback" not in err
    aftermath = (
        "What it had done before stays"
        if database.name == "mysql"
        else "The database is as it was before this revision."
    )
    assert aftermath in err
    assert all(line.startswith(("INFO ", "ERROR ")) for line in err.splitlines()[:-1]), err
    assert seconds < 10
    left = {"half"} if database.name == "mysql" else set()
    assert state().tables == database.bookkeeping | {"t_a1"} | left
    assert state().rows == ["a1"]
    nobody_is_left(database, "half")


@pytest.mark.parametrize(("number", "code", "told"), SIGNALS, ids=["SIGINT", "SIGTERM"])
def test_with_raiseerr(project, interrupted, state, number, code, told):
    project.add("a1", upgrade=SLEEP["python"])
    found, _out, err, _seconds = interrupted(number, "--raiseerr")
    assert found == (code if number == signal.SIGTERM else -number), err
    assert state().rows == []


@pytest.mark.parametrize(("number", "code", "told"), SIGNALS, ids=["SIGINT", "SIGTERM"])
def test_a_script_that_catches_every_exception_does_not_catch_these(project, interrupted, state, number, code, told):
    body = SLEEP["python"].replace("time.sleep(60)", "try:\n    time.sleep(60)\nexcept Exception:\n    pass")
    project.add("a1", upgrade=body)
    found, _out, err, _seconds = interrupted(number)
    assert (found, err.splitlines()[-1]) == (code, told)
    assert state().rows == []
