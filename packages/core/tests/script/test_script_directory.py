"""ScriptDirectory: what can be asked of the version files, and where they are."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from whimbrel.config import Config
from whimbrel.errors import (
    CommandError,
    ConfigError,
    MissingAncestor,
    MultipleBases,
    MultipleHeads,
    RangeNotAncestorError,
    ResolutionError,
)
from whimbrel.script import ScriptDirectory

# The history of these tests; y depends on c:
#
#             +-- c (lc)
#   a -- b ---+
#             +-- d (ld)
#   x (lx) -- y


@pytest.fixture
def script(project) -> ScriptDirectory:
    project.add("a")
    project.add("b", "a")
    project.add("c", "b", labels="lc")
    project.add("d", "b", labels="ld")
    project.add("x", labels="lx")
    project.add("y", "x", depends="c")
    return project.directory()


def ids(revisions) -> list[str]:
    return [one.revision for one in revisions]


def test_heads_and_bases(script) -> None:
    assert script.get_heads() == ["c", "d", "y"]
    assert script.get_heads(consider_depends_on=True) == ["d", "y"]
    assert script.get_bases() == ["a", "x"]
    with pytest.raises(MultipleHeads) as heads:
        script.get_current_head()
    assert heads.value.paths == tuple(script.get_revision(id_).path for id_ in ("c", "d", "y"))
    with pytest.raises(MultipleBases):
        script.get_base()


def test_one_head_and_one_base(project) -> None:
    project.add("a")
    project.add("b", "a")
    script = project.directory()
    assert (script.get_current_head(), script.get_base()) == ("b", "a")


def test_no_files_have_neither(project) -> None:
    script = project.directory()
    assert (script.get_current_head(), script.get_base(), script.get_heads(), script.get_bases()) == (
        None,
        None,
        [],
        [],
    )
    assert list(script.walk_revisions()) == []


def test_pain_06_two_heads_name_both_files_and_the_command_that_mends_it(script) -> None:
    with pytest.raises(MultipleHeads) as caught:
        script.get_revision("head")
    said = str(caught.value)
    for id_ in ("c", "d", "y"):
        assert script.get_revision(id_).path in said
    assert 'whimbrel merge -m "merge" c d y' in said


@pytest.mark.parametrize(
    ("identifier", "found"),
    [
        ("a", ["a"]),
        ("lc", ["c"]),
        ("lc@head", ["c"]),
        ("d-1", ["b"]),
        ("heads", ["d", "y"]),
        ("base", []),
        (None, []),
        (("a", "d"), ["a", "d"]),
        (["x"], ["x"]),
    ],
)
def test_identifiers(identifier, found: list[str], script) -> None:
    assert ids(script.get_revisions(identifier)) == found


def test_one_revision(script) -> None:
    assert script.get_revision("b").revision == "b"
    assert script.get_revision("base") is None
    assert script.get_revision(None) is None
    with pytest.raises(ResolutionError, match="Can't locate revision identified by 'zz'"):
        script.get_revision("zz")


@pytest.mark.parametrize(
    ("identifier", "number"),
    [("heads", ("d", "y")), ("lc@head", "c"), ("a", "a"), ("base", None), (None, None), ("zz", "zz"), ("+1", "+1")],
)
def test_revision_numbers(identifier, number, script) -> None:
    assert script.as_revision_number(identifier) == number


@pytest.mark.parametrize(
    ("rows", "current"),
    [((), []), (("a",), ["a"]), (("d",), ["d"]), (("y",), ["c", "y"]), (("d", "y"), ["c", "d", "y"])],
)
def test_what_rows_of_the_version_table_stand_for(rows, current: list[str], script) -> None:
    assert sorted(ids(script.get_all_current(rows))) == current


def test_walks(script) -> None:
    assert ids(script.walk_revisions()) == ["d", "y", "x", "c", "b", "a"]
    assert ids(script.walk_revisions(base="b", head="c")) == ["c", "b"]
    assert ids(script.walk_revisions(head="ld@head")) == ["d", "b", "a"]
    assert ids(script.iterate_revisions("c", "a")) == ["c", "b"]
    assert ids(script.iterate_revisions("y", "base")) == ["y", "x", "c", "b", "a"]
    with pytest.raises(RangeNotAncestorError):
        list(script.iterate_revisions("a", "c"))


def test_a_missing_ancestor_is_named_with_the_file(project) -> None:
    path = project.add("b", "a")
    with pytest.raises(MissingAncestor, match=f"Revision b \\({path}\\) has down_revision 'a', which no file has"):
        project.directory().get_heads()


# ------------------------------------------------------------------------------------------------ where it is


def test_no_folder_says_how_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"Path doesn't exist: .*nowhere\.\nCreate it:  whimbrel init .*nowhere"):
        ScriptDirectory(tmp_path / "nowhere")


def test_paths_are_absolute(project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.add("a")
    monkeypatch.chdir(project.root.parent)
    script = ScriptDirectory("migrations")
    assert script.dir == "migrations"
    assert script.versions == str(project.versions)
    assert script.env_py_location == str(project.root / "env.py")
    monkeypatch.chdir("/")
    assert script.get_revision("a").path == str(project.versions / "a.py")


def test_versions_is_for_one_location_only(project, tmp_path: Path) -> None:
    script = project.directory(version_locations=[project.versions, tmp_path])
    with pytest.raises(CommandError, match="Multiple version_locations"):
        _ = script.versions


def test_from_config(project, tmp_path: Path) -> None:
    project.add("b", "a", name="deep/b.py")
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "a.py").write_text("revision = 'a'\ndown_revision = None\n")
    ini = tmp_path / "whimbrel.ini"
    ini.write_text(
        f"""
[whimbrel]
script_location = {project.root}
version_locations = {project.versions}{os.pathsep}{tmp_path / "more"}
path_separator = os
recursive_version_locations = true
file_template = %%(rev)s
truncate_slug_length = 9
timezone = UTC
output_encoding = latin-1
"""
    )
    script = ScriptDirectory.from_config(Config(ini))
    assert ids(script.walk_revisions()) == ["b", "a"]
    assert script.version_locations == [str(project.versions), str(tmp_path / "more")]
    assert (script.file_template, script.truncate_slug_length) == ("%(rev)s", 9)
    assert (script.timezone, script.output_encoding) == ("UTC", "latin-1")
    assert (script.sourceless, script.recursive_version_locations) == (False, True)


def test_a_folder_in_a_package(project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "lib" / "an_app_with_migrations"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('need not be imported')\n")
    project.add("a")
    project.root.rename(package / "migrations")
    monkeypatch.setattr(sys, "path", list(sys.path))
    config = Config()
    config.set_main_option("prepend_sys_path", str(tmp_path / "lib"))
    config.set_main_option("script_location", "an_app_with_migrations:migrations")
    script = ScriptDirectory.from_config(config)
    assert ids(script.walk_revisions()) == ["a"]
    assert script.get_revision("a").path == str(package / "migrations" / "versions" / "a.py")
    assert sys.path[0] == str(tmp_path / "lib")
    ScriptDirectory.from_config(config)
    assert sys.path.count(str(tmp_path / "lib")) == 1
