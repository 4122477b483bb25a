"""Commands that only ask about the history execute nothing of the project: no version file, no env.py, no hook."""

from __future__ import annotations

import subprocess
import sys

import pytest

from whimbrel.script.index import HeaderIndex, file_key

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


@pytest.fixture
def shadowed(marked):
    """The same, its folder in ``prepend_sys_path`` and full of modules with the names of Python's own."""
    with (marked.folder / "whimbrel.ini").open("a") as settings:
        settings.write("prepend_sys_path = %(here)s\n")
    for name in sys.stdlib_module_names - set(sys.builtin_module_names):
        (marked.folder / f"{name}.py").write_text(f"{LEAVES_A_MARK}raise SystemExit(3)\n")
    # More than the fast scan is sure of.
    (marked.versions / "c3.py").write_text('"""c"""\nx = ("a",)\nrevision: str = "c3"\ndown_revision = ("b2")\nx = x\n')
    return marked


@pytest.mark.parametrize(
    "words",
    ["heads", "heads --json", "history", "history --json", "history --graph", "show c3", "branches"],
)
def test_no_module_of_the_project_stands_in_for_one_of_python(shadowed, words):
    done = subprocess.run(
        [sys.executable, "-P", "-m", "whimbrel", *words.split()],  # -P: else Python itself looks into this folder
        cwd=shadowed.folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert list(shadowed.folder.rglob("*.was_run")) == []


COMPUTED = f'{LEAVES_A_MARK}revision = "c" + "3"\ndown_revision = "b2"\n'


@pytest.mark.parametrize("words", [["heads"], ["history"], ["show", "a1"], ["branches"], ["revision", "-m", "x"]])
def test_a_header_that_is_computed_is_refused_where_the_settings_say_so(marked, run, words):
    path = marked.versions / "c3.py"
    path.write_text(COMPUTED)
    with (marked.folder / "whimbrel.ini").open("a") as settings:
        settings.write("run_headers = false\n")
    result = run(*words)
    assert result.code == 1
    assert result.err == (
        f"Error: {path} computes what it is, and would have to be run to be known: that is refused (run_headers = "
        "false).\nWrite the header as literals: revision, down_revision, branch_labels, depends_on. Or, if you trust "
        "the file:  run_headers = true\n"
    )
    assert list(marked.folder.rglob("*.was_run")) == []


def test_an_index_is_not_believed_where_headers_are_not_run(marked, run):
    rows = {
        path.name: (file_key(path.stat()), path.stem[::-1], (), (), (), "") for path in marked.versions.glob("*.py")
    }
    assert HeaderIndex.of(str(marked.versions)).save(rows)
    assert sorted(run("heads").out.splitlines()) == ["1a (head)", "2b (head)"]
    with (marked.folder / "whimbrel.ini").open("a") as settings:
        settings.write("run_headers = false\n")
    assert run("heads").out == "b2 (head)\n"


def test_a_header_that_is_computed_is_computed_where_the_settings_say_nothing(marked, run):
    (marked.versions / "c3.py").write_text(COMPUTED)
    assert "c3" in run("heads").out
    assert [path.name for path in marked.folder.rglob("*.was_run")] == ["c3.was_run"]
