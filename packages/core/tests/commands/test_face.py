"""``whimbrel.command``: its names are a promise, and asking for one imports no more than it needs."""

from __future__ import annotations

import inspect
import subprocess
import sys

import pytest

from whimbrel import command

PROMISED = [
    "branches",
    "check",
    "current",
    "diff",
    "downgrade",
    "edit",
    "ensure_version",
    "heads",
    "history",
    "init",
    "list_templates",
    "log",
    "merge",
    "plan",
    "plugins",
    "repair",
    "resume",
    "revision",
    "show",
    "stamp",
    "upgrade",
]


def test_the_names():
    assert command.__all__ == PROMISED
    assert dir(command) == PROMISED


@pytest.mark.parametrize("name", PROMISED)
def test_each_is_a_function_of_that_name_that_takes_the_settings_first(name):
    function = getattr(command, name)
    assert function.__name__ == name
    assert next(iter(inspect.signature(function).parameters)) == "config"


def test_there_are_no_others():
    with pytest.raises(AttributeError, match="has no attribute 'upgrad'"):
        _ = command.upgrad


def test_pain_29_a_test_suite_that_only_reads_the_history_does_not_import_sqlalchemy():
    code = "import sys; from whimbrel.command import heads, history; print('sqlalchemy' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "False\n"
