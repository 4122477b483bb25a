"""Which files of a folder are version files."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial

from whimbrel.errors import ScriptError
from whimbrel.script.index import FileKey

_BY_DESCRIPTOR = os.scandir in os.supports_fd
_CACHED_NAME = r"(?P<stem>.+?)\.(?P<tag>[a-z]+-?\w*?\d+)(?:\.opt-\w+)?\.pyc"


class VersionLocation:
    """A folder of version files.

    A version file's name ends in ``.py``. Names beginning with ``__init__`` (a package's) or ``.#`` (an editor's lock)
    are left out.

    :param path: the folder; it need not exist yet.
    :param recursive: folders inside it belong to it too, but for linked ones.
    :param sourceless: a ``.pyc`` file, in the folder or in its ``__pycache__``, stands for a source that is not there.

    Example::

        [name for name, _ in VersionLocation("migrations/versions").files()]
    """

    __slots__ = ("path", "recursive", "sourceless")

    def __init__(self, path: str, *, recursive: bool = False, sourceless: bool = False) -> None:
        self.path = os.path.abspath(path)
        self.recursive = recursive
        self.sourceless = sourceless

    def files(self, visited: set[str] | None = None, *, with_keys: bool = True) -> Iterator[tuple[str, FileKey | None]]:
        """Yield the version files: the name, relative to :attr:`path`, and what tells the file's state.

        :param visited: real paths of folders that were listed already; each is listed once, and added.
        :param with_keys: ask for the state, which takes most of the time; ``None`` is yielded if not.
        :raises ScriptError: a folder cannot be read, or a file is a link to nothing.
        """
        visited = set() if visited is None else visited
        waiting = [""]
        while waiting:
            prefix = waiting.pop()
            folder = os.path.join(self.path, prefix) if prefix else self.path
            real = os.path.realpath(folder)
            if real in visited:
                continue
            visited.add(real)
            folders: list[str] = []
            sources: set[str] = set()
            compiled: list[str] = []
            # This loop sees every file at every start.
            for entry in _entries(folder):
                name = entry.name
                if name[-3:] == ".py":
                    if name[:2] != ".#" and name[:8] != "__init__" and _counts(entry, folder, visited):
                        yield prefix + name, _key(entry.stat) if with_keys else None
                        if self.sourceless:
                            sources.add(name[:-3])
                elif name[-4:] == ".pyc":
                    compiled.append(name)
                elif self.recursive and name != "__pycache__" and entry.is_dir(follow_symlinks=False):
                    folders.append(f"{prefix}{name}/")
            if self.sourceless:
                for name in _without_source(folder, compiled, sources):
                    stat = partial(os.stat, os.path.join(folder, name))
                    yield prefix + name, _key(stat) if with_keys else None
            waiting += sorted(folders, reverse=True)

    def holds(self, path: str) -> bool:
        """Say whether *path* is a folder whose files belong to this location."""
        path = os.path.abspath(path)
        return path == self.path or (self.recursive and path.startswith(os.path.join(self.path, "")))


def _without_source(folder: str, compiled: list[str], sources: set[str]) -> Iterator[str]:
    """Yield the compiled files whose source is not there: one beside the sources wins over one in the cache."""
    chosen: dict[str, str] = {}
    for name in sorted(entry.name for entry in _entries(os.path.join(folder, "__pycache__"))):
        match = re.fullmatch(_CACHED_NAME, name)
        if match and (match["stem"] not in chosen or match["tag"] == sys.implementation.cache_tag):
            chosen[match["stem"]] = f"__pycache__/{name}"
    chosen.update({name[:-4]: name for name in compiled})
    for stem, name in chosen.items():
        if stem not in sources and not stem.startswith(("__init__", ".#")):
            yield name


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    """Yield what is in *folder*. An entry can be asked for its state until the next one is yielded, not longer."""
    try:
        if _BY_DESCRIPTOR:  # spares the kernel the way from the root, which is a sixth of a start with many files
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                with os.scandir(descriptor) as entries:
                    yield from entries
            finally:
                os.close(descriptor)
        else:
            with os.scandir(folder) as entries:
                yield from entries
    except FileNotFoundError:
        return  # made when the first revision is written
    except OSError as error:
        raise ScriptError(
            f"The versions folder {folder} cannot be read: {error.strerror or error}.",
            "Mend its permissions, or the settings script_location and version_locations.",
            path=folder,
        ) from error


def _key(stat: Callable[[], os.stat_result]) -> FileKey | None:
    try:
        state = stat()
    except OSError:  # it went away meanwhile; reading it will say so
        return None
    return state.st_size, state.st_mtime_ns, state.st_ctime_ns, state.st_ino


def _counts(entry: os.DirEntry[str], folder: str, visited: set[str]) -> bool:
    """Say whether *entry* is a file, and no second name of one in a folder that is listed anyway."""
    if not entry.is_symlink():
        return entry.is_file()
    path = os.path.join(folder, entry.name)
    target = os.path.realpath(path)
    if not os.path.exists(target):
        raise ScriptError(
            f"{path} is a link to nothing.", "Bring the file back, or take it out of the versions folder.", path=path
        )
    target_folder, name = os.path.split(target)
    return entry.is_file() and not (target_folder in visited and name.endswith(".py"))
