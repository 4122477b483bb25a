"""LOCK TABLES in a script: the journal can be written meanwhile, and is what it was afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import MigrationFailed

LOCKS = """
op.create_table("a", sa.Column("id", sa.Integer, primary_key=True))
op.execute("LOCK TABLES a WRITE")
op.execute("INSERT INTO a VALUES (1)")
op.execute("ALTER TABLE a ADD COLUMN x INTEGER")
{more}
op.execute("UNLOCK TABLES")
op.execute("INSERT INTO a VALUES (2, 3)")
"""


def test_a_script_may_lock_tables(mysql_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, mysql_database.url)
    project.add("a1", upgrade=LOCKS.format(more=""))
    command.upgrade(project.config(), "head")
    with mysql_database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT id, x FROM a ORDER BY id")).all() == [(1, None), (2, 3)]
        assert connection.execute(sa.text("SELECT count(*) FROM whimbrel_journal")).scalar() == 0


def test_what_was_done_between_locks_is_not_done_again(mysql_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, mysql_database.url)
    project.add("a1", upgrade=LOCKS.format(more='raise RuntimeError("stop")'))
    with pytest.raises(MigrationFailed, match="stop"):
        command.upgrade(project.config(), "head")
    project.add("a1", upgrade=LOCKS.format(more=""))
    command.upgrade(project.config(), "head")
    with mysql_database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT id, x FROM a ORDER BY id")).all() == [(1, None), (2, 3)]
