"""Many processes that start together on one database: each exits 0, each revision is applied once."""

from __future__ import annotations

import os
from itertools import pairwise
from pathlib import Path

import pytest
import sqlalchemy as sa

from conftest import NewDatabase
from testing.databases import Database
from testing.projects import Project
from testing.together import run_together

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forked")

REVISIONS = ("r1", "r2", "r3", "r4")
# A revision that is applied twice leaves two rows, or fails.
NOTE = "op.execute(\"INSERT INTO applied (revision) VALUES ('{}')\")"


def project_for(folder: Path, url: str, settings: str = "") -> Project:
    folder.mkdir()
    project = Project(folder, url)
    (folder / "whimbrel.toml").write_text(f'script_location = "migrations"\nsqlalchemy.url = "{url}"\n{settings}')
    note = NOTE.format
    table = 'op.create_table("applied", sa.Column("revision", sa.String(20)))\n'
    project.add("r1", upgrade=table + note("r1"), downgrade='op.drop_table("applied")')
    for below, name in pairwise(REVISIONS):
        project.add(name, below, upgrade=f'op.create_table("t_{name}", sa.Column("id", sa.Integer))\n{note(name)}')
    return project


def applied(database: Database) -> list[str]:
    with database.engine().connect() as connection:
        return list(connection.execute(sa.text("SELECT revision FROM applied ORDER BY revision")).scalars())


def heads(database: Database) -> list[str]:
    with database.engine().connect() as connection:
        return list(connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars())


def empty(database: Database) -> None:
    """Drop every table."""
    metadata = sa.MetaData()
    engine = database.engine()
    metadata.reflect(engine)
    metadata.drop_all(engine)


def rounds(folder: Path, database: Database, count: int, processes: int, settings: str = "") -> None:
    """Let *processes* start together, *count* times: on an empty database, then on one that is half-way, in turn."""
    project = project_for(folder / "project", database.url, settings)
    for number in range(count):
        empty(database)
        if number % 2:
            (alone,) = run_together(1, project.folder, "upgrade", "r2")
            assert alone.code == 0, alone.output
        ended = run_together(processes, project.folder, "upgrade", "head")
        assert [(item.code, item.output) for item in ended if item.code] == []
        assert (heads(database), applied(database)) == (["r4"], list(REVISIONS))


def test_pain_01_containers_that_start_together_apply_each_revision_once(database: Database, tmp_path: Path) -> None:
    rounds(tmp_path, database, 2, 8)


def test_pain_01_the_lock_lasts_until_the_one_transaction_of_a_run_is_committed(
    database: Database, tmp_path: Path
) -> None:
    rounds(tmp_path, database, 1, 4, "transaction_per_migration = false")


@pytest.mark.parametrize("backend", ["postgresql", "mysql"])
def test_pain_01_containers_that_start_together_with_a_lease(
    backend: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    rounds(tmp_path, new_database(backend), 1, 8, 'run_lock = "lease"')


@pytest.mark.long
def test_pain_01_twenty_processes_start_together_twenty_times(database: Database, tmp_path: Path) -> None:
    rounds(tmp_path, database, 20, 20)


@pytest.mark.long
@pytest.mark.parametrize("backend", ["postgresql", "mysql"])
def test_pain_01_twenty_processes_start_together_twenty_times_with_a_lease(
    backend: str, new_database: NewDatabase, tmp_path: Path
) -> None:
    rounds(tmp_path, new_database(backend), 20, 20, 'run_lock = "lease"')


def test_many_processes_make_the_version_table_of_a_project_without_revisions(
    database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path / "project", database.url)
    text = f'script_location = "migrations"\nsqlalchemy.url = "{database.url}"\n'
    (project.folder / "whimbrel.toml").write_text(text)
    ended = run_together(8, project.folder, "upgrade", "head")
    assert [(item.code, item.output) for item in ended if item.code] == []
    assert heads(database) == []
