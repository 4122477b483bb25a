"""The index beside the bytecode cache: used when it is right, written by whoever can, and never believed when stale."""

from __future__ import annotations

import importlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import pytest

from whimbrel.script.index import FileKey, HeaderIndex, file_key, settled

THREE = {"a": None, "b": "a", "c": "b"}


def three(project, settle) -> Path:
    for revision, down in THREE.items():
        project.add(revision, down, doc=f"doc of {revision}")
    settle()
    return project.versions / "__pycache__" / f"whimbrel.{sys.implementation.cache_tag}.index"


def test_a_second_process_opens_no_file(project, settle) -> None:
    index = three(project, settle)
    first = project.directory()
    assert (first.get_heads(), first.files_read) == (["c"], 3)
    assert index.is_file()
    second = project.directory()
    assert (second.get_heads(), second.files_read) == (["c"], 0)
    assert [(script.revision, script.doc, script.path) for script in second.walk_revisions()] == [
        (revision, f"doc of {revision}", str(project.versions / f"{revision}.py")) for revision in ("c", "b", "a")
    ]


def test_only_what_changed_is_read_again(project, settle) -> None:
    three(project, settle)
    project.directory().get_heads()
    project.add("d", "c")
    project.add("b", "a", doc="another doc")
    (project.versions / "c.py").touch()
    settle()
    again = project.directory()
    assert (again.get_heads(), again.files_read) == (["d"], 3)
    assert again.get_revision("b").doc == "another doc"


def test_an_edit_that_keeps_size_and_mtime_is_noticed(project, settle) -> None:
    three(project, settle)
    project.directory().get_heads()
    path = project.versions / "c.py"
    before = path.stat()
    path.write_text(path.read_text().replace("'c'", "'x'"))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert (path.stat().st_size, path.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert project.directory().get_heads() == ["x"]


def test_a_copy_put_in_place_with_its_old_times_is_noticed(project, settle) -> None:
    three(project, settle)
    project.directory().get_heads()
    path = project.versions / "c.py"
    before = path.stat()
    other = project.versions / "new"
    other.write_text(path.read_text().replace("'c'", "'x'"))
    os.utime(other, ns=(before.st_atime_ns, before.st_mtime_ns))
    os.replace(other, path)
    assert project.directory().get_heads() == ["x"]


def test_edits_within_one_tick_of_the_clock_are_noticed(project, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a file system whose times are whole seconds, edits that keep the size leave no trace at all."""

    def whole_seconds(state: os.stat_result) -> FileKey:
        size, mtime, ctime, inode = file_key(state)
        second = 1_000_000_000
        return size, mtime - mtime % second, ctime - ctime % second, inode

    monkeypatch.setattr("whimbrel.script.reader.file_key", whole_seconds)
    monkeypatch.setattr("whimbrel.script.location._key", lambda stat: whole_seconds(stat()))
    path = project.add("a")
    script = project.directory()
    for before, after in ["ab", "bc", "ca"]:
        path.write_text(path.read_text().replace(f"revision = '{before}'", f"revision = '{after}'", 1))
        assert project.ids() == [after]
        script.refresh()
        assert script.get_heads() == [after]


def test_a_young_file_is_not_entered(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("")
    key = file_key(path.stat())
    newest = key[2]
    assert not settled(key, newest)
    assert not settled(key, newest + 40_000_000)
    assert settled(key, newest + 3_000_000_000)


@pytest.mark.skipif(os.name != "posix", reason="elsewhere the time of the last change can be set")
def test_a_file_from_the_future_is_entered(project, settle) -> None:
    path = project.add("a")
    os.utime(path, (9e9, 9e9))
    settle()
    project.directory().get_heads()
    again = project.directory()
    assert (again.get_heads(), again.files_read) == (["a"], 0)


def test_a_computed_header_is_computed_each_time(project, settle, tmp_path: Path, monkeypatch) -> None:
    """Another file has a say in it, so the state of its own file does not tell."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    (project.versions / "a.py").write_text(
        "from numbering_of_a_project import start\nrevision = start\ndown_revision = None\n"
    )
    for number in range(3):
        (tmp_path / "numbering_of_a_project.py").write_text(f"start = 'v{number}'\n")
        sys.modules.pop("numbering_of_a_project", None)
        importlib.invalidate_caches()
        settle()
        assert project.ids() == [f"v{number}"]
    sys.modules.pop("numbering_of_a_project")


def test_a_folder_that_went_away_is_not_made_again(project, settle) -> None:
    three(project, settle)
    script = project.directory()
    script.get_heads()
    shutil.rmtree(project.versions)
    script.refresh()
    assert script.get_heads() == []
    assert not project.versions.exists()


def test_files_that_went_away_leave_the_index(project, settle) -> None:
    three(project, settle)
    project.directory().get_heads()
    (project.versions / "c.py").unlink()
    gone = project.directory()
    assert (gone.get_heads(), gone.files_read) == (["b"], 0)
    assert sorted(HeaderIndex.of(str(project.versions)).load()) == ["a.py", "b.py"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: b"",
        lambda data: data[:10],
        lambda data: data[:-1],
        lambda data: data[: len(data) // 2],
        lambda data: data + b"x",
        lambda data: data[:40] + bytes([data[40] ^ 1]) + data[41:],
        lambda data: os.urandom(len(data)),
        lambda data: b"whimbrel headers 0\n" + data[19:],
    ],
    ids=["empty", "beginning", "cut", "half", "longer", "one bit", "garbage", "older layout"],
)
def test_a_damaged_index_is_ignored_and_replaced(damage: Callable[[bytes], bytes], project, settle) -> None:
    index = three(project, settle)
    project.directory().get_heads()
    whole = index.read_bytes()
    index.write_bytes(damage(whole))
    again = project.directory()
    assert (again.get_heads(), again.files_read) == (["c"], 3)
    assert index.read_bytes() == whole


def test_an_index_cut_anywhere_is_ignored(tmp_path: Path) -> None:
    index = HeaderIndex.of(str(tmp_path))
    index.save({"a.py": ((1, 2, 3, 4), "a", (), ("shop",), ("x", "y"), "a doc" * 50)})
    assert index.path is not None
    data = Path(index.path).read_bytes()
    assert index.load()
    for length in range(len(data)):
        Path(index.path).write_bytes(data[:length])
        assert index.load() == {}


def test_where_it_cannot_be_written_everything_works_without(project, settle) -> None:
    """A file stands where the folder would have to be, which stops root as well."""
    (project.versions / "__pycache__").write_text("")
    for revision, down in THREE.items():
        project.add(revision, down)
    settle()
    script = project.directory()
    assert (script.get_heads(), script.files_read) == (["c"], 3)
    script.refresh()
    assert (script.get_heads(), script.files_read) == (["c"], 3)
    assert project.directory().get_heads() == ["c"]


def test_a_folder_in_the_place_of_the_index_is_ignored(project, settle) -> None:
    index = three(project, settle)
    index.mkdir(parents=True)
    assert project.directory().get_heads() == ["c"]
    assert sorted(path.name for path in index.parent.iterdir()) == [index.name]


def test_it_can_be_switched_off(project, settle, monkeypatch: pytest.MonkeyPatch) -> None:
    index = three(project, settle)
    monkeypatch.setenv("WHIMBREL_INDEX", "0")
    for _ in range(2):
        script = project.directory()
        assert (script.get_heads(), script.files_read) == (["c"], 3)
    assert not index.exists()


def test_it_is_written_where_python_writes_no_bytecode(project, settle, monkeypatch: pytest.MonkeyPatch) -> None:
    index = three(project, settle)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    project.directory().get_heads()
    assert index.is_file()


def test_it_follows_the_bytecode_cache(project, settle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = three(project, settle)
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "elsewhere"))
    project.directory().get_heads()
    assert not index.exists()
    assert len(list((tmp_path / "elsewhere").rglob("*.index"))) == 1
    assert project.directory().get_heads() == ["c"]


WRITER = """
import os, sys
from whimbrel.script import ScriptDirectory
root, mine = sys.argv[1:]
for number in range(40):
    path = f"{root}/versions/{mine}{number}.py"
    with open(path + ".new", "w") as file:
        file.write(f"revision = '{mine}{number}'\\n")
        file.write("down_revision = " + (repr(f"{mine}{number - 1}") if number else "None") + "\\n")
    os.replace(path + ".new", path)
    script = ScriptDirectory(root)
    assert f"{mine}{number}" in script.get_heads(), (number, script.get_heads())
"""


def test_two_processes_write_it_at_once(project, settle) -> None:
    """Each adds forty files and reads all of them after each: neither ever sees less than it wrote."""
    processes = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(project.root), mine], stderr=subprocess.PIPE, text=True)
        for mine in ("p", "q")
    ]
    said = [process.communicate(timeout=120)[1] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    settle()
    assert sorted(project.directory().get_heads()) == ["p39", "q39"]
    last = project.directory()
    assert (len(list(last.walk_revisions())), last.files_read) == (80, 0)
    assert [path.name for path in (project.versions / "__pycache__").iterdir() if path.suffix == ".tmp"] == []


def test_pain_29_a_kept_directory_reads_only_what_changed(project, settle) -> None:
    for revision, down in THREE.items():
        project.add(revision, down, body="def upgrade(): pass\n")
    settle()
    script = project.directory()
    kept = script.get_revision("b")
    module = kept.module
    assert script.files_read == 3

    script.refresh()
    assert script.files_read == 3
    assert script.get_revision("b") is kept

    project.add("d", "c")
    (project.versions / "a.py").write_text((project.versions / "a.py").read_text() + "# a remark\n")
    settle()
    script.refresh()
    assert script.files_read == 5
    assert script.get_heads() == ["d"]
    assert script.get_revision("b") is kept
    assert script.get_revision("b").module is module

    (project.versions / "d.py").unlink()
    script.refresh()
    assert (script.get_heads(), script.files_read) == (["c"], 5)


def test_pain_29_a_changed_file_gets_a_new_module(project, settle) -> None:
    path = project.add("a", body="def upgrade(): return 1\n")
    settle()
    script = project.directory()
    assert script.get_revision("a").module.upgrade() == 1
    path.write_text(path.read_text().replace("return 1", "return 2"))
    script.refresh()
    assert script.get_revision("a").module.upgrade() == 2


def test_a_module_edited_twice_in_one_second_is_run_as_it_is(project) -> None:
    """The bytecode cache knows whole seconds and sizes only."""
    path = project.add("a", body="def upgrade(): return 0\n")
    for number in range(1, 9):
        path.write_text(path.read_text().replace(f"return {number - 1}", f"return {number}"))
        assert project.directory().get_revision("a").module.upgrade() == number


def test_a_thousand_new_files_are_neither_parsed_nor_run(project, settle, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1000):
        project.add(f"r{number}", f"r{number - 1}" if number else None, body="import a_module_that_is_nowhere\n")
    settle()
    directory = project.directory()
    with monkeypatch.context() as patched:
        patched.setattr("builtins.compile", refuse)
        patched.setattr("ast.parse", refuse)
        assert directory.get_heads() == ["r999"]
    assert directory.files_read == 1000


def test_the_last_time_a_file_was_written_is_known_without_asking_again(project, settle, monkeypatch) -> None:
    three(project, settle)
    project.directory().get_heads()
    os.utime(project.versions / "b.py", (2_000_000_000, 2_000_000_000))
    settle()
    project.directory().get_heads()
    directory = project.directory()
    directory.get_heads()
    with monkeypatch.context() as patched:
        patched.setattr("whimbrel.script.reader.os.stat", refuse)
        assert directory.last_written() == 2_000_000_000


def test_the_last_time_a_file_was_written_is_known_of_files_too_young_for_the_index(project) -> None:
    assert project.directory().last_written() == 0.0
    project.add("a")
    path = project.add("b", "a")
    os.utime(path, (2_000_000_000, 2_000_000_000))
    assert project.directory().last_written() == 2_000_000_000


def refuse(what: object, *_: object, **__: object) -> NoReturn:
    raise AssertionError(f"{what!r} was looked at")
