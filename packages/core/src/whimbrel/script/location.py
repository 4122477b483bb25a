"""Which files of a folder are version files."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator

from whimbrel.errors import ScriptError

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

    def files(self, visited: set[str] | None = None) -> Iterator[tuple[str, os.DirEntry[str]]]:
        """Yield the version files: the name, relative to :attr:`path`, and the entry, which was not asked for more yet.

        :param visited: real paths of folders that were listed already; each is listed once, and added.
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
            others: list[os.DirEntry[str]] = []
            sources: set[str] = set()
            # This loop sees every file at every start.
            for entry in _entries(folder):
                name = entry.name
                if name[-3:] != ".py":
                    others.append(entry)
                elif name[:2] != ".#" and name[:8] != "__init__" and _counts(entry, visited):
                    yield prefix + name, entry
                    if self.sourceless:
                        sources.add(name[:-3])
            if self.sourceless:
                yield from _compiled(folder, prefix, others, sources)
            if self.recursive:
                folders = [entry.name for entry in others if entry.is_dir(follow_symlinks=False)]
                waiting += [f"{prefix}{name}/" for name in sorted(folders, reverse=True) if name != "__pycache__"]

    def holds(self, path: str) -> bool:
        """Say whether *path* is a folder whose files belong to this location."""
        path = os.path.abspath(path)
        return path == self.path or (self.recursive and path.startswith(os.path.join(self.path, "")))


def _compiled(
    folder: str, prefix: str, others: list[os.DirEntry[str]], sources: set[str]
) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Yield the compiled files whose source is not there: one beside the sources wins over one in the cache."""
    chosen: dict[str, tuple[str, os.DirEntry[str]]] = {}
    for entry in sorted(_entries(os.path.join(folder, "__pycache__")), key=lambda entry: entry.name):
        match = re.fullmatch(_CACHED_NAME, entry.name)
        if match and (match["stem"] not in chosen or match["tag"] == sys.implementation.cache_tag):
            chosen[match["stem"]] = (f"{prefix}__pycache__/", entry)
    chosen.update({entry.name[:-4]: (prefix, entry) for entry in others if entry.name[-4:] == ".pyc"})
    for stem, (inside, entry) in chosen.items():
        if stem not in sources and not stem.startswith(("__init__", ".#")):
            yield inside + entry.name, entry


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
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


def _counts(entry: os.DirEntry[str], visited: set[str]) -> bool:
    """Say whether *entry* is a file, and no second name of one in a folder that is listed anyway."""
    if not entry.is_symlink():
        return entry.is_file()
    target = os.path.realpath(entry.path)
    if not os.path.exists(target):
        raise ScriptError(
            f"{entry.path} is a link to nothing.",
            "Bring the file back, or take it out of the versions folder.",
            path=entry.path,
        )
    folder, name = os.path.split(target)
    return entry.is_file() and not (folder in visited and name.endswith(".py"))
