"""Command lines over a project, in this process and in one of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from testing.databases import Database
from testing.projects import Project
from whimbrel.cli.main import main


class Ran(NamedTuple):
    """What became of a command line."""

    code: int
    out: str
    err: str


Run = Callable[..., Ran]


@pytest.fixture
def project(tmp_path: Path, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project over an empty SQLite database, which the working directory's whimbrel.ini names."""
    project = Project(tmp_path / "project", sqlite_database.url)
    (project.folder / "whimbrel.ini").write_text(
        f"[whimbrel]\nscript_location = %(here)s/migrations\nsqlalchemy.url = {project.url}\n"
    )
    monkeypatch.chdir(project.folder)
    return project


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A function that runs a command line in this process."""

    def call(*words: str) -> Ran:
        code = main(words)
        return Ran(code, *capsys.readouterr())

    return call


@pytest.fixture
def process() -> Run:
    """A function that runs a command line in a process of its own, far from any terminal."""

    def call(*words: str, environment: Mapping[str, str] | None = None, before: str = "") -> Ran:
        code = f"import sys\n{before}\nfrom whimbrel.cli.main import main\nsys.exit(main())"
        done = subprocess.run(
            [sys.executable, "-c", code, *words],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return call
