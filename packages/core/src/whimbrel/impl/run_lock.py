"""One run at a time: what a lock of a run can do, who holds it, and the connection it lives on."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar, Final, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Connection, Dialect, Engine, func

LEASE_TABLE: Final = "whimbrel_lock"
"""Name of the table with the leases, where a run is kept alone by one."""


@dataclass(frozen=True, slots=True)
class LockHolder:
    """Who keeps other runs away, as far as the database tells.

    :param process: the id of its process; ``None`` where only the server's own number of it is known.
    :param host: the machine it runs on, by name or address.
    :param since: when it took the lock, with its time zone.
    :param session: what the server calls its connection, such as ``connection 42``.
    :param ending: what ends it from outside, should it hang.

    Example::

        >>> str(LockHolder(process=4711, host="web-2"))
        'process 4711 on web-2'
    """

    process: int | None = None
    host: str | None = None
    since: datetime | None = None
    session: str | None = None
    ending: str | None = None

    def __str__(self) -> str:
        who = f"process {self.process}" if self.process is not None else self.session or "another process"
        if self.host:
            who += f" on {self.host}"
        if self.since is not None:
            who += f", since {self.since.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        if self.process is not None and self.session:
            who += f" ({self.session})"
        return who

    @classmethod
    def this_process(cls) -> LockHolder:
        """Return what others are to know of this process, from now on."""
        return cls(process=os.getpid(), host=socket.gethostname(), since=datetime.now(UTC))


class RunLock(Protocol):
    """Keeps other runs away from one database.

    It is taken, and given back, outside of the run's transactions. It ends by itself when its process does.
    """

    def acquire(self) -> bool:
        """Try once to take it, without waiting, and return whether that went well.

        To wait in the server would keep a snapshot, and ``CREATE INDEX CONCURRENTLY`` of the holder would wait for
        the one who waits for it (PostgreSQL manual, "CREATE INDEX", Building Indexes Concurrently).
        """

    def holder(self) -> LockHolder | None:
        """Return who has it; ``None`` where that cannot be told, or nobody has it any more."""

    def held(self) -> bool:
        """Return whether it is still ours; asked from time to time between the steps of a run."""

    def release(self) -> None:
        """Give it back, and close what it needed; does nothing where it was not taken."""


class Unneeded:
    """The lock of a database that no other run can open, such as one in memory."""

    def acquire(self) -> bool:
        """Say yes."""
        return True

    def holder(self) -> None:
        """Say that there is nobody."""

    def held(self) -> bool:
        """Say yes."""
        return True

    def release(self) -> None:
        """Do nothing."""


class LockScope(NamedTuple):
    """What a run keeps for itself.

    :param connection: the run's connection.
    :param version_table: the name of its version table.
    :param schema: the schema of that; ``None`` for the connection's default.
    :param in_callers_transaction: whether the connection came in a transaction, which its owner ends after the run.
    """

    connection: Connection
    version_table: str
    schema: str | None
    in_callers_transaction: bool = False


class Lockable:
    """The part of a dialect's Impl that keeps runs apart."""

    # Whether another connection can write while the run writes, as the renewing of a lease has to.
    writes_beside: ClassVar[bool] = True

    dialect: Dialect

    def run_lock(self, scope: LockScope) -> RunLock | None:
        """Return this database's own lock; ``None`` where it has none that holds, and a lease takes its place.

        :param scope: what is to be locked. Its connection may be asked, and is free for the run afterwards.
        """
        return None

    def lock_name(self, scope: LockScope) -> str:
        """Return what is locked, as one text: two runs that may not meet get the same, any others do not.

        :param scope: its connection may be asked: env.py may have chosen a schema on it.
        """
        return f"{scope.schema or self.dialect.default_schema_name or ''}.{scope.version_table}"

    def server_time(self) -> ColumnElement[datetime]:
        """Return the SQL expression of the time by the server's clock, preferably in UTC, without a zone."""
        return func.current_timestamp()


def separate_connection(engine: Engine, *, autocommit: bool = True) -> Connection:
    """Return a connection of its own, made as *engine* makes its connections.

    It comes from a pool like the engine's, so that its ``creator``, its arguments and its listeners count, and a pool
    with room for one connection is no obstacle. Close it with :func:`close_separate`.

    :param engine: the run's; of an async engine, the synchronous one inside.
    :param autocommit: commit each statement; else the connection is as any other.
    """
    own = Engine(engine.pool.recreate(), engine.dialect, engine.url, hide_parameters=engine.hide_parameters)
    connection = own.connect()
    try:
        return connection.execution_options(isolation_level="AUTOCOMMIT") if autocommit else connection
    except BaseException:
        close_separate(connection)
        raise


def close_separate(connection: Connection) -> None:
    """Close a connection that :func:`separate_connection` made, and its pool."""
    connection.close()
    connection.engine.dispose()
