"""A disk that is full and folders that are shut: what is said, and that nothing half-written is left."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="permissions and mounts are POSIX")


def files(folder: Path) -> set[str]:
    """Return what is in *folder*, caches left out."""
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if "__pycache__" not in path.parts}


class Disk:
    """A versions folder on a small file system of its own; without the right to mount one, a limit in its place.

    :param folder: the versions folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        command = ["mount", "-t", "tmpfs", "-o", "size=32k", "tmpfs", str(folder)]
        may_mount = sys.platform == "linux" and os.geteuid() == 0
        self.mounted = may_mount and subprocess.run(command, capture_output=True, check=False).returncode == 0

    def fill(self) -> Callable[[], None] | None:
        """Leave no byte; return what a process has to do before it starts."""
        if not self.mounted:
            return _limit
        with contextlib.suppress(OSError), (self.folder / "ballast").open("wb", buffering=0) as ballast:
            while ballast.write(b"x" * 512):
                pass
        return None

    def remove(self) -> None:
        if self.mounted:
            subprocess.run(["umount", str(self.folder)], check=True)


def _limit() -> None:
    import resource
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))


@pytest.fixture
def disk(offline) -> Iterator[Disk]:
    disk = Disk(offline.versions)
    try:
        yield disk
    finally:
        disk.remove()


@pytest.mark.parametrize(
    "words",
    [["revision", "-m", "next", "--head", "a1"], ["merge", "-m", "both", "a1", "b1"]],
    ids=lambda words: words[0],
)
def test_a_full_disk(offline, terminal, disk, words):
    offline.add("a1")
    offline.add("b1")
    limit = disk.fill()
    before = files(terminal.folder)
    said = terminal.refused(*words, "--rev-id", "c2", names=(offline.versions,), remedy="Make room", before=limit)
    assert "No space left on device" in said.err or "File too large" in said.err
    assert files(terminal.folder) == before


def test_graph_commands_need_no_room(offline, terminal, disk):
    """The index of headers is a convenience: where it cannot be written, it is left out."""
    offline.add("a1")
    limit = disk.fill()
    assert terminal.run("heads", before=limit) == (0, "a1 (head)\n", "")


@pytest.mark.parametrize("buffered", ["", "1"], ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("words", [["heads"], ["history", "--json"], ["upgrade", "head", "--sql"]], ids=" ".join)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
def test_an_output_that_cannot_be_written(offline, terminal, words, buffered):
    offline.add("a1")
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "whimbrel", *words],
            cwd=terminal.folder,
            stdin=subprocess.DEVNULL,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": buffered},
        )
    assert done.returncode == 1
    message = [line for line in done.stderr.splitlines() if not line.startswith(("INFO ", "ERROR "))]
    assert message == [
        "Error: The output cannot be written: No space left on device.",
        "Make room where it is to go, and try again.",
    ]


class TestShut:
    """Folders and files that may not be read or written."""

    def test_the_versions_folder(self, offline, terminal, without_privileges):
        offline.add("a1")
        offline.versions.chmod(0)
        try:
            for words in (["heads"], ["revision", "-m", "x"], ["upgrade", "head", "--sql"]):
                terminal.refused(*words, names=(offline.versions,), remedy="permissions", before=without_privileges)
        finally:
            offline.versions.chmod(0o755)

    def test_the_migrations_folder(self, offline, terminal, without_privileges):
        offline.add("a1")
        offline.migrations.chmod(0)
        try:
            terminal.refused("heads", names=(offline.migrations,), remedy="permissions", before=without_privileges)
        finally:
            offline.migrations.chmod(0o755)

    def test_a_version_file(self, offline, terminal, without_privileges):
        path = offline.add("a1")
        path.chmod(0)
        terminal.refused("heads", names=(path,), remedy="permissions", before=without_privileges)

    def test_env_py(self, offline, terminal, without_privileges):
        offline.add("a1")
        path = offline.migrations / "env.py"
        path.touch(mode=0)
        terminal.refused(*("upgrade", "head", "--sql"), names=(path,), remedy="permissions", before=without_privileges)

    def test_the_template(self, offline, terminal, without_privileges):
        path = offline.migrations / "script.py.mako"
        path.touch(mode=0)
        terminal.refused("revision", "-m", "x", names=(path,), remedy="permissions", before=without_privileges)
        assert files(offline.versions) == set()

    @pytest.mark.parametrize("name", ["whimbrel.ini", "whimbrel.toml"])
    def test_the_settings(self, offline, terminal, without_privileges, name):
        (terminal.folder / "whimbrel.ini").unlink()
        (terminal.folder / name).touch(mode=0)
        terminal.refused("heads", names=(name,), remedy="permissions", before=without_privileges)

    def test_a_versions_folder_that_may_only_be_read(self, offline, terminal, without_privileges):
        offline.add("a1")
        offline.versions.chmod(0o555)
        try:
            assert terminal.run("heads", before=without_privileges) == (0, "a1 (head)\n", "")
            before = files(offline.versions)
            names = (offline.versions, "Permission denied")
            terminal.refused("revision", "--rev-id", "b2", names=names, remedy="permissions", before=without_privileges)
            assert files(offline.versions) == before
        finally:
            offline.versions.chmod(0o755)

    def test_a_folder_in_which_init_may_not_write(self, offline, terminal, without_privileges):
        before = files(terminal.folder)
        terminal.folder.chmod(0o555)
        try:
            said = terminal.refused("init", "others", remedy="Nothing was created", before=without_privileges)
            assert "others" in said.err
        finally:
            terminal.folder.chmod(0o755)
        assert files(terminal.folder) == before

    def test_a_file_in_place_of_the_versions_folder(self, offline, terminal):
        offline.versions.rmdir()
        offline.versions.write_text("")
        for words in (["heads"], ["revision", "-m", "x"]):
            terminal.refused(*words, names=(offline.versions,), remedy="")

    def test_no_versions_folder_at_all(self, offline, terminal):
        """git does not keep empty folders: it is as good as an empty one."""
        offline.versions.rmdir()
        assert terminal.run("heads") == (0, "", "")
        assert terminal.run("revision", "-m", "x", "--rev-id", "a1").code == 0
        assert files(offline.versions) == {"a1_x.py"}
