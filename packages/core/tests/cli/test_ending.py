"""The end of the program: nothing that was left open is lost, though what lives is not taken apart."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from testing.projects import Project

ENV = """
import atexit
from sqlalchemy import create_engine
from whimbrel import context

class Ring:
    def __init__(self, path):
        self.itself, self.file = self, open(path, "w")

ring = Ring("left.txt")
ring.file.write("written")
atexit.register(lambda: ring.file.write(" to the end"))
engine = create_engine("sqlite:///pooled.db")
with engine.connect() as connection:
    connection.exec_driver_sql("PRAGMA journal_mode = WAL")
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.fixture
def leaving(project: Project) -> Project:
    """A project whose env.py closes neither its file nor its engine, and has a circle of objects around each."""
    project.add("a1", upgrade='op.create_table("t", sa.Column("id", sa.Integer))')
    (project.folder / "migrations/env.py").write_text(ENV)
    return project


def upgrade(folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "whimbrel", "upgrade", "head"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_files_left_open_are_written_after_everybody_who_wants_to_be_called(leaving: Project) -> None:
    done = upgrade(leaving.folder)
    assert done.returncode == 0, done.stderr
    assert (leaving.folder / "left.txt").read_text() == "written to the end"


def test_pooled_connections_are_closed(leaving: Project) -> None:
    done = upgrade(leaving.folder)
    assert done.returncode == 0, done.stderr
    # Who closes an SQLite database last takes its log away: https://www.sqlite.org/wal.html
    assert {path.name for path in leaving.folder.glob("pooled.db*")} == {"pooled.db"}


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full device is Linux's")
def test_a_file_that_cannot_be_written_is_told(leaving: Project) -> None:
    env = leaving.folder / "migrations/env.py"
    env.write_text(env.read_text().replace("left.txt", "/dev/full"))
    done = upgrade(leaving.folder)
    assert "'/dev/full'" in done.stderr
    assert "which was left open, cannot be written: [Errno 28] No space left on device" in done.stderr


def test_what_lives_is_not_taken_apart(leaving: Project) -> None:
    """Who asks before the program does is called after it."""
    code = (
        "import atexit, gc, sys; sys.argv[0] = 'whimbrel'\n"
        "atexit.register(lambda: print(gc.get_freeze_count() > 10_000))\n"
        "from whimbrel.cli.main import program; program()\n"
    )
    command = [sys.executable, "-c", code, "upgrade", "head"]
    done = subprocess.run(command, cwd=leaving.folder, capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"
