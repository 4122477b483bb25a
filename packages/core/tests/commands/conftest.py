"""Projects whose commands write into a string."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest

from testing.databases import Database
from testing.projects import Project

Said = Callable[..., str]


@pytest.fixture
def project(tmp_path: Path, sqlite_database: Database) -> Project:
    """An empty project over an empty SQLite database."""
    return Project(tmp_path / "project", sqlite_database.url)


@pytest.fixture
def branchy(project: Project) -> Project:
    """Two branches that were merged, and a history of its own that the newest revision depends on::

    <base> -- aaa1 (core) --+-- aaa2 --------+-- ccc1 -- eee1
                            +-- bbb1 (side) -+            :
    <base> -- ddd1 (other) ...............................:
    """
    project.add("aaa1", None, labels="core", doc="first one")
    project.add("aaa2", "aaa1", doc="second")
    project.add("bbb1", "aaa1", labels="side", doc="br")
    project.add("ccc1", ("aaa2", "bbb1"), doc="mg 100%s")
    project.add("ddd1", None, labels="other", doc="other base")
    project.add("eee1", "ccc1", depends="ddd1", doc="dep")
    return project


@pytest.fixture
def said() -> Said:
    """A function that calls a command with a project's settings and returns what it printed."""

    def call(function: Callable[..., object], project: Project, *args: object, **kw: object) -> str:
        config = project.config()
        config.stdout = io.StringIO()
        function(config, *args, **kw)
        return config.stdout.getvalue()

    return call
