"""The packages of this repository agree with each other and with the files around them."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from whimbrel._version import __version__

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = sorted(path.parent for path in ROOT.glob("packages/*/pyproject.toml"))
SIBLINGS = [path for path in PACKAGES if path.name != "core"]


def load(package: Path) -> dict[str, Any]:
    return tomllib.loads((package / "pyproject.toml").read_text(encoding="utf-8"))


def name(package: Path) -> str:
    return str(load(package)["project"]["name"])


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_package_carries_the_version_of_core(package: Path) -> None:
    version_file = (package / load(package)["tool"]["hatch"]["version"]["path"]).resolve()
    assert version_file == ROOT / "packages/core/src/whimbrel/_version.py"
    assert metadata.version(name(package)) == __version__


@pytest.mark.parametrize("package", SIBLINGS, ids=lambda path: path.name)
def test_every_sibling_needs_core_only_and_accepts_this_one(package: Path) -> None:
    (core,) = (Requirement(text) for text in load(package)["project"]["dependencies"])
    major, minor, _ = __version__.split(".")
    assert str(core) == f"whimbrel<{major}.{int(minor) + 1},>={major}.{minor}"
    assert core.specifier.contains(__version__)


def test_the_extras_of_core_are_its_siblings() -> None:
    extras = load(ROOT / "packages/core")["project"]["optional-dependencies"]
    assert extras.pop("testing") == ["pytest>=8"], "for authors of dialects: whimbrel.testing"
    wanted = {Requirement(text) for texts in extras.values() for text in texts}
    assert all(requirement.specifier.contains(__version__) for requirement in wanted)
    assert {requirement.name for requirement in wanted} == {name(package) for package in SIBLINGS}


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_package_is_complete(package: Path) -> None:
    project = load(package)["project"]
    assert (package / "LICENSE").read_text() == (ROOT / "LICENSE").read_text()
    assert (package / "README.md").read_text().startswith(f"# {project['name']}\n")
    assert project["license"] == "MIT"
    assert project["requires-python"] == ">=3.11"
    (source,) = (path for path in (package / "src").iterdir() if path.is_dir() and path.name.isidentifier())
    assert source.name == project["name"].replace("-", "_")
    assert (source / "py.typed").exists()


@pytest.mark.parametrize("package", PACKAGES, ids=lambda path: path.name)
def test_every_entry_point_leads_somewhere(package: Path) -> None:
    for entry_point in metadata.distribution(name(package)).entry_points:
        assert entry_point.load() is not None


def test_nox_knows_every_package() -> None:
    found = re.search(r"^PACKAGES = (\[.*?\])$", (ROOT / "noxfile.py").read_text(encoding="utf-8"), re.M | re.S)
    assert found is not None
    assert sorted(re.findall(r'"([\w-]+)"', found[1])) == [package.name for package in PACKAGES]
