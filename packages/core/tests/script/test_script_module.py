"""A version file is run when its functions are needed, alone, and leaves no trace but its bytecode."""

from __future__ import annotations

import marshal
import os
import py_compile
import sys
import threading
import time
from pathlib import Path

import pytest

from whimbrel.errors import CommandError, ScriptError, ScriptRaised, ScriptSyntaxError
from whimbrel.script.bytecode import cached_code
from whimbrel.script.module import load_module


def test_files_are_run_only_when_their_module_is_asked_for(project) -> None:
    project.add("a", body="def upgrade(): return 'up a'\n")
    project.add("b", "a", body="raise ValueError('b was run')\n")
    script = project.directory()
    assert script.get_heads() == ["b"]
    module = script.get_revision("a").module
    assert module.upgrade() == "up a"
    assert script.get_revision("a").module is module
    assert (module.revision, module.__file__) == ("a", str(project.versions / "a.py"))


def test_the_module_is_not_left_behind(project) -> None:
    project.add("a", body="import sys\nhere = __name__ in sys.modules\n")
    before = set(sys.modules)
    module = project.directory().get_revision("a").module
    assert module.here
    assert set(sys.modules) == before


def test_dataclasses_with_postponed_annotations_work(project) -> None:
    path = project.add("a")
    path.write_text(
        "from __future__ import annotations\nfrom dataclasses import dataclass\n" + path.read_text() + "\n"
        "@dataclass\nclass Row:\n    name: str\n"
    )
    assert project.directory().get_revision("a").module.Row("x").name == "x"


def test_two_directories_have_modules_of_their_own(project) -> None:
    project.add("a", body="seen = []\n")
    one, other = (project.directory().get_revision("a").module for _ in range(2))
    one.seen.append(1)
    assert other.seen == []


def test_threads_load_files_at_once(project) -> None:
    for number in range(20):
        project.add(f"r{number}", f"r{number - 1}" if number else None, body=f"value = {number}\n")
    found: dict[tuple[int, int], int] = {}

    def load(thread: int) -> None:
        script = project.directory()
        for number in range(20):
            found[thread, number] = script.get_revision(f"r{number}").module.value

    threads = [threading.Thread(target=load, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {(thread, number): number for thread in range(20) for number in range(20)}


def test_the_bytecode_cache_is_used(project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    path = project.add("a", body="def upgrade(): pass\n")
    hour_ago = time.time() - 3600
    os.utime(path, (hour_ago, hour_ago))
    project.directory().get_revision("a").module.upgrade()
    cached = project.versions / "__pycache__" / f"a.{sys.implementation.cache_tag}.pyc"
    assert cached.is_file()


def test_what_a_file_raises_is_said_with_file_and_line(project) -> None:
    path = project.add("a", body="def helper():\n    raise KeyError('x')\n\n\nhelper()\n")
    with pytest.raises(ScriptRaised) as caught:
        _ = project.directory().get_revision("a").module
    assert caught.value.message == f"{path}, line 8 raised KeyError: 'x'"
    assert (caught.value.path, caught.value.line) == (str(path), 8)
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_file_cannot_end_the_program(project) -> None:
    project.add("a", body="raise SystemExit(3)\n")
    with pytest.raises(ScriptRaised, match="raised SystemExit: 3"):
        _ = project.directory().get_revision("a").module


def test_ctrl_c_comes_through(project) -> None:
    project.add("a", body="raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        _ = project.directory().get_revision("a").module


def test_a_missing_application_names_the_remedy(project) -> None:
    project.add("a", body="import myapp_that_is_not_here.models\n")
    with pytest.raises(ScriptRaised) as caught:
        _ = project.directory().get_revision("a").module
    assert "No module named 'myapp_that_is_not_here'" in caught.value.message
    assert "prepend_sys_path" in str(caught.value.remedy)


def test_a_slip_anywhere_in_a_changed_file_is_told_before_it_runs(project) -> None:
    path = project.add("a", body="def upgrade():\n    return (1\n")
    with pytest.raises(ScriptSyntaxError) as caught:
        project.directory().get_heads()
    assert caught.value.message == f"{path}, line 8 is not Python ('(' was never closed): return (1"


def test_a_file_that_went_away_is_named(project) -> None:
    path = project.add("a")
    found = project.directory().get_revision("a")
    path.unlink()
    with pytest.raises(ScriptError, match=r"a\.py cannot be read: No such file"):
        _ = found.module


def test_what_env_py_raises_comes_through(project) -> None:
    (project.root / "env.py").write_text("x = 1\n1 / 0\n")
    with pytest.raises(ZeroDivisionError):
        project.directory().run_env()
    (project.root / "env.py").write_text("def (\n")
    with pytest.raises(ScriptSyntaxError, match=r"env\.py, line 1 is not Python"):
        project.directory().run_env()


def test_env_py_runs_anew_each_time(project) -> None:
    marks = project.root / "marks"
    (project.root / "env.py").write_text(f"with open({str(marks)!r}, 'a') as file:\n    file.write('x')\n")
    script = project.directory()
    script.run_env()
    script.run_env()
    assert marks.read_text() == "xx"


def test_without_env_py_the_built_in_one_runs(project) -> None:
    (project.root / "env.py").unlink()
    script = project.directory()
    assert os.path.basename(script.env_py_location) == "builtin_env.py"
    with pytest.raises(CommandError):  # it is the real one: it misses the run that it would be part of
        script.run_env()


class TestKeptBytecode:
    """What Python keeps of a file is used as long as it is of that file, and no longer."""

    def kept(self, tmp_path, text="value = 1\n", **options):
        path = tmp_path / "a1.py"
        path.write_text(text)
        os.utime(path, (1_000_000_000, 1_000_000_000))
        pyc = py_compile.compile(str(path), doraise=True, **options)
        return path, Path(pyc)

    def value(self, path):
        return load_module(str(path)).value

    def test_it_is_used(self, tmp_path):
        path, pyc = self.kept(tmp_path)
        assert cached_code(str(path), path.stat()) is not None
        data = pyc.read_bytes()
        pyc.write_bytes(data[:16] + marshal.dumps(compile("value = 2", str(path), "exec")))
        assert self.value(path) == 2

    @pytest.mark.parametrize("at", [(1_000_000_001, 1_000_000_001), (1_000_000_000, 1_000_000_000)])
    def test_an_edit_counts(self, tmp_path, at):
        path, _ = self.kept(tmp_path)
        path.write_text("value = 3  # longer\n")
        os.utime(path, at)
        assert cached_code(str(path), path.stat()) is None
        assert self.value(path) == 3

    def test_what_is_damaged_is_made_anew(self, tmp_path):
        path, pyc = self.kept(tmp_path)
        pyc.write_bytes(pyc.read_bytes()[:20])
        assert self.value(path) == 1

    def test_one_that_goes_by_its_hash_is_left_to_python(self, tmp_path):
        path, _ = self.kept(tmp_path, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
        assert cached_code(str(path), path.stat()) is None
        assert self.value(path) == 1

    def test_a_folder_that_moved_tells_its_new_name(self, tmp_path):
        (tmp_path / "old").mkdir()
        self.kept(tmp_path / "old", "def where():\n    raise LookupError\n")
        (tmp_path / "old").rename(tmp_path / "new")
        path = str(tmp_path / "new" / "a1.py")
        assert load_module(path).where.__code__.co_filename == path
