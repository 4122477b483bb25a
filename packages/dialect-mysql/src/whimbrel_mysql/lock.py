"""One run at a time on MySQL and MariaDB: GET_LOCK() on a connection of its own."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import Connection, text

from whimbrel.impl.run_lock import LockHolder, LockScope, close_separate, separate_connection

_HOLDER: Final = text("SELECT id, host, time FROM information_schema.processlist WHERE id = IS_USED_LOCK(:name)")
_IDLE: Final = 2147483  # seconds; the most that every platform takes


def lock_name(scope: LockScope) -> str:
    """Return database and table that are locked: ``USE`` may have chosen another one than the URL names."""
    database = scope.schema or scope.connection.execute(text("SELECT DATABASE()")).scalar_one()
    return f"{database}.{scope.version_table}"


class NamedLock:
    """A session's named lock, which the server frees when that session ends, however it does.

    Such a lock is the server's, not the cluster's: Galera does not tell the other nodes.

    https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html, https://mariadb.com/kb/en/get_lock/

    :param connection: the run's connection.
    :param name: what is locked.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._run = connection
        # Names have at most 64 characters, and are the same in capitals.
        self._name = f"whimbrel:{hashlib.sha256(name.encode()).hexdigest()[:48]}"
        self._own: Connection | None = None
        self._id: int | None = None

    def acquire(self) -> bool:
        """Try once to take it."""
        if self._own is None:
            self._own = separate_connection(self._run.engine)
            # A long revision leaves it idle.
            self._own.execute(text(f"SET SESSION wait_timeout = {_IDLE}"))
            self._id = int(self._own.execute(text("SELECT CONNECTION_ID()")).scalar_one())
        answer = self._own.execute(text("SELECT GET_LOCK(:name, 0)"), {"name": self._name}).scalar_one()
        return bool(answer)  # NULL where the server could not even try

    def holder(self) -> LockHolder | None:
        """Return who has it, from the list of connections."""
        assert self._own is not None
        row = self._own.execute(_HOLDER, {"name": self._name}).first()
        if row is None:
            return None
        # That connection has said nothing since it took the lock.
        since = datetime.now(UTC).replace(microsecond=0) - timedelta(seconds=int(row[2]))
        return LockHolder(host=row[1], since=since, session=f"connection {row[0]}", ending=f"KILL {row[0]}")

    def held(self) -> bool:
        """Return whether the server says that it is ours, asked over the run's connection."""
        owner = self._run.execute(text("SELECT IS_USED_LOCK(:name)"), {"name": self._name}).scalar_one()
        return owner is not None and int(owner) == self._id

    def release(self) -> None:
        """End the session, and the lock with it."""
        own, self._own = self._own, None
        if own is not None:
            close_separate(own)
