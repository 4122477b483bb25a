"""Lease: a row that says who has a database, and until when; for poolers, and for databases without locks of their own.

Each statement is a transaction of its own, so it does not matter which server process a pooler hands it to.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple
from uuid import uuid4

from sqlalchemy import Column, Connection, DateTime, Integer, MetaData, String, Table, inspect, null, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable
from sqlalchemy.sql.expression import Update

from whimbrel.impl import DefaultImpl
from whimbrel.impl.run_lock import LEASE_TABLE, LockHolder, LockScope, close_separate, separate_connection
from whimbrel.runtime.lock.heart import Heart

SECONDS: Final = 30.0
"""How long a lease lasts that is not renewed."""

BEAT: Final = 5.0
"""How often it is renewed, in seconds."""


def lease_table(schema: str | None) -> Table:
    """Return the table of leases, a row for each version table.

    :param schema: that of the version table; ``None`` for the connection's default.
    """
    return Table(
        LEASE_TABLE,
        MetaData(),
        Column("scope", String(255), primary_key=True),
        Column("owner", String(32)),
        Column("process", Integer),
        Column("host", String(255)),
        Column("since", DateTime),
        Column("expires", DateTime, nullable=False),
        schema=schema,
    )


class Seen(NamedTuple):
    """How the row of a lease stood at a time.

    :param owner: whose it is; ``None`` where it was given back.
    :param expires: until when; ``None`` where there is no row.
    :param now: the time.
    """

    owner: str | None
    expires: datetime | None
    now: datetime

    @property
    def is_taken(self) -> bool:
        """Whether somebody has it."""
        return self.owner is not None and self.expires is not None and self.expires > self.now


class Lease:
    """A lock that is a row; who dies leaves it to expire. All times are by the server's clock, none by this machine's.

    :param impl: knows the server's clock.
    :param scope: what is to be locked.
    """

    def __init__(self, impl: DefaultImpl, scope: LockScope) -> None:
        self._engine = scope.connection.engine
        self._clock = impl.server_time()
        self._table = lease_table(scope.schema)
        self._scope = impl.lock_name(scope)[:255]
        self._owner = uuid4().hex
        self._own: Connection | None = None
        self._heart: Heart | None = None

    def acquire(self) -> bool:
        """Try once to take it: a row that has expired, or a new one; from then on it is renewed."""
        if self._own is None:
            self._own = separate_connection(self._engine, autocommit=False)
            self._prepare(self._own)
        if not self._taken(self._own):
            return False
        self._heart = Heart(self._engine, self._renewed, BEAT)
        self._heart.start()
        return True

    def holder(self) -> LockHolder | None:
        """Return what the row says."""
        assert self._own is not None
        columns = self._table.c
        with self._own.begin():
            mine = select(columns.owner, columns.process, columns.host, columns.since).where(self._is_scope)
            row = self._own.execute(mine).first()
        if row is None or row.owner is None:
            return None
        since = None if row.since is None else row.since.replace(tzinfo=UTC)
        ending = f"end that process; {SECONDS:.0f} s after its last sign of life the lease is free"
        return LockHolder(process=row.process, host=row.host, since=since, ending=ending)

    def held(self) -> bool:
        """Return whether it is still ours; where nothing was heard of the renewing for a while, it is renewed here."""
        assert self._own is not None
        assert self._heart is not None
        if self._heart.lost:
            return False
        if time.monotonic() - self._heart.last < 2 * BEAT:
            return True
        with self._own.begin():
            held = self._renewed(self._own)
        if held:
            self._heart.last = time.monotonic()
        return held

    def release(self) -> None:
        """Give it back."""
        heart, self._heart = self._heart, None
        own, self._own = self._own, None
        if heart is not None:
            heart.stop()
        if own is None:
            return
        try:
            if heart is not None:
                # The row stays: to delete it and make it again is what InnoDB deadlocks over.
                with own.begin():
                    own.execute(self._mine.values(owner=null(), expires=self._now(own)))
        finally:
            close_separate(own)

    # -- the row ------------------------------------------------------------------------------------------------------

    def _prepare(self, own: Connection) -> None:
        """Create the table if it is not there, as many others may do at this moment."""
        try:
            if not inspect(own).has_table(self._table.name, self._table.schema):
                own.rollback()
                with own.begin():
                    own.execute(CreateTable(self._table))
        except DBAPIError:
            own.rollback()
            if not inspect(own).has_table(self._table.name, self._table.schema):
                raise
        finally:
            own.rollback()

    def _taken(self, own: Connection) -> bool:
        seen = self._seen(own)
        if seen.is_taken:
            return False
        me = LockHolder.this_process()
        facts: dict[str, object] = {"owner": self._owner, "process": me.process, "host": me.host}
        facts |= {"since": seen.now, "expires": _later(seen.now)}
        try:
            with own.begin():
                if seen.expires is None:
                    own.execute(self._table.insert().values(scope=self._scope, **facts))
                    return True
                free = or_(self._table.c.owner.is_(None), self._table.c.expires <= seen.now)
                return own.execute(self._table.update().where(self._is_scope, free).values(**facts)).rowcount == 1
        except DBAPIError:
            # Somebody else has just made the row, or changed it in a transaction that ours cannot see.
            if self._seen(own).expires != seen.expires:
                return False
            raise

    def _seen(self, own: Connection) -> Seen:
        with own.begin():
            row = own.execute(select(self._table.c.owner, self._table.c.expires).where(self._is_scope)).first()
            now = self._now(own)
        return Seen(None, None, now) if row is None else Seen(row.owner, row.expires, now)

    def _renewed(self, connection: Connection) -> bool:
        """Let it last from now on; return whether it is ours. An expired one that nobody has taken is."""
        return connection.execute(self._mine.values(expires=_later(self._now(connection)))).rowcount == 1

    @property
    def _is_scope(self) -> Any:
        return self._table.c.scope == self._scope

    @property
    def _mine(self) -> Update:
        return self._table.update().where(self._is_scope, self._table.c.owner == self._owner)

    def _now(self, connection: Connection) -> datetime:
        now = connection.execute(select(self._clock)).scalar_one()
        return now if now.tzinfo is None else now.astimezone(UTC).replace(tzinfo=None)


def _later(now: datetime) -> datetime:
    return now + timedelta(seconds=SECONDS)
