"""Sites for throw-away plugins."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click  # noqa: F401  # a bare site hides it from whoever has not imported it by then
import pytest

from testing.site import Site, throwaway_site
from whimbrel.impl import DefaultImpl
from whimbrel.plugins import manager


@pytest.fixture(autouse=True)
def nothing_told_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test is a fresh process as far as once-a-process warnings go."""
    monkeypatch.setattr(manager, "_told", set())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site on top of what is installed."""
    folder = tmp_path / "site"
    folder.mkdir()
    with throwaway_site(folder) as site:
        yield site


@pytest.fixture
def bare_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A site in a Python that has nothing else installed, and in which no dialect's class was defined yet."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(DefaultImpl, "_by_dialect", {})
    with throwaway_site(folder, bare=True) as site:
        yield site
