"""``log`` where there is nothing to show: it says why."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from testing.projects import Project
from whimbrel import command

Said = Callable[..., str]


def test_a_database_on_which_nothing_ran(project: Project, said: Said) -> None:
    with pytest.warns(UserWarning, match=r"^No records of this database\.$"):
        assert said(command.log, project) == ""


def test_a_revision_that_did_not_run(project: Project, said: Said) -> None:
    project.line("a1", "a2")
    command.upgrade(project.config(), "a1")
    with pytest.warns(UserWarning, match=r"^No records of revision a2\.$"):
        assert json.loads(said(command.log, project, revision="a2", as_json=True)) == []


def test_history_that_is_off(project: Project) -> None:
    project.line("a1")
    config = project.config(history="false")
    command.upgrade(config, "head")
    with pytest.warns(UserWarning, match="because history is off. To switch it on:  history = true  in the settings"):
        command.log(config)
