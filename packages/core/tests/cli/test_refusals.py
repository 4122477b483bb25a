"""What a command refuses: one message that names the culprit and the remedy. More of it is in ``tests/bad_input``."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from testing.projects import Project


def refused(done, *told):
    """Check that a command line ended with one clear message."""
    assert done.code == 1, done
    assert done.err.startswith("Error: "), done.err
    assert "Traceback" not in done.err
    for text in told:
        assert str(text) in done.err, done.err


class TestSettings:
    def test_no_script_location(self, project, run):
        Path("whimbrel.ini").write_text("[whimbrel]\n")
        refused(run("heads"), "whimbrel.ini", "Add:  script_location =")

    def test_a_variable_that_is_not_set(self, project, run):
        Path("whimbrel.ini").write_text("[whimbrel]\nscript_location = migrations\nsqlalchemy.url = ${NOT_SET}\n")
        project.add("a1")
        assert run("heads").code == 0
        refused(run("upgrade", "head"), "NOT_SET", "whimbrel.ini, line 3")

    def test_no_url(self, project, run):
        Path("whimbrel.ini").write_text("[whimbrel]\nscript_location = migrations\n")
        project.add("a1")
        refused(run("upgrade", "head"), "sqlalchemy.url", "WHIMBREL_DATABASE_URL")


class TestVersionFiles:
    def test_pain_06_two_heads_after_a_git_merge(self, project, run):
        """The message names both files, and the command that joins them."""
        project.line("a1", "b2")
        project.add("c3", "a1")
        for words in (["upgrade", "head"], ["revision", "-m", "next"]):
            refused(run(*words), "b2", "c3", "b2.py", "c3.py", "whimbrel merge -m")

    def test_a_label_with_a_slip(self, project, run):
        project.add("a1", labels="stock")
        refused(run("upgrade", "stok@head"), "Can't locate revision identified by 'stok@head'", "stock@head")

    def test_a_range_the_wrong_way_round(self, project, run):
        """As text it would be nothing at all, and look like success."""
        project.line("a1", "b2")
        refused(run("upgrade", "b2:a1", "--sql"), "leads down", "whimbrel downgrade b2:a1 --sql")
        assert run("upgrade", "b2:b2", "--sql").code == 0


class TestTheDatabase:
    def test_pain_23_it_is_at_a_revision_of_a_colleagues_branch(self, project, run):
        project.line("a1", "b2")
        run("upgrade", "head")
        with closing(sqlite3.connect(project.url.removeprefix("sqlite:///"))) as connection, connection:
            connection.execute("UPDATE whimbrel_version SET version_num = 'c0113a90e'")
        refused(
            run("upgrade", "head"), "c0113a90e", "whimbrel_version", "Check out the branch", "whimbrel stamp --purge"
        )
        refused(run("current"), "c0113a90e")


class TestEnvironment:
    def make(self, tmp_path, monkeypatch, env):
        project = Project(tmp_path / "other", "sqlite:///x.db", env=env)
        monkeypatch.chdir(project.folder)
        Path("whimbrel.ini").write_text("[whimbrel]\nscript_location = migrations\nsqlalchemy.url = sqlite:///x.db\n")
        project.line("a1")
        return project

    def test_an_env_py_that_is_not_python(self, tmp_path, monkeypatch, run):
        self.make(tmp_path, monkeypatch, "from whimbrel import context\ncontext.configure(\n")
        refused(run("upgrade", "head"), "env.py", "line 2")

    def test_an_env_py_that_misspells_a_name(self, tmp_path, monkeypatch, run):
        self.make(tmp_path, monkeypatch, "from whimbrel import context\ncontext.run_migration()\n")
        refused(run("upgrade", "head"), "env.py:2", "run_migration")
