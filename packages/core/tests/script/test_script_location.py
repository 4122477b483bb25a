"""Which files are version files: names, folders inside folders, compiled files, links."""

from __future__ import annotations

import os
import py_compile
import sys
from pathlib import Path

import pytest

from whimbrel.errors import DuplicateRevision, ScriptError, ScriptRaised


@pytest.mark.parametrize(
    "name",
    ["a.py", "a b.py", "a-b.py", "123.py", "a.b.py", "_a.py", ".a.py", "#a.py", "__main__.py", "test_a.py", "é.py"],
)
def test_names_of_version_files(name: str, project) -> None:
    project.add("a", name=name)
    assert project.ids() == ["a"]


@pytest.mark.parametrize(
    "name",
    ["__init__.py", "__init__x.py", ".#a.py", "a.PY", "a.py~", "#a.py#", "a.pyi", "a.py.swp", "a.txt", "a.pyc", "py"],
)
def test_names_of_other_files(name: str, project) -> None:
    project.add("a", name=name)
    assert project.ids() == []


def test_a_folder_with_such_a_name_is_no_version_file(project) -> None:
    project.add("a")
    (project.versions / "folder.py").mkdir()
    assert project.ids() == ["a"]


def test_no_folder_means_no_revisions_yet(project) -> None:
    project.versions.rmdir()
    assert project.ids() == []
    assert project.directory().get_current_head() is None


def test_folders_inside_count_when_asked_for(project) -> None:
    project.add("a", name="2024/a.py")
    project.add("b", "a", name="2025/q1/b.py")
    project.add("c", "b", name="c.py")
    project.add("no", name="__pycache__/no.py")
    assert project.ids(recursive_version_locations=True) == ["a", "b", "c"]
    (project.versions / "2024" / "a.py").unlink()
    (project.versions / "2025" / "q1" / "b.py").unlink()
    project.add("c", None, name="c.py")
    project.add("d", "c", name="2024/d.py")
    assert project.ids() == ["c"]


def test_several_locations_make_one_history(project, tmp_path: Path) -> None:
    project.add("a")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "b.py").write_text("revision = 'b'\ndown_revision = 'a'\n")
    script = project.directory(version_locations=[project.versions, tmp_path / "other"])
    assert [(one.revision, one.path) for one in script.walk_revisions()] == [
        ("b", str(tmp_path / "other" / "b.py")),
        ("a", str(project.versions / "a.py")),
    ]


def test_a_location_named_twice_is_read_once(project, tmp_path: Path) -> None:
    project.add("a", name="inside/a.py")
    (tmp_path / "link").symlink_to(project.versions)
    locations = [project.versions, project.versions / ".." / "versions", tmp_path / "link", project.versions / "inside"]
    assert project.ids(version_locations=locations, recursive_version_locations=True) == ["a"]


def test_a_link_to_a_file_of_the_same_folder_is_no_second_revision(project) -> None:
    path = project.add("a")
    (project.versions / "again.py").symlink_to(path)
    assert project.ids() == ["a"]


def test_a_link_to_a_file_elsewhere_is_read(project, tmp_path: Path) -> None:
    (tmp_path / "shared.py").write_text("revision = 'a'\ndown_revision = None\n")
    (project.versions / "a.py").symlink_to(tmp_path / "shared.py")
    assert project.ids() == ["a"]
    (tmp_path / "shared.py").write_text("revision = 'b'\ndown_revision = None\n")
    assert project.ids() == ["b"]


def test_linked_folders_are_not_walked_into(project) -> None:
    project.add("a")
    (project.versions / "loop").symlink_to(project.versions)
    assert project.ids(recursive_version_locations=True) == ["a"]


def test_a_link_to_nothing_is_named(project) -> None:
    (project.versions / "gone.py").symlink_to(project.versions / "nowhere.py")
    with pytest.raises(ScriptError, match=r"versions/gone\.py is a link to nothing\.\nBring the file back"):
        project.ids()


def test_a_folder_that_cannot_be_read_is_named(project, tmp_path: Path) -> None:
    """As root no permission binds, so: a file where a folder is named, and a link to itself."""
    file, circle = tmp_path / "file", tmp_path / "circle"
    file.write_text("")
    circle.symlink_to(circle)
    with pytest.raises(ScriptError, match=r"The versions folder .*/file cannot be read: Not a directory\."):
        project.ids(version_locations=[file])
    with pytest.raises(ScriptError, match=r"The versions folder .*/circle cannot be read: Too many levels"):
        project.ids(version_locations=[circle])


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="permissions do not bind root")
def test_a_folder_without_permission_is_named(project) -> None:
    project.versions.chmod(0)
    try:
        with pytest.raises(ScriptError, match="Permission denied"):
            project.ids()
    finally:
        project.versions.chmod(0o700)


def test_two_files_with_one_id_are_both_named(project) -> None:
    project.add("a", name="one.py")
    project.add("a", name="two.py")
    with pytest.raises(DuplicateRevision) as caught:
        project.ids()
    assert caught.value.paths == (str(project.versions / "one.py"), str(project.versions / "two.py"))


# ------------------------------------------------------------------------------------------------ without sources


def compiled(project, revision: str, down: str | None = None, *, beside: bool = False, keep: bool = False) -> Path:
    path = project.add(revision, down, body="def upgrade(): return 'compiled'\n")
    target = py_compile.compile(str(path), cfile=f"{path}c" if beside else None, doraise=True)
    if not keep:
        path.unlink()
    return Path(target)


def test_compiled_files_count_when_asked_for(project, settle) -> None:
    compiled(project, "a")
    compiled(project, "b", "a", beside=True)
    assert project.ids() == []
    assert project.ids(sourceless=True) == ["a", "b"]
    assert project.directory(sourceless=True).get_revision("b").module.upgrade() == "compiled"
    settle()
    project.ids(sourceless=True)
    again = project.directory(sourceless=True)
    assert (again.get_heads(), again.files_read) == (["b"], 0)


def test_a_source_wins_over_its_compiled_files(project) -> None:
    compiled(project, "a", beside=True, keep=True)
    compiled(project, "a", keep=True)
    found = project.directory(sourceless=True).get_revision("a")
    assert found.path == str(project.versions / "a.py")


def test_a_compiled_file_in_the_folder_wins_over_the_cache(project) -> None:
    compiled(project, "a")
    beside = compiled(project, "a", beside=True)
    assert project.directory(sourceless=True).get_revision("a").path == str(beside)


def test_of_several_pythons_files_in_the_cache_the_own_is_taken(project) -> None:
    own = compiled(project, "a")
    for name in ("a.cpython-27.pyc", "a.pypy39.pyc", "a.zpython-99.opt-1.pyc"):
        (own.parent / name).write_bytes(b"not for this Python")
    assert project.directory(sourceless=True).get_revision("a").path == str(own)


def test_folders_inside_may_be_without_sources_too(project) -> None:
    path = project.add("a", name="deep/a.py")
    py_compile.compile(str(path), doraise=True)
    path.unlink()
    assert project.ids(sourceless=True, recursive_version_locations=True) == ["a"]


def test_another_pythons_file_is_named(project) -> None:
    (project.versions / "a.pyc").write_bytes(b"\0" * 40)
    with pytest.raises(ScriptError) as caught:
        project.ids(sourceless=True)
    assert caught.value.message.startswith(f"{project.versions / 'a.pyc'} cannot be loaded: bad magic number")
    assert sys.implementation.cache_tag in str(caught.value)


def test_env_py_may_be_compiled_too(project) -> None:
    env = project.root / "env.py"
    env.write_text("raise ValueError('env ran')\n")
    py_compile.compile(str(env), cfile=f"{env}c", doraise=True)
    env.unlink()
    script = project.directory(sourceless=True)
    assert script.env_py_location == f"{env}c"
    with pytest.raises(ValueError, match="env ran"):
        script.run_env()


def test_compiled_files_are_not_run_for_what_they_say_of_themselves(project, settle) -> None:
    path = project.add("m", ("a", "b"), labels="shop", depends=None, doc="doc\n\nmore", body="raise SystemExit\n")
    py_compile.compile(str(path), cfile=f"{path}c", doraise=True)
    path.unlink()
    compiled(project, "a")
    compiled(project, "b")
    found = project.directory(sourceless=True).get_revision("m")
    assert (found.down_revision, found.own_labels, found.doc, found.longdoc) == (
        ("a", "b"),
        ("shop",),
        "doc",
        "doc\n\nmore",
    )


@pytest.mark.parametrize(
    "text",
    [
        "revision = 'A'.lower()\ndown_revision = None\n",
        "if len('x'):\n    revision = 'a'\nelse:\n    revision = 'b'\ndown_revision = None\n",
        "try:\n    revision = 'a'\nexcept ValueError:\n    pass\ndown_revision = None\n",
        "revision = 'x'\ndown_revision = None\nglobals()['revis' + 'ion'] = 'a'\n",
        "revision = 'x'\ndown_revision = None\nrevision = 'a'\n",
        "revision, down_revision = ['a', None]\n",
        "for revision in 'a':\n    pass\ndown_revision = None\n",
    ],
)
def test_compiled_files_that_compute_it_are_run(text: str, project) -> None:
    path = project.versions / "x.py"
    path.write_text(text)
    py_compile.compile(str(path), cfile=f"{path}c", doraise=True)
    path.unlink()
    assert project.ids(sourceless=True) == ["a"]


def test_a_compiled_file_that_raises_is_named(project) -> None:
    path = project.add("a", body="1 / 0\n")
    path.write_text(path.read_text().replace("'a'", "str('a')"))
    target = py_compile.compile(str(path), cfile=f"{path}c", doraise=True)
    path.unlink()
    with pytest.raises(ScriptRaised, match="ZeroDivisionError") as caught:
        project.ids(sourceless=True)
    assert caught.value.path == target
