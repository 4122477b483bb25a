"""What a person at a terminal gets: progress, colour, and a database left whole by Ctrl-C and SIGTERM."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from testing.holding import wait_until
from testing.processes import start

pty = pytest.importorskip("pty", reason="terminals are POSIX")

WAITING = """
op.create_table("t_half", sa.Column("id", sa.Integer))
import pathlib, time
pathlib.Path("waiting").touch()
time.sleep(100)
"""


def on_terminal(*words, **environment):
    """Run a command line on a terminal; return its exit code and what the terminal shows, escapes included."""
    master, slave = pty.openpty()
    at_terminal = {"stdin": slave, "stdout": slave, "stderr": slave}
    process = start(["-m", "whimbrel", *words], env={**os.environ, "TERM": "xterm", **environment}, **at_terminal)
    os.close(slave)
    shown = b""
    while True:
        try:
            chunk = os.read(master, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not chunk:
            break
        shown += chunk
    os.close(master)
    return process.wait(), shown.decode().replace("\r\n", "\n")


def settled(shown):
    """Return the lines as they stand in the end, durations replaced by 0.00."""
    lines = [line.rpartition("\r\x1b[K")[2] for line in shown.rstrip("\n").split("\n")]
    return [re.sub(r"\d+\.\d\d s", "0.00 s", line) for line in lines]


def tables(project):
    with closing(sqlite3.connect(project.url.removeprefix("sqlite:///"))) as connection, connection:
        return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


class TestProgress:
    def test_one_line_a_step_with_its_number_and_duration(self, project):
        project.line("a1", "b2")
        code, shown = on_terminal("upgrade", "head", NO_COLOR="1")
        assert code == 0
        assert settled(shown) == [
            "[1/2] upgrade <base> -> a1, revision a1  0.00 s",
            "[2/2] upgrade a1 -> b2, revision b2  0.00 s",
            "Done: 2 steps in 0.00 s",
        ]
        assert "[2/2] upgrade a1 -> b2, revision b2 ..." in shown

    def test_nothing_to_do(self, project):
        project.line("a1")
        on_terminal("upgrade", "head")
        assert on_terminal("upgrade", "head") == (0, "Nothing to do: the database is there already.\n")

    def test_a_step_that_fails(self, project):
        project.line("a1")
        project.add("b2", "a1", upgrade="1 / 0")
        code, shown = on_terminal("upgrade", "head", NO_COLOR="1")
        assert code == 1
        lines = settled(shown)
        assert lines[1] == "[2/2] upgrade a1 -> b2, revision b2  failed"
        assert lines[2].startswith("Error: Revision b2 failed in upgrade()")

    def test_plain_log_lines_elsewhere(self, project, process):
        project.line("a1", "b2")
        done = process("upgrade", "head")
        assert (done.code, done.out) == (0, "")
        assert done.err.splitlines() == [
            "INFO  [whimbrel.runtime.migration] Running upgrade  -> a1, revision a1",
            "INFO  [whimbrel.runtime.migration] Running upgrade a1 -> b2, revision b2",
        ]
        assert process("-q", "downgrade", "base") == (0, "", "")


class TestColour:
    def test_on_a_terminal(self, project):
        project.line("a1", "b2")
        shown = on_terminal("history")[1]
        assert shown == (
            "a1 -> \x1b[33mb2\x1b[0m \x1b[32m(head)\x1b[0m, revision b2\n<base> -> \x1b[33ma1\x1b[0m, revision a1\n"
        )

    @pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
    def test_not_when_it_is_not_wanted(self, project, environment):
        project.line("a1")
        assert on_terminal("history", **environment)[1] == "<base> -> a1 (head), revision a1\n"

    def test_never_in_what_programs_read(self, project, process):
        project.line("a1")
        assert process("history").out == "<base> -> a1 (head), revision a1\n"
        assert "\x1b" not in on_terminal("history", "--json")[1]
        assert "\x1b" not in on_terminal("upgrade", "head", "--sql")[1]

    def test_the_graph_is_the_same_with_colour(self, project, process):
        project.add("a1")
        project.add("b2", "a1")
        project.add("c3", "a1")
        coloured = on_terminal("history", "--graph")[1]
        assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == process("history", "--graph").out
        assert coloured != process("history", "--graph").out

    def test_errors(self, project):
        assert on_terminal("show", "nope")[1].startswith("\x1b[31m\x1b[1mError\x1b[0m: ")


class TestInterrupted:
    @pytest.mark.parametrize(
        ("number", "code", "told"), [(signal.SIGINT, 130, "Interrupted."), (signal.SIGTERM, 143, "Terminated.")]
    )
    def test_the_step_in_progress_is_rolled_back(self, project, number, code, told):
        project.add("a1")
        project.add("b2", "a1", upgrade=WAITING)
        process = start(["-m", "whimbrel", "upgrade", "head"])
        wait_until(lambda: Path("waiting").exists() or process.poll() is not None)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        assert process.returncode == code
        assert "Traceback" not in err
        assert err.splitlines()[-1] == told
        assert tables(project) == {"whimbrel_version", "whimbrel_history", "t_a1"}

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_with_an_async_driver(self, project, number, code):
        settings = Path("whimbrel.ini")
        settings.write_text(settings.read_text().replace("sqlite://", "sqlite+aiosqlite://"))
        project.add("a1", upgrade=WAITING)
        process = start(["-m", "whimbrel", "upgrade", "head"])
        wait_until(lambda: Path("waiting").exists() or process.poll() is not None)
        process.send_signal(number)
        _, err = process.communicate(timeout=60)
        assert process.returncode == code
        assert "Traceback" not in err
        assert "t_half" not in tables(project)


def test_a_database_at_nothing_is_said_to_be_at_base(project):
    assert on_terminal("current") == (0, "<base>\n")
    project.line("a1")
    on_terminal("upgrade", "head")
    code, shown = on_terminal("current", NO_COLOR="1")
    assert (code, shown) == (0, "a1 (head)\n")
