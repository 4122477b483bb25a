"""One run at a time on SQLite: a lock of the operating system, on a file beside the database.

The database's own locks would stop the run's other connections too. Nor is the database opened a second time to lock
it: closing such a file would drop all the locks that this process has on it
(https://www.sqlite.org/howtocorrupt.html#_posix_advisory_locks_canceled_by_a_separate_thread_doing_close_).
"""

from __future__ import annotations

import contextlib
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from whimbrel.errors import CommandError
from whimbrel.impl.run_lock import LockHolder, LockScope, RunLock, Unneeded
from whimbrel_sqlite.os_lock import lock_file, unlock_file

SUFFIX: Final = "-whimbrel-lock"


def run_lock(scope: LockScope) -> RunLock:
    """Return the lock of the file that holds the version table; one in memory needs none."""
    path = _file_of(scope.connection, scope.schema or "main")
    return Unneeded() if path is None else FileLock(path.with_name(path.name + SUFFIX))


def _file_of(connection: Connection, schema: str) -> Path | None:
    """Return the file of a database as SQLite knows it: relative paths, URIs and links are resolved there."""
    files = {row[1]: row[2] for row in connection.exec_driver_sql("PRAGMA database_list")}
    path = Path(os.path.realpath(files[schema])) if files.get(schema) else None
    return path if path is not None and path.exists() else None


class FileLock:
    """A lock on a file, which the operating system frees when the process ends, however it does.

    :param path: the file; it is made, and removed when the lock is given back.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def acquire(self) -> bool:
        """Try once to take it, and write into the file who we are.

        :raises CommandError: the file cannot be made, or locked, there.
        """
        file = self._open()
        try:
            if not (lock_file(file) and self._is_there(file)):
                os.close(file)
                return False
        except OSError as error:
            os.close(file)
            raise self._refused(f"cannot be locked: {error.strerror}") from error
        self._file = file
        with contextlib.suppress(OSError):  # another user's file, which may only be read: the lock holds all the same
            os.ftruncate(file, 0)
            os.write(file, _told(LockHolder.this_process()))
        return True

    def holder(self) -> LockHolder | None:
        """Return what the file says."""
        try:
            facts = json.loads(self._path.read_bytes())
            since = datetime.fromtimestamp(facts["since"], UTC)
            process, host = int(facts["process"]), str(facts["host"])
        except (OSError, ValueError, KeyError, TypeError):
            return None  # it is being written, or is gone by now
        return LockHolder(process=process, host=host, since=since, ending=f"kill {process}")

    def held(self) -> bool:
        """Return whether the file is the one we have locked, and not another that was put in its place."""
        return self._file is not None and self._is_there(self._file)

    def release(self) -> None:
        """Remove the file and give the lock back."""
        file, self._file = self._file, None
        if file is None:
            return
        # Removed while it is ours: whoever has opened it by now sees that it is not there any more. (Windows removes
        # no file that is open; it is left there then, which does no harm.)
        with contextlib.suppress(OSError):
            if self._is_there(file):
                self._path.unlink()
        unlock_file(file)
        os.close(file)

    def _open(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | _AS_IT_IS, 0o666)
        except PermissionError as error:
            with contextlib.suppress(OSError):  # another user's
                return os.open(self._path, os.O_RDONLY | _AS_IT_IS)
            raise self._refused(f"cannot be made: {error.strerror}") from error
        except OSError as error:
            raise self._refused(f"cannot be made: {error.strerror}") from error

    def _is_there(self, file: int) -> bool:
        try:
            return os.path.samestat(os.fstat(file), os.stat(self._path))
        except FileNotFoundError:
            return False

    def _refused(self, why: str) -> CommandError:
        return CommandError(
            f"The file that keeps other runs away, {self._path}, {why}.",
            "Allow that, as SQLite has to make files in this folder too; or, where no other run can come, switch the "
            "lock off:  run_lock = off",
        )


_AS_IT_IS: Final = getattr(os, "O_BINARY", 0)  # Windows only


def _told(me: LockHolder) -> bytes:
    assert me.since is not None
    return json.dumps({"process": me.process, "host": me.host, "since": me.since.timestamp()}).encode()
