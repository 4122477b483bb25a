"""Commands that only ask about the history execute nothing of the project: no version file, no env.py, no hook."""

from __future__ import annotations

import pytest

LEAVES_A_MARK = "import pathlib; pathlib.Path(__file__).with_suffix('.was_run').touch()\n"
COMMANDS = (
    ["heads"], ["heads", "-v"], ["heads", "--json"], ["history"], ["history", "-v"], ["history", "--json"],
    ["history", "--graph"], ["history", "-r", "a1:"], ["show", "head"], ["show", "b2", "--json"], ["branches"],
    ["branches", "-v", "--json"], ["plugins"], ["list_templates"], ["completion", "bash"],
    ["revision", "-m", "new"], ["merge", "heads", "-m", "both"],
)  # fmt: skip


@pytest.fixture
def marked(project):
    """A project whose every Python file leaves a mark when it runs."""
    project.line("a1", "b2")
    for path in project.versions.glob("*.py"):
        path.write_text(path.read_text().replace("from whimbrel import op", LEAVES_A_MARK))
    (project.migrations / "env.py").write_text(LEAVES_A_MARK)
    (project.migrations / "script.py.mako").write_text('"""${message}"""\nrevision = ${repr(up_revision)}\n')
    return project


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_nothing_of_the_project_runs(marked, run, words):
    run(*words)
    assert list(marked.folder.rglob("*.was_run")) == []


def test_a_run_does(marked, run):
    """The mark is one."""
    run("upgrade", "head")
    assert [path.name for path in marked.folder.rglob("*.was_run")] == ["env.was_run"]
