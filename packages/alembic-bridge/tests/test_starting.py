"""What a command costs that only asks about the history, in a project of Alembic's: no more than in one of ours."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from testing.alembic_projects import AlembicProject

HEAVY = ("sqlalchemy", "mako", "pluggy", "alembic", "whimbrel_autogen", "whimbrel_alembic.finder", "logging.config")


def fresh(folder: Path, words: str, then: str) -> list[str]:
    """The lines that an interpreter prints in which nothing was imported before: a command's, and *then*'s."""
    script = f"import sys\nfrom whimbrel.cli.main import main\n\nassert main({words.split()!r}) == 0\n{then}"
    done = subprocess.run([sys.executable, "-c", script], cwd=folder, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize("shape", ["generic", "pyproject"])
@pytest.mark.parametrize("words", ["heads", "history", "branches", "show head"])
def test_the_history_is_read_without_sqlalchemy(tmp_path: Path, shape: str, words: str) -> None:
    project = AlembicProject(tmp_path, shape)
    project.add("a1", "b2", "c3")
    told = fresh(
        tmp_path,
        words,
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "print(sorted(name for name in sys.modules if name.startswith('whimbrel_alembic')))\n",
    )
    assert told[-2:] == [
        "[]",
        str([f"whimbrel_alembic{name}" for name in ("", ".config", ".convention", ".peer", ".project")]),
    ]


@pytest.mark.parametrize("shape", ["generic", "pyproject"])
@pytest.mark.parametrize("words", ["heads", "history", "branches", "show head"])
def test_no_file_is_run_for_it(tmp_path: Path, shape: str, words: str) -> None:
    project = AlembicProject(tmp_path, shape)
    project.add("a1", "b2", "c3")
    for path in (*project.versions.glob("*.py"), project.folder / "migrations" / "env.py"):
        path.write_text(path.read_text() + "\nraise SystemExit('this file was run')\n")
    assert "c3" in project.run(*words.split()).stdout or words == "branches"
    assert "was run" in project.run("upgrade", "head", code=1).stderr


def test_it_imports_as_little_as_in_a_project_of_ours(tmp_path: Path) -> None:
    theirs, ours = AlembicProject(tmp_path / "theirs"), AlembicProject(tmp_path / "ours")
    ini = (ours.folder / "alembic.ini").rename(ours.folder / "whimbrel.ini")
    ini.write_text(ini.read_text().replace("[alembic]", "[whimbrel]"))
    loaded: list[set[str]] = []
    for project in (theirs, ours):
        project.add("a1", "b2")
        loaded.append(set(fresh(project.folder, "heads", "print(*sys.modules)")[-1].split()))
    more = {name for name in loaded[0] - loaded[1] if not name.startswith("whimbrel_alembic")}
    assert more == set()
