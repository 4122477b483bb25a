"""Writing several files as one: all of them, or none."""

from __future__ import annotations

import os
from types import TracebackType

from whimbrel.errors import CommandError


class NewFiles:
    """Files and folders that are being created, and are removed again if one of them cannot be.

    Nothing that is there already is overwritten; an addition to a file replaces it by a longer one at once, so that
    no half of it can ever be read.

    Example::

        with NewFiles() as new:
            new.folder("migrations")
            new.file("migrations/env.py", "...")
    """

    def __init__(self) -> None:
        self.told: list[str] = []
        """A line about each, in the order they came."""
        self._undo: list[tuple[str, bytes | None]] = []

    def __enter__(self) -> NewFiles:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            return
        for path, before in reversed(self._undo):
            _undo(path, before)
        if isinstance(error, OSError):
            raise CommandError(
                f"{shown(error.filename or self._undo[-1][0])} cannot be written: {error.strerror or error}.",
                "Nothing was created.",
            ) from error

    def folder(self, path: str) -> None:
        """Create a folder, and those above it, where it is not there."""
        if not os.path.isdir(path):
            parent = os.path.dirname(path)
            if parent:
                self.folder(parent)
            os.mkdir(path)
            self._note(path, None)

    def file(self, path: str, text: str) -> None:
        """Create a file.

        :raises FileExistsError: it is there.
        """
        self.folder(os.path.dirname(path) or os.curdir)
        with open(path, "x", encoding="utf-8", newline="\n") as stream:
            self._note(path, None)
            stream.write(text)

    def addition(self, path: str, text: str) -> None:
        """Add to the end of a file."""
        with open(path, "rb") as stream:
            before = stream.read()
        beside = f"{path}.new"
        try:
            with open(beside, "xb") as stream:
                stream.write(before + text.encode())
            os.replace(beside, path)
        except OSError:
            _undo(beside, None)
            raise
        self._note(path, before)

    def _note(self, path: str, before: bytes | None) -> None:
        self._undo.append((path, before))
        self.told.append(f"{'created' if before is None else 'changed'}  {shown(path)}")


def shown(path: str) -> str:
    """Return *path* as a person in the working directory would write it."""
    try:
        relative = os.path.relpath(path)
    except ValueError:  # another drive, on Windows
        return path
    return path if relative.startswith(os.pardir) else relative


def _undo(path: str, before: bytes | None) -> None:
    try:
        if before is not None:
            with open(path, "wb") as stream:
                stream.write(before)
        elif os.path.isdir(path):
            os.rmdir(path)
        else:
            os.unlink(path)
    except OSError:
        return  # what cannot be removed stays; the error that led here is the one to tell
