"""``current``: where one database, or several, stand."""

from __future__ import annotations

import json

import pytest

from whimbrel import command
from whimbrel.errors import DatabaseNotAtHead


def test_nothing_is_printed_before_the_first_revision(project, said):
    project.line("a1", "a2")
    assert said(command.current, project) == ""


def test_the_revisions_and_whether_they_are_heads(branchy, said):
    command.upgrade(branchy.config(), "bbb1")
    command.upgrade(branchy.config(), "ddd1")
    assert said(command.current, branchy).splitlines() == ["bbb1", "ddd1 (effective head)"]


def test_what_a_row_depends_on_is_current_too(branchy, said):
    """The version table holds eee1 alone; ddd1 has run all the same, because eee1 depends on it."""
    command.upgrade(branchy.config(), "heads")
    assert sorted(said(command.current, branchy).splitlines()) == ["ddd1 (effective head)", "eee1 (head)"]


def test_verbose_names_the_database_without_its_password(project, said, sqlite_database):
    project.line("a1")
    command.upgrade(project.config(), "head")
    printed = said(command.current, project, verbose=True)
    assert printed.startswith("Current revision(s) for sqlite:///")
    assert "\nRev: a1 (head)\nParent: <base>\n" in printed


def test_json(project, said):
    project.line("a1", "a2")
    command.upgrade(project.config(), "a1")
    (database,) = json.loads(said(command.current, project, as_json=True))
    assert database["database"].startswith("sqlite:///")
    assert (database["rows"], database["at_head"]) == (["a1"], False)
    assert [item["revision"] for item in database["revisions"]] == ["a1"]


class TestCheckHeads:
    def test_at_the_head(self, project, said):
        project.line("a1", "a2")
        command.upgrade(project.config(), "head")
        assert said(command.current, project, check_heads=True) == "a2 (head)\n"

    def test_behind(self, project, said):
        project.line("a1", "a2")
        command.upgrade(project.config(), "a1")
        with pytest.raises(DatabaseNotAtHead) as error:
            said(command.current, project, check_heads=True)
        assert str(error.value) == (
            "Database is not on all head revisions: it is at a1, not yet at a2.\n"
            "Bring it there:  whimbrel upgrade heads"
        )
        assert error.value.exit_code == 4

    def test_at_every_head_by_dependency(self, branchy, said):
        command.upgrade(branchy.config(), "heads")
        said(command.current, branchy, check_heads=True)
