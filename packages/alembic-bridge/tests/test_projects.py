"""A project made for Alembic is run as it is: no file of it is edited, and its version table stays what it was."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from testing.alembic_projects import SHAPES, AlembicProject


def rows(database: Path) -> list[str]:
    with closing(sqlite3.connect(database)) as connection:
        return [row[0] for row in connection.execute("SELECT version_num FROM alembic_version")]


def tables(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        return {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_project_goes_up_and_down_as_it_is(tmp_path: Path, shape: str) -> None:
    project = AlembicProject(tmp_path, shape)
    project.add("a1", "b2", "c3")
    with project.untouched():
        told = project.run("upgrade", "head").stderr
        for database in project.databases():
            assert rows(database) == ["c3"]
            assert tables(database) == {"alembic_version", "t_a1", "t_b2", "t_c3"}
        assert project.run("current").stdout.count("c3 (head)") == len(project.databases())
        project.run("downgrade", "-1")
        assert [rows(database) for database in project.databases()] == [["b2"]] * len(project.databases())
        project.run("downgrade", "base")
        for database in project.databases():
            assert tables(database) == {"alembic_version"}
        project.run("stamp", "b2")
        assert [rows(database) for database in project.databases()] == [["b2"]] * len(project.databases())
        assert project.run("heads").stdout == "c3 (head)\n"
    if shape != "pyproject":  # that env.py sets up no logging
        whose = "one: " if shape == "multidb" else ""
        assert f"INFO  [alembic.runtime.migration] {whose}Running upgrade a1 -> b2, table b2" in told


@pytest.mark.parametrize("shape", SHAPES)
def test_new_revisions_come_from_the_template_of_the_project(tmp_path: Path, shape: str) -> None:
    project = AlembicProject(tmp_path, shape)
    project.add("a1")
    project.run("revision", "-m", "add orders", "--rev-id", "b2")
    text = (project.versions / "b2_add_orders.py").read_text()
    assert '"""add orders\n\nRevision ID: b2\nRevises: a1\n' in text
    assert "from alembic import op\n" in text
    assert "down_revision: Union[str, Sequence[str], None] = 'a1'" in text
    project.run("upgrade", "head")
    assert [rows(database) for database in project.databases()] == [["b2"]] * len(project.databases())


def test_sql_as_text_is_about_the_table_alembic_version(tmp_path: Path) -> None:
    project = AlembicProject(tmp_path)
    project.add("a1")
    sql = project.run("upgrade", "head", "--sql").stdout
    assert "CREATE TABLE alembic_version" in sql
    assert "INSERT INTO alembic_version (version_num) VALUES ('a1')" in sql
    assert sql.count("BEGIN") == 1


def test_one_transaction_a_run_unless_env_py_says_otherwise(tmp_path: Path) -> None:
    project = AlembicProject(tmp_path)
    project.add("a1", "b2")
    (project.versions / "c3.py").write_text(
        'revision = "c3"\ndown_revision = "b2"\n\n\ndef upgrade():\n    raise RuntimeError("no")\n'
    )
    assert "no" in project.run("upgrade", "head", code=1).stderr
    assert tables(tmp_path / "app.db") == set(), "the whole run is rolled back"
    env = tmp_path / "migrations" / "env.py"
    env.write_text(
        env.read_text().replace("target_metadata=target_", "transaction_per_migration=True, target_metadata=target_")
    )
    project.run("upgrade", "head", code=1)
    assert rows(tmp_path / "app.db") == ["b2"]


def test_neither_lock_nor_records_unless_they_are_asked_for(tmp_path: Path) -> None:
    project = AlembicProject(tmp_path)
    project.add("a1")
    project.run("upgrade", "head")
    assert tables(tmp_path / "app.db") == {"alembic_version", "t_a1"}


def test_env_py_may_connect_in_a_thread(tmp_path: Path) -> None:
    project = AlembicProject(tmp_path, "async")
    project.add("a1", "b2")
    env = tmp_path / "migrations" / "env.py"
    text = env.read_text()
    assert "    asyncio.run(connect())" in text
    in_a_pool = "    with ThreadPoolExecutor(1) as executor:\n        executor.submit(asyncio.run, connect()).result()"
    text = text.replace("    asyncio.run(connect())", in_a_pool)
    env.write_text(f"from concurrent.futures import ThreadPoolExecutor\n{text}")
    project.run("upgrade", "head")
    assert rows(tmp_path / "app.db") == ["b2"]


def test_an_own_configuration_of_whimbrel_goes_first(tmp_path: Path) -> None:
    project = AlembicProject(tmp_path)
    project.add("a1")
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "versions").mkdir()
    (tmp_path / "whimbrel.ini").write_text("[whimbrel]\nscript_location = %(here)s/ours\n")
    assert project.run("heads").stdout == ""
    assert project.run("-c", "alembic.ini", "heads").stdout == "a1 (head)\n"


def test_scripts_for_alembic_in_a_project_of_ours(tmp_path: Path) -> None:
    project = AlembicProject(tmp_path)
    project.add("a1")
    (tmp_path / "alembic.ini").unlink()
    (tmp_path / "migrations" / "env.py").unlink()
    (tmp_path / "whimbrel.ini").write_text(
        "[whimbrel]\nscript_location = %(here)s/migrations\nsqlalchemy.url = sqlite:///app.db\n"
    )
    project.run("upgrade", "head")
    assert "t_a1" in tables(tmp_path / "app.db")
    assert "whimbrel_version" in tables(tmp_path / "app.db"), "the defaults are those of the configuration"


def test_who_has_named_no_models_is_not_told_of_a_setting_that_does_not_count(tmp_path: Path) -> None:
    told = AlembicProject(tmp_path, models="target_metadata = None").run("check", code=1).stderr
    assert "Give it to context.configure() in env.py." in told
    assert "in the settings" not in told


def test_what_a_comparison_finds_is_logged(tmp_path: Path) -> None:
    models = (
        "from sqlalchemy import Column, Integer, MetaData, String, Table\ntarget_metadata = MetaData()\n"
        'Table("t_a1", target_metadata, Column("id", Integer, primary_key=True), Column("name", String(30)))\n'
        'Table("kite", target_metadata, Column("id", Integer, primary_key=True))\n'
    )
    project = AlembicProject(tmp_path, models=models)
    project.add("a1")
    project.run("upgrade", "head")
    said = project.run("revision", "--autogenerate", "-m", "kites").stderr.splitlines()
    assert [line for line in said if "compare" in line] == [
        "INFO  [alembic.autogenerate.compare] Detected + table kite (1 column)",
        "INFO  [alembic.autogenerate.compare] Detected ~ column name: type VARCHAR(20) -> VARCHAR(30) in t_a1",
    ]
