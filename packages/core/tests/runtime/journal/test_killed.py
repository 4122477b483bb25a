"""kill -9 at the boundaries of the statements of a revision: the next upgrade goes on, and nothing is lost."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from testing.databases import Database
from testing.killing import FINISHED, REFUSED, emptied, everything_in, killed_at, of_the_script, ten_statements
from testing.projects import Project
from whimbrel import command

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is killed in a fork of this one")


def every(_statement: str) -> bool:
    return True


@pytest.fixture
def kill_and_upgrade(database: Database, tmp_path: Path) -> Callable[[int, str, Callable[[str], bool]], bool]:
    """Kill an upgrade at a statement, upgrade once more, and compare; ``False`` where there are fewer statements."""
    project = Project(tmp_path, database.url)
    project.add("a1", upgrade=ten_statements(database.name))
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
        if ended == REFUSED:
            return True
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
