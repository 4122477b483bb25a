"""What is kept from one process to the next beside the bytecode cache: the headers of a version folder, above all."""

from __future__ import annotations

import marshal
import os
import sys
import time
from binascii import crc32
from typing import Any, Final, cast

_MARSHAL_VERSION: Final = 4

FileKey = tuple[int, int, int, int]
"""Size, mtime, ctime (both in nanoseconds) and inode: what tells one state of a file from another.

An edit that keeps size and mtime still moves ctime. (Windows has no such ctime: there, an edit that restores both is
not noticed, as by Python's own bytecode cache.)
"""


def file_key(state: os.stat_result) -> FileKey:
    """Return the key of a file that is in this state."""
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino


NO_KEY: Final = (-1, -1, -1, -1)
"""Stands for the key of a file that cannot be recognised by one: it was too young, or computes its header."""

IndexRow = tuple[FileKey, str, tuple[str, ...], tuple[str, ...], tuple[str, ...], str]
"""A file's key, followed by the fields of its header."""


class KeptFile:
    """A file beside the bytecode cache of a folder.

    Nothing depends on it: it may be deleted, damaged or unwritable at any time. It is replaced in one step, so two
    processes may write it at once; either is right.

    :param path: the file, or None when there is to be none.
    :param magic: what it begins with; one that begins otherwise is not read.
    """

    __slots__ = ("_magic", "path")  # a NamedTuple would take a third of a millisecond of every start

    def __init__(self, path: str | None, magic: bytes) -> None:
        self.path = path
        self._magic = magic

    @staticmethod
    def path_of(folder: str, kind: str) -> str | None:
        """Return where *folder* has what is kept of some kind: nowhere with ``WHIMBREL_INDEX=0``."""
        if os.environ.get("WHIMBREL_INDEX", "1").lower() in ("0", "no", "false", "off"):
            return None
        return os.path.join(_cache_folder(folder), f"whimbrel.{sys.implementation.cache_tag}.{kind}")

    def content(self) -> Any:
        """Return what is kept, as :mod:`marshal` makes it; ``None`` when there is no file or it is damaged."""
        if self.path is None:
            return None
        try:
            with open(self.path, "rb", buffering=0) as file:
                data = file.read()
            begin = len(self._magic)
            body = memoryview(data)[begin + 4 :]
            if data[:begin] != self._magic or int.from_bytes(data[begin : begin + 4], "big") != crc32(body):
                return None
            return marshal.loads(body)
        except (OSError, EOFError, ValueError, TypeError):
            return None

    def keep(self, content: Any) -> bool:
        """Put *content* in the place of what is kept; return whether that was possible."""
        if self.path is None:
            return False
        body = marshal.dumps(content, _MARSHAL_VERSION)
        temporary = self._temporary()
        try:
            os.makedirs(os.path.dirname(temporary), exist_ok=True)
            with open(temporary, "xb", buffering=0) as file:
                data = self._magic + crc32(body).to_bytes(4, "big") + body
                while data:
                    data = data[file.write(data) or 0 :]
            os.replace(temporary, self.path)
        except OSError:  # a read-only or full disk: the next run does the work again, that is all
            _forget(temporary)
            return False
        return True

    def _temporary(self) -> str:
        return f"{self.path}.{os.getpid()}.{os.urandom(4).hex()}.tmp"


class HeaderIndex(KeptFile):
    """Where the headers of one version folder are kept. A file whose key differs from the stored one is read again.

    :param path: the index file, or None when there is to be none.

    Example::

        index = HeaderIndex.of("migrations/versions")
        rows = index.load()
    """

    __slots__ = ()

    def __init__(self, path: str | None) -> None:
        super().__init__(path, b"whimbrel headers 1\n")

    @classmethod
    def of(cls, folder: str) -> HeaderIndex:
        """Return the index of *folder*, which with ``WHIMBREL_INDEX=0`` is never there and never written."""
        return cls(cls.path_of(folder, "index"))

    def load(self) -> dict[str, IndexRow]:
        """Return the stored rows by file name; none of them when there is no index or it is damaged."""
        return cast("dict[str, IndexRow]", self.content() or {})

    def now(self) -> int:
        """Return the clock of the file system that holds the index, in nanoseconds; this machine's if it is read-only.

        The clock of a file server may differ from this machine's, and it is the server that stamps the files.
        """
        if self.path is None:
            return time.time_ns()
        probe = self._temporary()
        try:
            os.makedirs(os.path.dirname(probe), exist_ok=True)
            descriptor = os.open(probe, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
            try:
                return os.fstat(descriptor).st_mtime_ns
            finally:
                os.close(descriptor)
                os.unlink(probe)
        except OSError:
            return time.time_ns()

    def save(self, rows: dict[str, IndexRow]) -> bool:
        """Replace the stored rows by *rows*; return whether that was possible."""
        return self.path is not None and self.keep(_with_shared_ids(rows))


def settled(key: FileKey, now: int) -> bool:
    """Say whether a file that had *key* when it was read can be recognised by it.

    A file changed in the very tick of the clock in which it was read may change again without a new time stamp, so a
    file that young is not entered. (Git calls such an entry "racily clean": git-scm.com/docs/racy-git.)

    :param key: the file's key before it was read.
    :param now: the file system's clock before it was read, in nanoseconds.
    """
    _, mtime, ctime, _ = key
    # Where ctime is the time of the last change, mtime says nothing more, and may have been set to any year.
    newest = ctime if os.name == "posix" else max(mtime, ctime)
    # File systems with times in whole (FAT: even) seconds show it; the others tick at least every 10 ms.
    tick = 2_000_000_000 if ctime % 1_000_000_000 == 0 else 50_000_000
    return newest + tick < now


def _cache_folder(folder: str) -> str:
    if sys.pycache_prefix is None:
        return os.path.join(folder, "__pycache__")
    from importlib.util import cache_from_source

    return os.path.dirname(cache_from_source(os.path.join(folder, "x.py")))


def _forget(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _with_shared_ids(rows: dict[str, IndexRow]) -> dict[str, IndexRow]:
    """Return *rows* with each id one object however many files name it: so marshal stores it, and makes it, once."""
    ids = {row[1]: row[1] for row in rows.values()}
    return {
        name: (key, ids[revision], tuple([ids.get(parent, parent) for parent in parents]), labels, depends, doc)
        for name, (key, revision, parents, labels, depends, doc) in rows.items()
    }
