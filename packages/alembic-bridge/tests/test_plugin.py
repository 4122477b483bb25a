"""When a run of ours installs the import finder, and when it leaves the process alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import ModuleType

import pytest

import whimbrel_alembic
from whimbrel.config import Config
from whimbrel_alembic.config import Config as AlembicConfig
from whimbrel_alembic.plugin import whimbrel_config_sources


@pytest.fixture(autouse=True)
def clean() -> Iterator[None]:
    whimbrel_alembic.uninstall()
    yield
    whimbrel_alembic.uninstall()


def test_a_run_of_a_project_of_alembics() -> None:
    whimbrel_config_sources(AlembicConfig())
    assert whimbrel_alembic.is_installed()


def test_a_run_of_a_project_of_ours() -> None:
    whimbrel_config_sources(Config())
    assert whimbrel_alembic.is_installed()


def test_a_run_of_ours_in_a_process_that_uses_the_real_package(monkeypatch: pytest.MonkeyPatch) -> None:
    real = ModuleType("alembic")
    monkeypatch.setitem(sys.modules, "alembic", real)
    whimbrel_config_sources(Config())
    assert not whimbrel_alembic.is_installed()
    assert sys.modules["alembic"] is real
    whimbrel_config_sources(AlembicConfig())
    assert whimbrel_alembic.is_installed()
    assert "alembic" not in sys.modules
