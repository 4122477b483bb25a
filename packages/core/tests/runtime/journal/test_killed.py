"""kill -9 at the boundaries of the statements of a revision: the next upgrade goes on, and nothing is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from testing.databases import Database
from testing.killing import FINISHED, emptied, everything_in, killed_at
from testing.projects import Project
from whimbrel import command

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed in a fork of this one")

TEN = {
    "first": """
op.create_table("a", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
op.execute("INSERT INTO a VALUES (1)")
op.add_column("a", sa.Column("x", sa.Integer))
op.execute("UPDATE a SET x = id + 1")
op.bulk_insert(sa.table("a", sa.column("id"), sa.column("x")), [{"id": 7, "x": 8}, {"id": 9, "x": 10}])
op.create_index("ix_a_x", "a", ["x"])
""",
    "block": """
with op.get_context().autocommit_block():
    op.execute("INSERT INTO a VALUES (20, 21)")
    {concurrently}
    op.create_table("b", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
""",
    "last": """
op.execute("INSERT INTO b SELECT id FROM a")
op.drop_index("ix_a_x", "a")
""",
}
CONCURRENTLY = 'op.create_index("ix_c", "a", ["x"], postgresql_concurrently=True)'
OWN = ("a", "b", "ix_a_x", "ix_c")


def ten_statements(database: Database) -> str:
    """A revision of ten statements, one more on PostgreSQL, some of them in an autocommit block."""
    block = TEN["block"].format(concurrently=CONCURRENTLY if database.name == "postgresql" else "pass")
    return TEN["first"] + block + TEN["last"]


def of_the_script(statement: str) -> bool:
    words = statement.split()
    return words[0] in ("CREATE", "INSERT", "UPDATE", "ALTER", "DROP") and "whimbrel_" not in statement


def every(_statement: str) -> bool:
    return True


@pytest.fixture
def kill_and_upgrade(database: Database, tmp_path: Path) -> Callable[[int, str, Callable[[str], bool]], bool]:
    """Kill an upgrade at a statement, upgrade once more, and compare; ``False`` where there are fewer statements."""
    project = Project(tmp_path, database.url)
    project.add("a1", upgrade=ten_statements(database))
    config = project.config()
    engine = database.engine()
    command.upgrade(config, "head")
    undisturbed = everything_in(engine)
    assert undisturbed.keys() - {"whimbrel_journal"} == {"a", "b", "whimbrel_version", "whimbrel_history"}

    def check(number: int, when: str, counts: Callable[[str], bool]) -> bool:
        emptied(engine)
        ended = killed_at(number, when, lambda: command.upgrade(config, "head"), counts)
        if ended == FINISHED:
            return False
        assert ended == -signal.SIGKILL, (number, when)
        command.upgrade(config, "head")
        assert everything_in(engine) == undisturbed, (number, when)
        return True

    return check


def test_pains_row_7_a_revision_that_was_killed_between_its_statements_goes_on_with_the_next_upgrade(
    kill_and_upgrade: Callable[[int, str, Callable[[str], bool]], bool],
) -> None:
    # Of each statement the boundary behind it, and of every third the one before: the next test has all.
    numbers = iter(range(1, 100))
    met = 0
    for number in numbers:
        if not kill_and_upgrade(number, "after", of_the_script):
            break
        met = number
        if number % 3 == 0:
            assert kill_and_upgrade(number, "before", of_the_script)
    assert met >= 10


@pytest.mark.long
@pytest.mark.parametrize("when", ["before", "after"])
def test_killed_at_any_statement_those_of_the_journal_and_of_the_catalog_included(
    kill_and_upgrade: Callable[[int, str, Callable[[str], bool]], bool], when: str
) -> None:
    number = 1
    while kill_and_upgrade(number, when, every):
        number += 1
    assert number > 20
