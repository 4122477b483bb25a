"""The commands as a person types them: words in; output, messages and exit code out."""

from __future__ import annotations

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest


def rows(project):
    """Return the version table of the project's SQLite database."""
    with closing(sqlite3.connect(project.url.removeprefix("sqlite:///"))) as connection, connection:
        return sorted(name for (name,) in connection.execute("SELECT version_num FROM whimbrel_version"))


@pytest.fixture
def three(project):
    """A line of three revisions: a1 <- b2 <- c3."""
    project.line("a1", "b2", "c3")
    return project


class TestMoving:
    def test_up_and_down(self, three, run):
        assert run("upgrade", "head").code == 0
        assert rows(three) == ["c3"]
        assert run("downgrade", "-1").code == 0
        assert rows(three) == ["b2"]
        assert run("downgrade", "base").code == 0
        assert rows(three) == []
        assert run("upgrade", "+2").code == 0
        assert rows(three) == ["b2"]

    def test_options_may_stand_after_a_relative_revision(self, three, run):
        assert run("downgrade", "-1", "--sql").err.startswith("Error: downgrade with --sql requires <fromrev>:<torev>")

    def test_stamp(self, three, run):
        assert run("stamp", "b2").code == 0
        assert rows(three) == ["b2"]

    def test_stamp_purge_forgets_what_no_file_has(self, three, run):
        run("stamp", "b2")
        with closing(sqlite3.connect(three.url.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute("UPDATE whimbrel_version SET version_num = 'gone'")
        told = run("upgrade", "head")
        assert told.code == 1
        assert "'gone'" in told.err
        assert run("stamp", "--purge", "c3").code == 0
        assert rows(three) == ["c3"]

    def test_stamp_several(self, project, run):
        project.add("a1")
        project.add("x1")
        assert run("stamp", "a1", "x1").code == 0
        assert rows(project) == ["a1", "x1"]

    def test_ensure_version(self, three, run):
        assert run("ensure_version").code == 0
        assert rows(three) == []
        assert run("ensure-version").code == 0

    def test_ensure_version_as_sql(self, three, run):
        done = run("ensure_version", "--sql")
        assert done.code == 0
        assert "CREATE TABLE whimbrel_version" in done.out

    def test_sql_opens_no_database(self, three, run):
        done = run("upgrade", "head", "--sql")
        assert done.code == 0
        assert "CREATE TABLE t_a1" in done.out
        assert not Path(three.url.removeprefix("sqlite:///")).exists()

    def test_sql_of_a_range(self, three, run):
        done = run("upgrade", "a1:b2", "--sql")
        assert "CREATE TABLE t_b2" in done.out
        assert "t_a1" not in done.out
        assert "t_c3" not in done.out

    def test_sql_backwards(self, three, run):
        done = run("downgrade", "c3:b2", "--sql")
        assert "DROP TABLE t_c3" in done.out
        assert "t_b2" not in done.out

    def test_a_range_is_for_sql_only(self, three, run):
        done = run("upgrade", "a1:b2")
        assert (done.code, done.out) == (1, "")
        assert done.err == (
            "Error: Range revision 'a1:b2' is not allowed: the database itself says where to start.\n"
            "Name the revision to reach (b2), or write SQL with --sql.\n"
        )

    def test_x_and_tag_reach_env_py(self, tmp_path, sqlite_database, monkeypatch, run):
        from testing.projects import Project

        project = Project(
            tmp_path / "p",
            sqlite_database.url,
            env="""
            from whimbrel import context

            print(context.get_x_argument(as_dictionary=True), context.get_tag_argument())
            print(context.config.cmd_opts.revision, context.config.cmd_opts.cmd[0].__name__)
            """,
        )
        project.line("a1")
        monkeypatch.chdir(project.folder)
        Path("whimbrel.ini").write_text("[whimbrel]\nscript_location = migrations\n")
        done = run("-x", "tenant=a", "-x", "dry", "upgrade", "head", "--tag", "blue")
        assert done.out == "{'tenant': 'a', 'dry': ''} blue\nhead upgrade\n"


class TestReading:
    def test_the_answers_go_to_standard_output(self, three, run):
        assert run("heads") == (0, "c3 (head)\n", "")
        assert run("show", "a1")[:1] == (0,)
        assert run("history").out.splitlines() == [
            "b2 -> c3 (head), revision c3",
            "a1 -> b2, revision b2",
            "<base> -> a1, revision a1",
        ]
        assert run("branches") == (0, "", "")

    def test_current(self, three, run):
        run("upgrade", "b2")
        assert run("current").out == "b2\n"
        assert run("history", "-i").out.splitlines()[1] == "a1 -> b2 (current), revision b2"
        assert run("history", "-r", "current:").out.splitlines() == [
            "b2 -> c3 (head), revision c3",
            "a1 -> b2, revision b2",
        ]

    def test_a_range_that_begins_with_a_minus_is_an_options_value(self, three, run):
        assert run("history", "-r", "-1:").out.splitlines()[1:] == ["a1 -> b2, revision b2"]

    @pytest.mark.parametrize(
        "words",
        [["heads"], ["history"], ["history", "-i"], ["show", "head"], ["branches"], ["current"], ["list_templates"]],
    )
    def test_json_is_one_document(self, three, run, words):
        done = run(*words, "--json")
        assert done.code == 0
        assert isinstance(json.loads(done.out), list)

    def test_graph(self, three, run):
        assert run("history", "--graph").out.splitlines() == [
            "●  c3 (head), revision c3",
            "●  b2, revision b2",
            "●  a1, revision a1",
        ]

    def test_quiet(self, three, run):
        assert run("-q", "heads") == (0, "", "")
        assert run("-q", "heads", "--json") == run("heads", "--json")
        assert run("-q", "upgrade", "head") == (0, "", "")
        assert run("-q", "current", "--check-heads") == (0, "", "")

    def test_plugins(self, run):
        done = run("plugins")
        assert done.code == 0
        assert "Dialects (whimbrel.dialects):" in done.out
        assert "sqlite" in done.out
        listed = json.loads(run("plugins", "--json").out)
        assert {"group", "name", "distribution", "version", "state", "error"} <= set(listed[0])


def test_the_settings_may_be_elsewhere_and_in_another_section(three, tmp_path, monkeypatch, run):
    monkeypatch.chdir(tmp_path)
    settings = Path("other.ini")
    settings.write_text(f"[shop]\nscript_location = {three.migrations}\n")
    assert run("-c", "other.ini", "-n", "shop", "heads") == (0, "c3 (head)\n", "")
    monkeypatch.setenv("WHIMBREL_CONFIG", str(three.folder / "whimbrel.ini"))
    assert run("heads") == (0, "c3 (head)\n", "")


class TestWriting:
    def test_revision(self, project, run):
        done = run("revision", "-m", "create accounts", "--rev-id", "a1", "--branch-label", "shop")
        path = project.versions / "a1_create_accounts.py"
        assert done == (0, f"Generating {path} ...  done\n", "")
        assert path.is_file()
        assert run("heads").out == "a1 (shop) (head)\n"

    def test_revision_options(self, three, run):
        assert run("revision", "--rev-id", "d4", "--head", "a1", "--splice", "--depends-on", "c3").code == 0
        assert "Parent: a1\nAlso depends on: c3\n" in run("show", "d4").out

    def test_several_heads_ask_which(self, three, run):
        run("revision", "--rev-id", "d4", "--head", "a1", "--splice")
        done = run("revision", "-m", "which")
        assert done.code == 1
        assert "c3" in done.err
        assert "d4" in done.err
        assert "whimbrel merge" in done.err

    def test_merge(self, three, run):
        run("revision", "--rev-id", "d4", "--head", "a1", "--splice")
        assert run("merge", "-m", "together", "--rev-id", "e5", "heads").code == 0
        assert run("heads").out == "e5 (head)\n"

    def test_edit(self, three, process):
        done = process("edit", "b2", environment={"VISUAL": "", "EDITOR": "cat"})
        assert done == (0, (three.versions / "b2.py").read_text(), "")

    def test_edit_with_an_editor_that_is_not_there(self, three, run, monkeypatch):
        monkeypatch.setenv("VISUAL", "no-such-editor --wait")
        done = run("edit", "b2")
        assert done.code == 1
        assert done.err.startswith("Error: The editor 'no-such-editor' cannot be started: ")

    def test_init_then_work(self, tmp_path, monkeypatch, run):
        monkeypatch.chdir(tmp_path)
        assert run("init", "-t", "minimal", "migrations").code == 0
        monkeypatch.setenv("WHIMBREL_DATABASE_URL", "sqlite:///app.db")
        assert run("revision", "-m", "first", "--rev-id", "1a").code == 0
        assert run("upgrade", "head").code == 0
        assert run("current").out == "1a (head)\n"


class TestExitCodes:
    def test_1_an_error(self, three, run):
        done = run("upgrade", "nope")
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith("Error: ")
        assert "nope" in done.err
        assert "Traceback" not in done.err

    def test_4_not_at_head(self, three, run):
        run("upgrade", "a1")
        done = run("current", "--check-heads")
        assert (done.code, done.out) == (4, "a1\n")
        assert "Error: Database is not on all head revisions: it is at a1, not yet at c3.\n" in done.err

    def test_no_settings_at_all(self, tmp_path, monkeypatch, run):
        monkeypatch.chdir(tmp_path)
        done = run("heads")
        assert done.code == 1
        assert "whimbrel init" in done.err

    def test_an_unknown_setting_is_told_with_the_nearest(self, three, run):
        with Path("whimbrel.ini").open("a") as settings:
            settings.write("file_templat = x\n")
        done = run("heads")
        assert (done.code, done.out) == (0, "c3 (head)\n")
        assert done.err == "Warning: whimbrel.ini, line 4: unknown setting file_templat. Did you mean file_template?\n"
        assert run("-q", "heads").err == ""


class TestTracebacks:
    @pytest.fixture
    def broken(self, project):
        project.add("a1", upgrade="raise RuntimeError('not on my watch')")
        return project

    def test_none_by_default(self, broken, run):
        done = run("upgrade", "head")
        assert done.code == 1
        assert "not on my watch" in done.err
        assert "a1.py" in done.err
        assert "Traceback" not in done.err

    def test_raiseerr_raises(self, broken, run):
        with pytest.raises(Exception, match="not on my watch"):
            run("--raiseerr", "upgrade", "head")

    def test_v_shows_it(self, broken, run):
        done = run("-v", "upgrade", "head")
        assert done.code == 1
        assert "Traceback" in done.err
        assert done.err.rstrip().splitlines()[-1] != ""

    def test_an_error_nobody_expected(self, three, run, monkeypatch):
        monkeypatch.setattr("whimbrel.commands.heads.heads", lambda *_args, **_kw: 1 / 0)
        done = run("heads")
        assert (done.code, done.out) == (1, "")
        assert done.err == (
            "Error: ZeroDivisionError: division by zero\n"
            "This was not expected. For the traceback:  whimbrel --raiseerr ...\n"
        )


def test_no_password_in_any_output(project, process):
    """Nobody listens at that port: the message shows the URL, but not what is between ``:`` and ``@``."""
    project.line("a1")
    for words in (["upgrade", "head"], ["-v", "upgrade", "head"], ["current", "-v"]):
        done = process(*words, environment={"WHIMBREL_DATABASE_URL": "postgresql+psycopg://bob:hunter2@127.0.0.1:1/x"})
        assert done.code == 1
        assert "127.0.0.1" in done.err
        assert "hunter2" not in done.out + done.err


GRAPH_ONLY = [
    ["heads"],
    ["heads", "-v", "--resolve-dependencies"],
    ["history"],
    ["history", "-v"],
    ["history", "--graph"],
    ["history", "-r", "a1:", "--json"],
    ["show", "head"],
    ["branches", "-v"],
    ["edit", "a1"],
]


@pytest.mark.parametrize("words", [*GRAPH_ONLY, ["revision", "-m", "new"], ["merge", "--splice", "b2", "c3"]])
def test_graph_only_commands_import_neither_sqlalchemy_nor_a_plugin(three, process, words):
    report = "import atexit; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"
    done = process(*words, before=report, environment={"VISUAL": "true", "WHIMBREL_DATABASE_URL": "nonsense"})
    assert done.code == 0
    loaded = set(done.err.split())
    assert not loaded & {"sqlalchemy", "pluggy", "whimbrel_sqlite", "asyncio"}
    if words in GRAPH_ONLY:
        assert not loaded & {"mako", "importlib.metadata", "logging"}


@pytest.mark.parametrize("words", [["upgrade", "head"], ["current"]])
def test_a_run_with_nothing_to_do_imports_nothing_that_only_work_needs(three, process, words):
    process("upgrade", "head")
    report = "import atexit; atexit.register(lambda: print(*sys.modules, file=sys.stderr))"
    postpone = "from whimbrel.cli.terminal.postponed import postpone; postpone()"  # as the program does
    done = process(*words, before=f"{report}\n{postpone}")
    assert done.code == 0
    loaded = set(done.err.split())
    assert "whimbrel_sqlite" in loaded
    metadata = {"email", "zipfile"}  # what importlib.metadata begins with
    assert not loaded & {*metadata, "ssl", "mako", "whimbrel_sqlite.catalog", "whimbrel.runtime.journal.keeper"}


@pytest.mark.parametrize("words", [["revision", "-m", "new"], ["init", "others"]])
def test_no_file_is_left_half_written_on_a_full_disk(three, process, words):
    """The largest file that may be written has ten bytes: what a full disk does, without one."""
    before = {path for path in three.folder.rglob("*") if "__pycache__" not in path.parts}
    limit = (
        "import resource, signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))"
    )
    done = process(*words, before=limit, environment={"PYTHONDONTWRITEBYTECODE": "1"})
    assert done.code == 1
    assert done.err.startswith("Error: ")
    assert "File too large" in done.err
    assert {path for path in three.folder.rglob("*") if "__pycache__" not in path.parts} == before


def test_a_warning_is_one_line(project, process):
    """A -- B, A -- C: where -1 counts from is a guess, and is said without a line of our code."""
    project.add("a1")
    project.add("b1", "a1")
    project.add("c1", "a1")
    process("upgrade", "heads")
    done = process("downgrade", "-1")
    assert done.code == 0
    assert done.err.splitlines()[0].startswith("Warning: '-1' from several revisions (")
    assert "plan.py" not in done.err
    assert "plan_downgrade" not in done.err


@pytest.mark.parametrize("words", [["history"], ["-q", "upgrade", "head", "--sql"]])
def test_the_reader_of_the_output_may_go_away(three, tmp_path, words):
    import subprocess
    import sys

    code = f"from whimbrel.cli.main import main; import sys; code = main({words}); sys.stderr.write(str(code))"
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-c", code], stdout=writing, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writing)
    assert done.stderr == "141"
