"""From version folders to revisions, reading only the files that changed."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from types import ModuleType
from typing import Final

from whimbrel.script.index import NO_KEY, HeaderIndex, IndexRow, file_key, settled
from whimbrel.script.location import VersionLocation
from whimbrel.script.script import Script

_CHECKED: Final = 64
"""When no more files than this changed, as in a day's work, each is compiled too, so that a slip of the pen anywhere in
it is told now. When thousands are read for the first time, that would take longer than anything else."""


class ScriptReader:
    """The revisions of some folders, kept and brought up to date.

    :param locations: the folders.
    :param run: runs a file whose header is computed; ``None`` refuses it, and leaves the index alone.

    Example::

        reader = ScriptReader([VersionLocation("migrations/versions")], run=None)
        scripts = reader.read()
        again = reader.read()  # the same objects, but for files that changed
    """

    def __init__(self, locations: Sequence[VersionLocation], run: Callable[[str], ModuleType] | None) -> None:
        self._folders = [_Folder(location, run) for location in locations]

    @property
    def files_read(self) -> int:
        """How many files were opened so far; those known from the index, or from before, are not."""
        return sum(folder.files_read for folder in self._folders)

    def read(self) -> list[Script]:
        """Return the revisions as the files are now, by location, then by name.

        :raises ScriptError: a folder or a file cannot be read, or is no version file.
        :raises RevisionError: an id is one that no history can hold.
        """
        visited: set[str] = set()
        return [script for folder in self._folders for script in folder.read(visited)]

    def newest(self) -> float:
        """Return when one of the files was last written, in seconds since 1970, as last read; 0.0 without files."""
        if any(folder.is_unread for folder in self._folders):
            self.read()
        return max((folder.newest() for folder in self._folders), default=0.0)


class _Folder:
    """One location, and what is known of its files."""

    def __init__(self, location: VersionLocation, run: Callable[[str], ModuleType] | None) -> None:
        self.location = location
        self._run = run
        self.files_read = 0
        # Whose files are not to be run, their cache is not to be believed either.
        self._index = HeaderIndex.of(location.path) if run is not None else HeaderIndex(None)
        self._rows: dict[str, IndexRow] | None = None
        self._scripts: dict[str, Script] = {}

    def read(self, visited: set[str]) -> Collection[Script]:
        known = self._index.load() if self._rows is None else self._rows
        same: list[str] = []
        changed: list[str] = []
        for name, key in self.location.files(visited, with_keys=bool(known)):
            row = known.get(name)
            if row is not None and row[0] == key:
                same.append(name)
            else:
                changed.append(name)
        rows = self._read_changed(known, same, changed) if changed or len(same) != len(known) else known
        if rows is not self._rows:
            kept = self._scripts
            for name in changed:
                kept.pop(name, None)
            self._scripts = _scripts(rows, os.path.join(self.location.path, ""), kept)
            self._rows = rows
        return self._scripts.values()

    @property
    def is_unread(self) -> bool:
        return self._rows is None

    def newest(self) -> float:
        rows = self._rows or {}
        known = max((row[0][1] for row in rows.values()), default=0) / 1e9
        unsure = (os.path.join(self.location.path, name) for name, row in rows.items() if row[0] == NO_KEY)
        return max(known, max((os.stat(path).st_mtime for path in unsure), default=0.0))

    def _read_changed(self, known: dict[str, IndexRow], same: list[str], changed: list[str]) -> dict[str, IndexRow]:
        """Read the *changed* files, save what can be trusted, and return the rows of all files, sorted by name."""
        from whimbrel.script.header import read_header

        now = self._index.now() if changed else 0
        check = len(changed) <= _CHECKED
        folder = os.path.join(self.location.path, "")
        rows = {name: known[name] for name in same}
        unsure = 0
        for name in sorted(changed):
            self.files_read += 1
            header, state = read_header(folder + name, check=check, run=self._run)
            key = NO_KEY if state is None else file_key(state)
            if state is None or not settled(key, now):
                key = NO_KEY
                unsure += 1
            rows[name] = (key, *header)
        if same:
            rows = dict(sorted(rows.items()))
        if rows and (unsure < len(changed) or len(same) < len(known)):
            self._index.save({name: row for name, row in rows.items() if row[0] != NO_KEY} if unsure else rows)
        return rows


def _scripts(rows: dict[str, IndexRow], folder: str, kept: dict[str, Script]) -> dict[str, Script]:
    """Return a revision for each of *rows*, those in *kept* as they are."""
    make = Script.of_row
    if not kept:
        return {name: make(row, folder + name) for name, row in rows.items()}
    return {name: kept.get(name) or make(row, folder + name) for name, row in rows.items()}
