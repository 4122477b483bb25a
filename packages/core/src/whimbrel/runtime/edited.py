"""Files that were edited after they had been applied."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from whimbrel.errors import EditedRevisions
from whimbrel.runtime.history import DONE, Record
from whimbrel.script import Script, ScriptDirectory
from whimbrel.script.checksum import Checksum, checksum, text_checksum
from whimbrel.script.module import read_source

_CLOCKS_DIFFER: Final = 86400.0
"""Seconds by which the clocks of two machines, and that of a file server, may differ."""


@dataclass(frozen=True, slots=True)
class EditedFile:
    """A version file that does not say what it said when it was applied.

    :param script: the revision.
    :param record: when it was applied, or last accepted.
    :param checksum: the fingerprints of the file as it is.
    """

    script: Script
    record: Record
    checksum: Checksum

    def __str__(self) -> str:
        when = self.record.started.strftime("%Y-%m-%d %H:%M UTC")
        return f"{self.script.path} (revision {self.script.revision}, applied {when})"


def edited_files(records: Iterable[Record], directory: ScriptDirectory) -> list[EditedFile]:
    """Return the files that were edited since they were applied. Comments and formatting do not count.

    :param records: the records of a database, oldest first.
    :param directory: the version files; a revision whose file is gone is left out.
    """
    applied: dict[str, Record] = {}
    for record in records:
        if record.outcome != DONE:
            continue
        if record.direction == "downgrade":
            applied.pop(record.revision, None)
        elif record.checksum is not None:
            applied[record.revision] = record
    found = (_edited(record, directory) for record in applied.values())
    return [item for item in found if item is not None]


def _edited(record: Record, directory: ScriptDirectory) -> EditedFile | None:
    script = directory.revision_map.get(record.revision)
    assert record.checksum is not None
    if not isinstance(script, Script) or _older(script.path, record):
        return None
    source, _ = read_source(script.path)
    if text_checksum(source) == record.checksum.text:
        return None
    now = checksum(source)
    return EditedFile(script, record, now) if now.meaning != record.checksum.meaning else None


def _older(path: str, record: Record) -> bool:
    """Return whether a file was last touched long before it was applied, and need not be read."""
    return os.stat(path).st_mtime < record.started.timestamp() - _CLOCKS_DIFFER


def warning_of(files: Iterable[EditedFile]) -> EditedRevisions:
    """Return the error that names edited files and what to do about them."""
    files = list(files)
    names = "\n".join(f"  {item}" for item in files)
    what = "A file was" if len(files) == 1 else f"{len(files)} files were"
    return EditedRevisions(
        f"{what} edited after it had been applied to this database:\n{names}"
        if len(files) == 1
        else f"{what} edited after they had been applied to this database:\n{names}",
        "Put a change into a new revision, and restore what was applied; or, if it is right as it is, say so:  "
        "whimbrel repair",
        revisions=tuple(item.script.revision for item in files),
    )
