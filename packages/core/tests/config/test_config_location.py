"""Where the scripts are: a path, or a folder in a package."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from whimbrel.config import Config
from whimbrel.config.location import resolve_location
from whimbrel.errors import ConfigError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A package that must not be imported only because its folder is asked for: whimbrel_shop.inner/migrations."""
    inner = tmp_path / "whimbrel_shop" / "inner"
    (inner / "db" / "migrations").mkdir(parents=True)
    (inner.parent / "__init__.py").write_text("")
    (inner / "__init__.py").write_text("raise RuntimeError('imported')")
    (inner.parent / "module.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield inner
    for name in [name for name in sys.modules if name.startswith("whimbrel_shop")]:
        del sys.modules[name]


@pytest.mark.parametrize("path", ["migrations", "./a/b", "/srv/a:b", "C:\\app\\migrations", "C:/app", "a b:c"])
def test_a_path_stays_as_it_was_written(path: str) -> None:
    assert resolve_location(path) == path


def test_a_folder_in_a_package(package: Path) -> None:
    assert resolve_location("whimbrel_shop.inner:db/migrations") == str(package / "db" / "migrations")
    assert resolve_location("whimbrel_shop:nothing/yet") == str(package.parent / "nothing" / "yet")


def test_settings_resolve_both_places(package: Path) -> None:
    config = Config()
    config.set_main_option("script_location", "whimbrel_shop.inner:db")
    config.set_main_option("path_separator", ";")
    config.set_main_option("version_locations", "whimbrel_shop.inner:db/migrations; elsewhere")
    assert config.settings.script_location == "whimbrel_shop.inner:db"
    assert config.settings.script_directory() == str(package / "db")
    assert config.settings.version_directories() == (str(package / "db" / "migrations"), "elsewhere")


@pytest.mark.parametrize(
    ("location", "what"),
    [
        ("whimbrel_nowhere:db", "whimbrel_nowhere cannot be found"),
        ("whimbrel_shop.nowhere:db", "whimbrel_shop.nowhere cannot be found"),
        ("whimbrel_nowhere.inner:db", "whimbrel_nowhere.inner cannot be found"),
        ("whimbrel_shop.module:db", "whimbrel_shop.module is a module without folders"),
    ],
)
def test_a_package_that_is_not_there(package: Path, location: str, what: str) -> None:
    with pytest.raises(ConfigError) as caught:
        resolve_location(location)
    assert str(caught.value) == (
        f"script_location is {location!r}, and the package {what}.\n"
        "Install it, or name the folder that holds it in prepend_sys_path."
    )


def test_a_package_in_several_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for part in ("one", "two"):
        (tmp_path / part / "whimbrel_spread").mkdir(parents=True)
        monkeypatch.syspath_prepend(str(tmp_path / part))
    (tmp_path / "one" / "whimbrel_spread" / "db").mkdir()
    assert resolve_location("whimbrel_spread:db") == os.path.join(str(tmp_path), "one", "whimbrel_spread", "db")
