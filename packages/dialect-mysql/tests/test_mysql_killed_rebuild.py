"""A table that is made anew, and the run dies or fails in between: the next upgrade makes it anew once more."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.killing import FINISHED, REFUSED, emptied, everything_in, killed_at
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import MigrationFailed, UnfinishedRevision

BOOKS = """
op.create_table("book", sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(50), index=True))
op.execute("INSERT INTO book (title) VALUES ('a'), ('b'), ('b')")
"""
REBUILD = """
op.create_table("before", sa.Column("id", sa.Integer, primary_key=True))
with op.batch_alter_table("book", recreate="always") as batch:
    batch.add_column(sa.Column("pages", sa.Integer))
    {more}
op.create_table("behind", sa.Column("id", sa.Integer, primary_key=True))
"""


def of_the_rebuild(statement: str) -> bool:
    return statement.split()[0] in ("CREATE", "INSERT", "ALTER", "DROP") and "_whimbrel_tmp_book" in statement


def drops_the_old(statement: str) -> bool:
    return statement.split() == ["DROP", "TABLE", "book"]


Kill = Callable[[int, str, Callable[[str], bool]], None]


@pytest.fixture
def project(mysql_database: Database, tmp_path: Path) -> Project:
    project = Project(tmp_path, mysql_database.url)
    project.add("a1", upgrade=BOOKS)
    project.add("b2", "a1", upgrade=REBUILD.format(more=""))
    return project


@pytest.fixture
def kill(project: Project, mysql_database: Database) -> Kill:
    """Kill an upgrade from ``a1`` at a statement."""

    def kill(number: int, when: str, counts: Callable[[str], bool]) -> None:
        emptied(mysql_database.engine())
        command.upgrade(project.config(), "a1")
        ended = killed_at(number, when, lambda: command.upgrade(project.config(), "head"), counts)
        assert ended == -signal.SIGKILL, (number, when)

    return kill


needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed in a fork of this one")


@needs_fork
def test_killed_while_the_old_table_is_there(project: Project, mysql_database: Database, kill: Kill) -> None:
    command.upgrade(project.config(), "head")
    undisturbed = everything_in(mysql_database.engine())
    places = [(number, when) for number in (1, 3, 4, 5, 7) for when in ("before", "after")]
    for number, when in places:
        kill(number, when, of_the_rebuild)
        command.upgrade(project.config(), "head")
        assert everything_in(mysql_database.engine()) == undisturbed, (number, when)
    kill(1, "before", drops_the_old)
    command.upgrade(project.config(), "head")
    assert everything_in(mysql_database.engine()) == undisturbed


@needs_fork
def test_killed_between_the_two_tables(project: Project, mysql_database: Database, kill: Kill) -> None:
    kill(1, "after", drops_the_old)
    with pytest.raises(UnfinishedRevision) as caught:
        command.upgrade(project.config(), "head")
    said = str(caught.value)
    assert "fails before it comes to what is left.\nbatch_alter_table('book'): there is no such table." in said
    assert "Its rows are in _whimbrel_tmp_book" in said
    advised = "ALTER TABLE _whimbrel_tmp_book RENAME TO book"
    assert f"\n  {advised}\n" in said
    assert "whimbrel resume" not in said
    assert "whimbrel repair --mark-applied b2" in said

    with mysql_database.engine().begin() as connection:
        connection.execute(sa.text(advised))
        assert connection.execute(sa.text("SELECT title FROM book ORDER BY id")).scalars().all() == ["a", "b", "b"]
    command.repair(project.config(), mark_applied="b2")
    command.upgrade(project.config(), "head")


@needs_fork
def test_nobody_is_sent_for_rows_that_are_in_their_place(project: Project, kill: Kill) -> None:
    kill(1, "before", lambda statement: statement.startswith("INSERT INTO _whimbrel_tmp_book"))
    with pytest.raises(UnfinishedRevision) as caught:
        command.downgrade(project.config(), "base")
    assert "RENAME" not in str(caught.value)
    assert "whimbrel resume" in str(caught.value)
    kill(1, "before", drops_the_old)  # and noted
    with pytest.raises(UnfinishedRevision) as caught:
        command.downgrade(project.config(), "base")
    assert "RENAME" not in str(caught.value)
    command.resume(project.config())


@needs_fork
def test_killed_behind_it(project: Project, kill: Kill) -> None:
    kill(1, "after", lambda statement: "RENAME TO book" in statement)
    with pytest.raises(UnfinishedRevision) as caught:
        command.upgrade(project.config(), "head")
    said = str(caught.value)
    assert "There is a column 'pages' already." in said
    assert "Table book has been made anew, and batch_alter_table() may not be able to begin from its new form." in said
    assert "10. ALTER TABLE _whimbrel_tmp_book RENAME TO book" in said


def test_a_rebuild_that_failed_begins_again_when_the_script_is_mended(
    project: Project, mysql_database: Database
) -> None:
    path = project.add("b2", "a1", upgrade=REBUILD.format(more='batch.create_unique_constraint("one", ["title"])'))
    with pytest.raises(MigrationFailed, match="Duplicate entry 'b'"):
        command.upgrade(project.config(), "head")
    path.write_text(path.read_text().replace('["title"]', '["id", "title"]'))
    command.upgrade(project.config(), "head")
    inspector = sa.inspect(mysql_database.engine())
    assert {"id", "title", "pages"} == {column["name"] for column in inspector.get_columns("book")}
    assert {"before", "behind"} <= set(inspector.get_table_names())
    assert "_whimbrel_tmp_book" not in inspector.get_table_names()


REFERRING = """
op.create_table("author", sa.Column("id", sa.Integer, primary_key=True))
op.create_table("book", sa.Column("id", sa.Integer, primary_key=True), sa.Column("by", sa.Integer))
op.create_foreign_key("fk_by", "book", "author", ["by"], ["id"])
op.execute("INSERT INTO author VALUES (1)")
op.execute("INSERT INTO book (`by`) VALUES (1), (1), (NULL)")
"""


@needs_fork
def test_the_foreign_keys_that_are_left_to_do_are_told(project: Project, mysql_database: Database) -> None:
    more = 'batch.create_foreign_key("own", "book", ["pages"], ["id"])'
    project.add("a1", upgrade=REFERRING)
    project.add("b2", "a1", upgrade=REBUILD.format(more=more))
    command.upgrade(project.config(), "a1")
    killed_at(1, "after", lambda: command.upgrade(project.config(), "head"), drops_the_old)
    assert (
        "\n  ALTER TABLE _whimbrel_tmp_book RENAME TO book"
        "\n  ALTER TABLE book ADD CONSTRAINT <its name> FOREIGN KEY(`by`) REFERENCES author (id)"
        "\n  ALTER TABLE book ADD CONSTRAINT <its name> FOREIGN KEY(pages) REFERENCES book (id)\n"
    ) in (told_by(lambda: command.upgrade(project.config(), "head")) or "")


@needs_fork
@pytest.mark.long
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_anywhere_it_is_finished_or_says_where_all_rows_are(
    project: Project, mysql_database: Database, when: str
) -> None:
    engine = mysql_database.engine()
    project.add("a1", upgrade=REFERRING)
    command.upgrade(project.config(), "head")
    undisturbed = everything_in(engine)
    stopped, number, ended = set[bool](), 0, -signal.SIGKILL
    while ended != FINISHED:
        number += 1
        emptied_with_keys(engine)
        command.upgrade(project.config(), "a1")
        ended = killed_at(number, when, lambda: command.upgrade(project.config(), "head"), lambda _: True)
        assert ended in (-signal.SIGKILL, REFUSED, FINISHED), (number, when)
        if (told := told_by(lambda: command.upgrade(project.config(), "head"))) is None:
            assert everything_in(engine) == undisturbed, (number, when)
            continue
        stopped.add("Its rows are in _whimbrel_tmp_book" in told)
        assert "Table book has been made anew" in told or "Its rows are in _whimbrel_tmp_book" in told, (number, when)
        with engine.begin() as connection:
            advised = "ALTER TABLE _whimbrel_tmp_book RENAME TO book"
            if f"\n  {advised}\n" in told:
                connection.execute(sa.text(advised))
            rows = connection.execute(sa.text("SELECT id, `by`, pages FROM book ORDER BY id")).all()
        assert [tuple(row) for row in rows] == [(1, 1, None), (2, 1, None), (3, None, None)], (number, when)
    assert number > 40
    assert stopped == {True, False}


def emptied_with_keys(engine: sa.Engine) -> None:
    """Drop every table, those that others refer to as well."""
    with engine.connect() as connection:
        connection.execute(sa.text("SET foreign_key_checks = 0"))
        for name in sa.inspect(connection).get_table_names():
            connection.execute(sa.text(f"DROP TABLE `{name}`"))


def told_by(run: Callable[[], None]) -> str | None:
    """Return how *run* says that a revision cannot go on; ``None`` where it ends well."""
    try:
        run()
    except UnfinishedRevision as error:
        return str(error)
    return None
