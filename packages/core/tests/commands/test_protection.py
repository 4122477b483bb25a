"""A protected database: what loses data on the way down is asked about at a terminal, and needs a word elsewhere."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from whimbrel import command
from whimbrel.cli.main import main
from whimbrel.cli.terminal import questions
from whimbrel.errors import ProtectedDatabase
from whimbrel.operations.losses import lost_by_sql
from whimbrel.runtime.questioner import Questioner

READS = 'if op.get_bind().execute(sa.text("SELECT 1")).scalar():\n    op.execute("SELECT 2")'


class Answers(Questioner):
    """Gives one answer, and remembers what it was asked."""

    def __init__(self, answer: bool) -> None:
        self.answer = answer
        self.asked: list[list[str]] = []

    def may_be_lost(self, losses: Sequence[str]) -> bool:
        self.asked.append(list(losses))
        return self.answer


@pytest.fixture
def project(database: Database, tmp_path: Path) -> Project:
    project = Project(tmp_path, database.url)
    project.add("a1")
    project.add("b2", "a1", upgrade='op.create_index("ix", "t_a1", ["id"])', downgrade='op.drop_index("ix", "t_a1")')
    project.add("c3", "b2", upgrade=READS, downgrade=READS)
    command.upgrade(project.config(), "head")
    return project


def rows(database: Database) -> list[str]:
    with database.engine().connect() as connection:
        return list(connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars())


def test_a_loss_is_refused_and_named(database: Database, project: Project) -> None:
    config = project.config(protected="true")
    with pytest.raises(ProtectedDatabase) as caught:
        command.downgrade(config, "base")
    line = 20
    assert caught.value.losses == (
        "All revisions are taken back.",
        f"c3: What it does cannot be told beforehand: line {line}: reads the database",
        "a1: All that table t_a1 holds is lost here.",
    )
    assert caught.value.remedy is not None
    assert "--yes" in caught.value.remedy
    assert rows(database) == ["c3"]
    command.downgrade(config, "base", yes=True)
    assert rows(database) == []


def test_what_loses_nothing_needs_no_word(database: Database, project: Project) -> None:
    command.downgrade(project.config(), "b2")
    command.downgrade(project.config(protected="true"), "a1")
    assert rows(database) == ["a1"]


def test_whoever_knows_is_asked(database: Database, project: Project) -> None:
    config = project.config(protected="true")
    no, yes = Answers(False), Answers(True)
    with pytest.raises(ProtectedDatabase):
        command.downgrade(config, "b2", questioner=no)
    assert rows(database) == ["c3"]
    command.downgrade(config, "b2", questioner=yes)
    assert rows(database) == ["b2"]
    assert no.asked == yes.asked == [["c3: What it does cannot be told beforehand: line 20: reads the database"]]


def test_a_database_that_is_not_protected_asks_nobody(database: Database, project: Project) -> None:
    nobody = Answers(False)
    command.downgrade(project.config(), "base", questioner=nobody)
    assert (rows(database), nobody.asked) == ([], [])


def test_sql_and_upgrades_ask_nobody(project: Project) -> None:
    config = project.config(protected="true")
    config.stdout = config.output_buffer = io.StringIO()
    command.downgrade(config, "a1:base", sql=True)
    assert "DROP TABLE t_a1;" in config.stdout.getvalue()
    command.upgrade(config, "head")


def test_a_terminal_is_asked_and_a_program_needs_the_word(
    sqlite_database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = Project(tmp_path, sqlite_database.url)
    project.line("a1", "b2")
    ini = f"[whimbrel]\nscript_location = {project.migrations}\nsqlalchemy.url = {project.url}\nprotected = true\n"
    (tmp_path / "whimbrel.ini").write_text(ini)
    monkeypatch.chdir(tmp_path)
    assert main(["upgrade", "head"]) == 0
    capsys.readouterr()
    assert main(["downgrade", "-1"]) == 1
    assert capsys.readouterr().err == (
        "Error: This database is protected (protected = true), and this downgrade loses data:\n"
        "  b2: All that table t_b2 holds is lost here.\n"
        "Nothing was done. If that is what you want, say so:  --yes\n"
    )
    monkeypatch.setattr(questions, "questioner", lambda session: questions.TerminalQuestioner(session))
    for answer, code, left in (("no", 1, ["b2"]), ("y", 1, ["b2"]), ("yes", 0, ["a1"])):
        questions_asked: list[str] = []

        def prompt(question: str, said: str = answer, asked: list[str] = questions_asked, **_: object) -> str:
            asked.append(question)
            return said

        monkeypatch.setattr("click.prompt", prompt)
        assert main(["downgrade", "-1"]) == code
        assert rows(sqlite_database) == left
        assert questions_asked == ["Type yes to go on:"]
        assert "  b2: All that table t_b2 holds is lost here.\n" in capsys.readouterr().err
    assert main(["downgrade", "--yes", "base"]) == 0
    assert rows(sqlite_database) == []


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE a", "drop  table if exists a", "TRUNCATE a", "DELETE FROM a WHERE x = ';'", "DROP SCHEMA s CASCADE",
        "ALTER TABLE a DROP COLUMN b", "ALTER TABLE a DROP b", "ALTER TABLE a ADD c INT, DROP COLUMN b",
        "SELECT 1; DROP TABLE a", "WITH x AS (DELETE FROM a RETURNING *) SELECT * FROM x", "DROP MATERIALIZED VIEW v",
    ],
)  # fmt: skip
def test_sql_that_loses(sql: str) -> None:
    assert len(lost_by_sql(sql)) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "DROP INDEX a", "ALTER TABLE a DROP CONSTRAINT b", "SELECT 'DROP TABLE a'", "-- DROP TABLE a\nSELECT 1",
        "/* TRUNCATE a */ SELECT 1", "DROP VIEW v", "ALTER TABLE a ALTER b DROP NOT NULL", "UPDATE a SET b = 1",
        "ALTER TABLE a ALTER COLUMN b DROP DEFAULT", "INSERT INTO a VALUES ('TRUNCATE')",
    ],
)  # fmt: skip
def test_sql_that_loses_nothing(sql: str) -> None:
    assert lost_by_sql(sql) == []
