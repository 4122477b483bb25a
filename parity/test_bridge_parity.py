"""A project made for Alembic, run by both tools in turn: each goes on where the other stopped."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from parity.differences import normalised
from testing.alembic_projects import SHAPES, AlembicProject

PEER = os.environ.get("WHIMBREL_TEST_PEER_PYTHON")
ALEMBIC = (str(PEER), "-m", "alembic.config")
pytestmark = pytest.mark.skipif(PEER is None, reason="needs Alembic in an environment of its own: nox -s parity")

POSTGRESQL = "postgresql+psycopg://u@localhost/x"
MYSQL = "mysql+pymysql://u@localhost/x"


def state(project: AlembicProject) -> list[tuple[list[str], set[str]]]:
    """The version rows and the tables of each database."""
    found = []
    for path in project.databases():
        with closing(sqlite3.connect(path)) as connection:
            tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            has_rows = "alembic_version" in tables
            rows = connection.execute("SELECT version_num FROM alembic_version").fetchall() if has_rows else []
        found.append((sorted(row[0] for row in rows), tables))
    return found


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("first", ["whimbrel", "alembic"])
def test_they_take_turns(tmp_path: Path, shape: str, first: str) -> None:
    project = AlembicProject(tmp_path, shape)
    project.add("a1", "b2", "c3", "d4")

    def ours(*words: str) -> str:
        return project.run(*words).stdout

    def theirs(*words: str) -> str:
        return project.run(*words, tool=ALEMBIC).stdout

    one, other = (ours, theirs) if first == "whimbrel" else (theirs, ours)
    count = len(project.databases())
    with project.untouched():
        one("upgrade", "b2")
        assert state(project) == [(["b2"], {"alembic_version", "t_a1", "t_b2"})] * count
        assert ours("current") == theirs("current")
        other("upgrade", "head")
        assert state(project) == [(["d4"], {"alembic_version", "t_a1", "t_b2", "t_c3", "t_d4"})] * count
        one("downgrade", "-1")
        other("downgrade", "a1")
        assert state(project) == [(["a1"], {"alembic_version", "t_a1"})] * count
        one("stamp", "c3")
        other("stamp", "--purge", "a1")
        one("downgrade", "base")
        other("upgrade", "head")
        assert ours("current") == theirs("current")
        assert ours("history") == theirs("history")
        assert ours("heads") == theirs("heads")
        one("downgrade", "base")
        assert state(project) == [([], {"alembic_version"})] * count


@pytest.mark.parametrize("shape", SHAPES)
def test_revisions_of_one_are_the_others(tmp_path: Path, shape: str) -> None:
    project = AlembicProject(tmp_path, shape)
    project.add("a1")
    project.run("revision", "-m", "by us", "--rev-id", "b2")
    project.run("revision", "-m", "by them", "--rev-id", "c3", tool=ALEMBIC)
    project.run("revision", "-m", "by us", "--rev-id", "d4")
    written = [
        re.sub(r"Create Date: .*|[bcd]\d|a1|by (us|them)", "", path.read_text())
        for path in sorted(project.versions.glob("*_by_*.py"))
    ]
    assert len(written) == 3
    assert written[0] == written[1] == written[2]
    project.run("upgrade", "head", tool=ALEMBIC)
    assert state(project)[0][0] == ["d4"]
    project.run("downgrade", "base")


@pytest.mark.parametrize("url", ["sqlite:///app.db", POSTGRESQL, MYSQL])
@pytest.mark.parametrize("words", [("upgrade", "head"), ("upgrade", "a1:c3"), ("downgrade", "c3:a1"), ("stamp", "b2")])
def test_sql_as_text_is_the_same(tmp_path: Path, url: str, words: tuple[str, ...]) -> None:
    project = AlembicProject(tmp_path, url=url)
    project.add("a1", "b2", "c3")
    ours = project.run(*words, "--sql").stdout
    theirs = project.run(*words, "--sql", tool=ALEMBIC).stdout
    assert normalised(ours) == normalised(theirs)


def test_one_transaction_a_run_as_ever(tmp_path: Path) -> None:
    project = AlembicProject(tmp_path, url=POSTGRESQL)
    project.add("a1", "b2", "c3")
    ours = project.run("upgrade", "head", "--sql").stdout
    theirs = project.run("upgrade", "head", "--sql", tool=ALEMBIC).stdout
    assert ours.count("BEGIN;") == theirs.count("BEGIN;") == 1


SETTINGS = """
from pathlib import Path
config = context.config
Path("said.txt").write_text(repr([
    sorted((config.get_section(config.config_ini_section) or {}).items()),
    config.config_file_name,
    config.config_ini_section,
    config.get_main_option("sqlalchemy.url"),
    config.get_main_option("nothing", "default"),
    config.get_section_option("logger_alembic", "qualname"),
    config.get_alembic_option("script_location"),
    context.get_x_argument(as_dictionary=True),
    context.get_tag_argument(),
    context.is_offline_mode(),
    config.cmd_opts.x,
    context.get_head_revisions(),
]))
"""


def test_env_py_reads_the_same_settings(tmp_path: Path) -> None:
    project = AlembicProject(tmp_path)
    project.add("a1", "b2")
    env = tmp_path / "migrations" / "env.py"
    env.write_text(env.read_text() + SETTINGS)
    said = []
    for tool in ("whimbrel", "alembic"):
        words = ("-x", "tenant=a", "upgrade", "head", "--tag", "t")
        project.run(*words, **({} if tool == "whimbrel" else {"tool": ALEMBIC}))
        said.append((tmp_path / "said.txt").read_text())
    assert said[0] == said[1]
