"""Containers that start together, in a project of Alembic's: one transaction a run, nothing left in the database."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
import sqlalchemy as sa

from conftest import NewDatabase
from testing.alembic_projects import AlembicProject
from testing.databases import Database
from testing.together import run_together

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forked")


def project_for(folder: Path, url: str) -> AlembicProject:
    project = AlembicProject(folder, url=url.replace("%", "%%"))
    project.add("a1", "b2", "c3", "d4")
    for path in project.versions.glob("*.py"):  # slow enough for the others to come in between
        path.write_text(path.read_text().replace("import sqlalchemy as sa", "import sqlalchemy as sa\nimport time"))
        path.write_text(path.read_text().replace("    op.create", "    time.sleep(0.1)\n    op.create"))
    return project


def tables(database: Database) -> set[str]:
    return set(sa.inspect(database.engine()).get_table_names())


def test_pain_01_each_ends_well_and_each_revision_is_applied_once(database: Database, tmp_path: Path) -> None:
    project = project_for(tmp_path, database.url)
    ended = run_together(5, tmp_path, "upgrade", "head")
    assert [item.output for item in ended if item.code] == []
    assert sum(item.output.count("Running upgrade") for item in ended) == 4
    assert tables(database) == {"alembic_version", "t_a1", "t_b2", "t_c3", "t_d4"}
    with database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == ["d4"]
    assert not list(tmp_path.glob("*-whimbrel-lock"))
    assert project.run("current").stdout == "d4 (head)\n"


def test_where_no_lock_can_be_had_a_run_goes_on_without(new_database: NewDatabase, tmp_path: Path) -> None:
    database = new_database("postgresql")
    url = sa.make_url(database.url)
    role = f"{url.database}_one"
    with database.engine().begin() as connection:
        connection.execute(sa.text(f"CREATE ROLE {role} LOGIN CONNECTION LIMIT 1"))
        connection.execute(sa.text(f"GRANT CREATE ON SCHEMA public TO {role}"))
    try:
        project = project_for(tmp_path, url.set(username=role).render_as_string(hide_password=False))
        told = project.run("upgrade", "b2").stderr
        assert "Other runs are not kept away from this database" in told
        assert tables(database) == {"alembic_version", "t_a1", "t_b2"}
    finally:
        with database.engine().begin() as connection:
            connection.execute(sa.text(f"DROP OWNED BY {role}"))
            connection.execute(sa.text(f"DROP ROLE {role}"))


def test_behind_a_pooler_there_is_none(pooled_postgresql: Database, tmp_path: Path) -> None:
    project = project_for(tmp_path, pooled_postgresql.url)
    project.run("upgrade", "head")
    assert tables(pooled_postgresql) == {"alembic_version", "t_a1", "t_b2", "t_c3", "t_d4"}


def test_the_lock_can_be_switched_off(tmp_path: Path) -> None:
    project = project_for(tmp_path, "sqlite:///app.db")
    ini = tmp_path / "alembic.ini"
    ini.write_text(ini.read_text().replace("prepend_sys_path", "run_lock = off\nprepend_sys_path"))
    (tmp_path / "app.db-whimbrel-lock").mkdir()  # whoever takes the lock fails
    project.run("upgrade", "b2")
    ini.write_text(ini.read_text().replace("run_lock = off", "run_lock = auto"))
    assert "cannot be" in project.run("upgrade", "c3", code=1).stderr
