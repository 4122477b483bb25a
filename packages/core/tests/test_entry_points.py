"""Entry points are found without importing what they name, as fast as their callers need."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from whimbrel.entry_points import COMMANDS, DIALECTS, PLUGINS, EntryPoint, installed, may_have, source_of


def distribution(folder: Path, name: str, version: str, entry_points: str) -> Path:
    metadata = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    (metadata / "entry_points.txt").write_text(entry_points)
    return metadata


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only folder that Python looks for distributions in."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(sys, "path", [str(folder)])
    return folder


def test_points_of_the_asked_groups_by_distribution(folder: Path) -> None:
    distribution(folder, "whimbrel-views", "1.2", "[whimbrel.plugins]\nviews = whimbrel_views.plugin\n")
    distribution(
        folder,
        "duck.tools",
        "0.3",
        "[console_scripts]\nduck = duck:main\n\n[whimbrel.dialects]\nduckdb=duck.whim:plugin\n\n"
        "# a remark\n[whimbrel.commands]\nquack = duck.cli:quack\n",
    )

    assert installed(DIALECTS, PLUGINS) == [
        EntryPoint("whimbrel.dialects", "duckdb", "duck.whim:plugin", "duck.tools", "0.3"),
        EntryPoint("whimbrel.plugins", "views", "whimbrel_views.plugin", "whimbrel-views", "1.2"),
    ]
    assert [point.name for point in installed(COMMANDS)] == ["quack"]


def test_the_name_is_the_one_to_give_to_pip_and_a_description_is_not_read(folder: Path) -> None:
    bad = distribution(folder, "Some.Ducks", "1.0", "[whimbrel.plugins]\nducks = ducks\n")
    (bad / "METADATA").write_text("Name: Some.Ducks\nVersion: 1.0\n\nName: other\nVersion: 2\n")
    egg = folder / "geese-3.1-py3.11.egg-info"
    egg.mkdir()
    (egg / "PKG-INFO").write_text("Metadata-Version: 1.0\nName: geese\nVersion: 3.1\n")
    (egg / "entry_points.txt").write_text("[whimbrel.plugins]\ngeese = geese\n")
    assert [point.source for point in installed(PLUGINS)] == ["Some.Ducks 1.0", "geese 3.1"]


def test_a_distribution_installed_while_we_run_is_seen(folder: Path) -> None:
    assert installed(PLUGINS) == []
    distribution(folder, "late", "1", "[whimbrel.plugins]\nlate = late\n")
    os.utime(folder, ns=(1, 1))  # some file systems' clocks are coarser than this test is fast
    assert [point.source for point in installed(PLUGINS)] == ["late 1"]


def test_the_copy_that_python_sees_first_counts(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    distribution(folder, "views", "2", "[console_scripts]\nviews = views:main\n")
    distribution(tmp_path / "older", "views", "1", "[whimbrel.plugins]\nviews = views.plugin\n")
    monkeypatch.setattr(sys, "path", [str(folder), str(tmp_path / "older")])

    assert installed(PLUGINS) == []


@pytest.mark.parametrize("damage", ["not text", "no metadata", "no equals sign"])
def test_a_damaged_distribution_does_not_hide_the_others(folder: Path, damage: str) -> None:
    distribution(folder, "good", "1", "[whimbrel.plugins]\ngood = good\n")
    bad = distribution(folder, "bad", "1", "[whimbrel.plugins]\nbad\n")
    if damage == "not text":
        (bad / "entry_points.txt").write_bytes(b"[whimbrel.plugins]\nb\xff\xfe = c\n")
    elif damage == "no metadata":
        (bad / "METADATA").unlink()

    points = {point.name: point for point in installed(PLUGINS)}

    assert points["good"].source == "good 1"
    if damage == "no equals sign":
        with pytest.raises(ImportError, match="entry point 'bad' of bad 1 names no module"):
            points["bad"].load()


def test_load_answers_a_module_or_an_object_in_it(folder: Path) -> None:
    (folder / "loadable_thing.py").write_text("class Shelf:\n    book = 'a book'\n")
    point = EntryPoint(PLUGINS, "x", "loadable_thing", "things", "1")

    assert point.load() is sys.modules.pop("loadable_thing")
    assert point._replace(value="loadable_thing:Shelf.book").load() == "a book"
    with pytest.raises(ImportError, match=r"module 'loadable_thing' has no 'Shelf.page'"):
        point._replace(value="loadable_thing:Shelf.page").load()
    del sys.modules["loadable_thing"]


@pytest.mark.parametrize(
    ("name", "own"),
    [("whimbrel-postgresql", True), ("whimbrel_autogen", True), ("Whimbrel", True), ("whimbrel-views", False)],
)
def test_whose_distribution_it_is(name: str, own: bool) -> None:
    assert EntryPoint(PLUGINS, "x", "y", name, "1").is_own is own


def test_label_names_kind_name_and_source() -> None:
    assert (
        EntryPoint(DIALECTS, "duckdb", "d", "whimbrel-duckdb", "0.3").label == "dialect 'duckdb' of whimbrel-duckdb 0.3"
    )
    assert EntryPoint(COMMANDS, "quack", "d", "duck", "").label == "command 'quack' of duck"


def test_whose_module_it_is(folder: Path) -> None:
    distribution(folder, "whimbrel-views", "1.2", "[whimbrel.plugins]\nviews = views.deep.plugin:thing\n")
    other = distribution(folder, "shelves", "3", "")
    (other / "RECORD").write_text("shelf/__init__.py,,\n")
    (folder / "shelf").mkdir()
    (folder / "shelf/__init__.py").touch()

    assert source_of("views.operations") == "whimbrel-views 1.2"
    assert source_of("shelf.boards") == "shelves 3"
    assert source_of("views_of_somebody_else") is None


class TestMayHave:
    def test_only_where_a_distribution_has_the_group(self, folder: Path) -> None:
        distribution(folder, "views", "1.2", "[whimbrel.plugins]\nviews = views\n")
        assert may_have(PLUGINS)
        assert not may_have(COMMANDS)

    def test_a_missing_folder_has_nothing(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "path", [str(folder / "gone"), str(folder)])
        assert not may_have(COMMANDS)

    def test_a_zip_archive_is_not_looked_into(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        archive = folder / "app.zip"
        with zipfile.ZipFile(archive, "w") as zipped:
            zipped.writestr("duck-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: duck\nVersion: 1\n")
            zipped.writestr("duck-1.dist-info/entry_points.txt", "[whimbrel.commands]\nquack = duck\n")
        monkeypatch.setattr(sys, "path", [str(archive)])
        assert may_have(PLUGINS), "cannot say, so the slow look has to"
        assert [point.name for point in installed(COMMANDS)] == ["quack"]

    def test_an_importer_with_a_way_of_its_own_has_to_be_asked(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Importer:
            def find_spec(self, *_: object) -> None: ...

            def find_distributions(self, *_: object) -> list[object]:
                return []

        monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Importer()])
        assert may_have(COMMANDS)

    def test_it_imports_nothing_heavy(self) -> None:
        code = (
            "import sys; before = set(sys.modules)\n"
            "from whimbrel.entry_points import COMMANDS, DIALECTS, installed, may_have\n"
            "may_have(COMMANDS)\n"
            "assert installed(DIALECTS)\n"
            "heavy = {'importlib.metadata', 'email', 'pluggy', 'sqlalchemy', 'click', 'inspect'}\n"
            "print(sorted(heavy & (set(sys.modules) - before)))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert done.stdout == "[]\n"
