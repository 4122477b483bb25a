"""How many statements a run sends, and what it leaves alone: counts, not timings."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from whimbrel import command


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect the statements that SQLAlchemy sends meanwhile."""
    sent: list[str] = []

    def keep(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(" ".join(statement.split()))

    sa.event.listen(sa.Engine, "before_cursor_execute", keep)
    try:
        yield sent
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", keep)


def ours(sent: list[str]) -> list[str]:
    """Leave out what SQLAlchemy asks for itself: catalogs, versions, BEGIN."""
    return [item for item in sent if item.split()[0] in ("INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER")]


def test_each_revision_costs_its_own_statements_and_one_for_the_version_row(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.line("a1", "b2", "c3")
    with statements() as sent:
        command.upgrade(project.config(history="false", journal="false"), "head")
    assert [item.split(" (")[0] for item in ours(sent)] == [
        "CREATE TABLE whimbrel_version",
        "CREATE TABLE t_a1",
        "INSERT INTO whimbrel_version",
        "CREATE TABLE t_b2",
        ours(sent)[4],
        "CREATE TABLE t_c3",
        ours(sent)[6],
    ]
    assert all(item.startswith("UPDATE whimbrel_version SET version_num=") for item in (ours(sent)[4], ours(sent)[6]))


def test_the_journal_notes_nothing_where_a_rollback_undoes_all(database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, database.url)
    project.line("a1", "b2")
    with statements() as sent:
        command.upgrade(project.config(), "head")
    noted = [item.split(" (")[0] for item in ours(sent) if "whimbrel_journal" in item]
    each = ["INSERT INTO whimbrel_journal", "DELETE FROM whimbrel_journal WHERE whimbrel_journal.scope = %(of)s"]
    assert noted == (["CREATE TABLE whimbrel_journal", *each, *each] if database.name == "mysql" else [])


def test_the_number_of_questions_does_not_grow_with_the_history(database: Database, tmp_path: Path) -> None:
    counts = []
    for number, length in enumerate((3, 60)):
        folder = tmp_path / str(number)
        folder.mkdir()
        project = Project(folder, database.url)
        project.line(*(f"r{item:03}" for item in range(length)), upgrade="pass", downgrade="pass")
        command.upgrade(project.config(checksums="off"), "head")
        with statements() as sent:
            command.upgrade(project.config(checksums="off"), "head")
        counts.append(len(sent))
        command.downgrade(project.config(checksums="off"), "base")
    assert counts[0] == counts[1]


def test_a_run_with_nothing_to_do_asks_one_question_more_for_records_and_journal(
    postgresql_database: Database, tmp_path: Path
) -> None:
    project = Project(tmp_path, postgresql_database.url)
    project.line("a1", "b2")
    for path in project.versions.glob("*.py"):
        os.utime(path, (0, 0))  # one written in this second would be read
    command.upgrade(project.config(), "head")
    questions = {}
    for kept in ("true", "false"):
        with statements() as sent:
            command.upgrade(project.config(history=kept, journal=kept), "head")
        questions[kept] = [item for item in sent if " FROM " in item]  # SQLAlchemy's own have none
    assert ["max(whimbrel_history.started)" in item for item in questions["true"]] == [False, False, True]
    assert len(questions["false"]) == 2, "which of the tables are there, and the version rows"


def test_only_the_modules_that_run_are_loaded(sqlite_database: Database, tmp_path: Path) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.line("a1", "b2")
    for name in ("c3", "d4"):
        project.add(name, "b2", upgrade="pass")
    for path in project.versions.glob("[cd]*.py"):
        path.write_text(path.read_text() + '\nraise RuntimeError("this module must not be run")\n')
    command.upgrade(project.config(), "b2")
    with sqlite_database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars().all() == ["b2"]


@pytest.mark.long
def test_pain_26_three_thousand_revisions_apply_to_a_stock_postgresql_from_empty(
    postgresql_database: Database, tmp_path: Path
) -> None:
    # Each table takes locks of its own; in one transaction they exceed max_locks_per_transaction.
    project = Project(tmp_path, postgresql_database.url)
    project.line(*(f"r{number:04}" for number in range(3000)))
    script = "import sys; from whimbrel.cli.main import main; main(['-q', 'upgrade', 'head'])"
    (tmp_path / "whimbrel.toml").write_text(
        f'script_location = "migrations"\nsqlalchemy.url = "{postgresql_database.url}"\n'
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    tables = set(sa.inspect(postgresql_database.engine()).get_table_names())
    assert tables == {"whimbrel_version", "whimbrel_history", *(f"t_r{number:04}" for number in range(3000))}
