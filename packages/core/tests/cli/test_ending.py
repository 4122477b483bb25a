"""The end of the program: nothing that was left open is lost, though what lives is not taken apart."""

from __future__ import annotations

import gzip
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


LOUD = """
import os, sys, types

class Loud:
    def __del__(self, write=os.write):
        write(1, b"taken apart\\n")

sys.modules["kept"] = types.ModuleType("kept")
sys.modules["kept"].loud = Loud()
"""


def test_what_lives_is_not_taken_apart(leaving: Project) -> None:
    env = leaving.folder / "migrations/env.py"
    env.write_text(LOUD + env.read_text())
    done = upgrade(leaving.folder)
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ("atexit.register(print, 'called')", "called\ntaken apart\n"),
        ("", ""),
    ],
)
def test_who_asked_before_the_program_is_called_and_python_ends_as_ever(leaving: Project, wish: str, told: str) -> None:
    env = leaving.folder / "migrations/env.py"
    env.write_text(LOUD + env.read_text())
    code = f"import atexit, sys; sys.argv[0] = 'whimbrel'; {wish}\nfrom whimbrel.cli.main import program; program()"
    command = [sys.executable, "-c", code, "upgrade", "head"]
    done = subprocess.run(command, cwd=leaving.folder, capture_output=True, text=True, check=True)
    assert done.stdout == told


def test_an_error_that_comes_through_ends_as_ever(leaving: Project) -> None:
    env = leaving.folder / "migrations/env.py"
    env.write_text(f"{LOUD}raise SystemError('no')\n")
    command = [sys.executable, "-m", "whimbrel", "--raiseerr", "upgrade", "head"]
    done = subprocess.run(command, cwd=leaving.folder, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (1, "taken apart\n")


def test_a_file_that_compresses_is_whole(leaving: Project) -> None:
    env = leaving.folder / "migrations/env.py"
    env.write_text(
        env.read_text()
        .replace('open(path, "w")', "gzip.open(path, 'wt')")
        .replace("import atexit", "import atexit, gzip")
    )
    assert upgrade(leaving.folder).returncode == 0
    with gzip.open(leaving.folder / "left.txt", "rt") as file:
        assert file.read() == "written to the end"


def test_libraries_have_nothing_to_say_of_what_is_left(leaving: Project) -> None:
    """DuckDB's lists what "leaked" where Python ends without having taken all apart."""
    pytest.importorskip("duckdb", reason="an example's dependency")
    env = leaving.folder / "migrations/env.py"
    env.write_text("import duckdb\nkept = [duckdb.connect()]\nkept.append(kept)\n" + env.read_text())
    done = upgrade(leaving.folder)
    assert done.returncode == 0, done.stderr
    assert "leaked" not in done.stderr
