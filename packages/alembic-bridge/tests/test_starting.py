"""What a command costs that only asks about the history, in a project of Alembic's: no more than in one of ours."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from testing.alembic_projects import AlembicProject

HEAVY = ("sqlalchemy", "mako", "pluggy", "alembic", "whimbrel_autogen", "whimbrel_alembic.finder", "logging.config")


@pytest.mark.parametrize("shape", ["generic", "pyproject"])
@pytest.mark.parametrize("words", ["heads", "history", "branches", "show head"])
def test_the_history_is_read_without_sqlalchemy(tmp_path: Path, shape: str, words: str) -> None:
    project = AlembicProject(tmp_path, shape)
    project.add("a1", "b2", "c3")
    (tmp_path / "ask.py").write_text(
        "import sys\nfrom whimbrel.cli.main import main\n\n"
        f"assert main({words.split()!r}) == 0\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
        "print(sorted(name for name in sys.modules if name.startswith('whimbrel_alembic')))\n"
    )
    told = project.run("ask.py", tool=(sys.executable,)).stdout.splitlines()
    assert told[-2:] == [
        "[]",
        str([f"whimbrel_alembic{name}" for name in ("", ".config", ".convention", ".peer", ".project")]),
    ]
