"""Everything that can be wrong gives one message that names the culprit and the remedy, exit code 1, no traceback."""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from testing.projects import Project


def refused(done, *told):
    """Check that a command line ended with one clear message."""
    assert done.code == 1, done
    assert done.err.startswith("Error: "), done.err
    assert "Traceback" not in done.err
    for text in told:
        assert str(text) in done.err, done.err


class TestSettings:
    def test_a_broken_line_in_the_ini_file(self, project, run):
        Path("whimbrel.ini").write_text("[whimbrel]\nscript_location = migrations\nwhat is this\n")
        refused(run("heads"), "whimbrel.ini", "line 3")

    def test_a_broken_line_in_the_toml_file(self, project, run):
        Path("whimbrel.ini").unlink()
        Path("whimbrel.toml").write_text('script_location = "migrations"\nversion_table = what\n')
        refused(run("heads"), "whimbrel.toml", "line 2")

    def test_a_file_that_is_not_there(self, project, run):
        refused(run("-c", "nope.ini", "heads"), "nope.ini")

    def test_no_script_location(self, project, run):
        Path("whimbrel.ini").write_text("[whimbrel]\n")
        refused(run("heads"), "whimbrel.ini", "Add:  script_location =")

    def test_a_script_location_that_is_not_there(self, project, run):
        Path("whimbrel.ini").write_text("[whimbrel]\nscript_location = nope\n")
        refused(run("heads"), "nope", "whimbrel init nope")

    def test_a_variable_that_is_not_set(self, project, run):
        Path("whimbrel.ini").write_text("[whimbrel]\nscript_location = migrations\nsqlalchemy.url = ${NOT_SET}\n")
        project.add("a1")
        assert run("heads").code == 0
        refused(run("upgrade", "head"), "NOT_SET", "whimbrel.ini, line 3")

    def test_no_url(self, project, run):
        Path("whimbrel.ini").write_text("[whimbrel]\nscript_location = migrations\n")
        project.add("a1")
        refused(run("upgrade", "head"), "sqlalchemy.url", "WHIMBREL_DATABASE_URL")

    def test_a_folder_of_versions_that_is_a_file(self, project, run):
        project.versions.rmdir()
        project.versions.write_text("")
        refused(run("heads"), project.versions)

    @pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read every folder")
    def test_a_folder_that_may_not_be_read(self, project, run):
        project.versions.chmod(0)
        try:
            refused(run("heads"), project.versions)
        finally:
            project.versions.chmod(0o755)


class TestVersionFiles:
    def test_one_that_is_not_python(self, project, run):
        (project.versions / "a1.py").write_text("revision = 'a1'\ndown_revision = None\ndef upgrade(:\n")
        refused(run("upgrade", "head"), "a1.py", "line 3")

    def test_one_that_raises(self, project, run):
        (project.versions / "a1.py").write_text("import os\nrevision = os.environ['NOT_THERE']\ndown_revision = None\n")
        refused(run("heads"), "a1.py", "line 2", "NOT_THERE")

    def test_one_without_revision(self, project, run):
        (project.versions / "a1.py").write_text("down_revision = None\n")
        refused(run("heads"), "a1.py", "revision")

    def test_two_with_one_id(self, project, run):
        project.add("a1")
        (project.versions / "copy.py").write_text((project.versions / "a1.py").read_text())
        refused(run("heads"), "a1", "copy.py", "a1.py")

    def test_one_whose_parent_is_not_there(self, project, run):
        project.add("b2", "gone")
        refused(run("heads"), "b2", "'gone'", "b2.py")

    def test_a_circle(self, project, run):
        project.add("a1", "b2")
        project.add("b2", "a1")
        refused(run("heads"), "a1", "b2", "Cycle")

    @pytest.mark.parametrize("id", ["a@b", "a:b", "a+b", "a b", "x" * 500])
    def test_an_id_that_cannot_be_one(self, project, run, id):
        refused(run("revision", "--rev-id", id), "cannot be used", "letters, digits")
        assert list(project.versions.glob("*.py")) == []
        project.add("a1")
        (project.versions / "a1.py").write_text(f"revision = {id!r}\ndown_revision = None\n")
        refused(run("heads"), "cannot be used", "a1.py")

    def test_pain_06_two_heads_after_a_git_merge(self, project, run):
        """The message names both files, and the command that joins them."""
        project.line("a1", "b2")
        project.add("c3", "a1")
        for words in (["upgrade", "head"], ["revision", "-m", "next"]):
            refused(run(*words), "b2", "c3", "b2.py", "c3.py", "whimbrel merge -m")


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

    def test_it_is_down(self, project, run, monkeypatch):
        project.line("a1")
        monkeypatch.setenv("WHIMBREL_DATABASE_URL", "mysql+pymysql://bob:hunter2@127.0.0.1:1/x")
        done = run("upgrade", "head")
        refused(done, "Cannot connect to mysql+pymysql://bob:***@127.0.0.1:1/x", "Is the server running")
        assert "hunter2" not in done.err

    def test_a_wrong_password(self, project, run, monkeypatch, mysql_database):
        from sqlalchemy import make_url

        project.line("a1")
        url = make_url(mysql_database.url).set(username="nobody", password="hunter2")
        monkeypatch.setenv("WHIMBREL_DATABASE_URL", url.render_as_string(hide_password=False))
        for words in (["upgrade", "head"], ["-v", "upgrade", "head"]):
            done = run(*words)
            assert done.code == 1
            assert "Access denied for user 'nobody'" in done.err
            assert "hunter2" not in done.out + done.err

    def test_a_url_that_is_none(self, project, run, monkeypatch):
        project.line("a1")
        monkeypatch.setenv("WHIMBREL_DATABASE_URL", "bob:hunter2")
        done = run("upgrade", "head")
        refused(done, "database URL cannot be read")
        assert "hunter2" not in done.err

    def test_a_revision_that_fails_half_way_leaves_nothing(self, project, run):
        project.add("a1", upgrade='op.create_table("t", sa.Column("id", sa.Integer))\nop.execute("nonsense")')
        refused(run("upgrade", "head"), "Revision a1 failed in upgrade()", "a1.py", "nonsense")
        assert run("current") == (0, "", "")
        with closing(sqlite3.connect(project.url.removeprefix("sqlite:///"))) as connection, connection:
            assert connection.execute("SELECT name FROM sqlite_master WHERE name = 't'").fetchall() == []


class TestEnvironment:
    def make(self, tmp_path, monkeypatch, env):
        project = Project(tmp_path / "other", "sqlite:///x.db", env=env)
        monkeypatch.chdir(project.folder)
        Path("whimbrel.ini").write_text("[whimbrel]\nscript_location = migrations\nsqlalchemy.url = sqlite:///x.db\n")
        project.line("a1")
        return project

    def test_an_env_py_that_raises(self, tmp_path, monkeypatch, run):
        self.make(tmp_path, monkeypatch, "import os\n\nraise LookupError('no tenant')\n")
        refused(run("upgrade", "head"), "env.py:3", "LookupError", "no tenant")

    def test_an_env_py_that_is_not_python(self, tmp_path, monkeypatch, run):
        self.make(tmp_path, monkeypatch, "from whimbrel import context\ncontext.configure(\n")
        refused(run("upgrade", "head"), "env.py", "line 2")

    def test_an_env_py_that_misspells_a_name(self, tmp_path, monkeypatch, run):
        self.make(tmp_path, monkeypatch, "from whimbrel import context\ncontext.run_migration()\n")
        refused(run("upgrade", "head"), "env.py:2", "run_migration")
