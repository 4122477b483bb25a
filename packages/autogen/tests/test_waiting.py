"""Comparing takes a while: a line at the terminal says so after a second, and nowhere else."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.processes import run as python
from testing.projects import Project
from whimbrel.cli.terminal.waiting import HushingStream, Waiting

CLEAR = "\r\x1b[K"
ENV = """
    import time
    import sqlalchemy as sa
    from whimbrel import context

    metadata = sa.MetaData()

    def include_name(name, type_, parents):
        if type_ == "table":
            time.sleep(1.8)
        return True

    with context.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, include_name=include_name)
        with context.begin_transaction():
            context.run_migrations()
"""


@pytest.fixture
def project(tmp_path: Path, sqlite_database) -> Project:
    with sqlite_database.engine().begin() as connection:
        connection.execute(sa.text("CREATE TABLE slow (id INTEGER)"))
    project = Project(tmp_path, sqlite_database.url, env=ENV)
    (tmp_path / "whimbrel.ini").write_text(
        f"[whimbrel]\nscript_location = migrations\nsqlalchemy.url = {sqlite_database.url}\n"
    )
    return project


@pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals are POSIX")
class TestAtATerminal:
    def on_terminal(self, folder: Path, *words: str) -> tuple[str, str]:
        """Run a command with a terminal for its errors, and return what it prints and what the terminal shows."""
        import pty

        ours, theirs = pty.openpty()
        shown: list[bytes] = []
        process = subprocess.Popen(
            [sys.executable, "-m", "whimbrel", *words],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm"},
        )
        os.close(theirs)

        def read() -> None:
            while True:
                try:
                    data = os.read(ours, 4096)
                except OSError:  # Linux: nobody has the other end any more
                    return
                if not data:
                    return
                shown.append(data)

        reader = threading.Thread(target=read)
        reader.start()
        printed = process.communicate(timeout=120)[0].decode()
        reader.join()
        os.close(ours)
        return printed, b"".join(shown).decode()

    @pytest.mark.parametrize("words", [["diff"], ["check"], ["diff", "--json"]], ids=" ".join)
    def test_the_line_is_drawn_again_and_again_and_taken_away(self, project: Project, words: list[str]) -> None:
        printed, shown = self.on_terminal(project.folder, *words)
        drawn = re.findall(r"\r\x1b\[KComparing models with the database \.\.\. (\d+) s", shown)
        assert len(drawn) >= 2
        assert list(map(int, drawn)) == sorted(map(int, drawn))
        assert shown.endswith(CLEAR)
        assert "Comparing" not in printed

    def test_not_where_quiet_is_asked_for(self, project: Project) -> None:
        assert "Comparing" not in self.on_terminal(project.folder, "--quiet", "diff")[1]


def test_nothing_is_drawn_elsewhere(project: Project) -> None:
    done = python(["-m", "whimbrel", "diff"], cwd=project.folder)
    assert "Comparing" not in done.stdout + done.stderr
    assert done.returncode == 0


def test_what_ends_in_time_draws_nothing() -> None:
    terminal = io.StringIO()
    with Waiting(terminal, "Doing it", after=3600):
        pass
    assert terminal.getvalue() == ""


def test_whoever_prints_meanwhile_has_the_line_to_itself() -> None:
    terminal = io.StringIO()
    with Waiting(terminal, "Doing it", after=0, every=3600) as waiting:
        while "Doing it" not in terminal.getvalue():
            pass
        HushingStream(terminal, waiting).write("printed\n")
    assert terminal.getvalue() == f"{CLEAR}Doing it ... 0 s{CLEAR}printed\n"
