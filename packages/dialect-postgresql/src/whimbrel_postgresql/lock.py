"""One run at a time on PostgreSQL: an advisory lock, on a connection of its own or in the caller's transaction."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, String, bindparam, text

from whimbrel.impl.run_lock import LockHolder, LockScope, close_separate, separate_connection

# The table's own schema where it is visible: a search_path may name several. Else the one it will be created in.
_SCOPE: Final = text("""
SELECT current_database(), pg_backend_pid(), coalesce(CAST(:schema AS text), (
    SELECT n.nspname FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relname = :name AND c.relkind IN ('r', 'p') AND pg_catalog.pg_table_is_visible(c.oid)
), current_schema())
""").bindparams(bindparam("schema", type_=String()), bindparam("name", type_=String()))

# In pg_stat_activity the name tells which process it is: https://www.postgresql.org/docs/current/view-pg-locks.html
_TRY: Final = text("""
SELECT pg_try_advisory_lock(:key), set_config('application_name',
    CAST(:before AS text) || CAST(floor(extract(epoch FROM clock_timestamp())) AS bigint) || CAST(:after AS text),
    false)
""").bindparams(bindparam("key", type_=BigInteger()))

_HOLDER: Final = text("""
SELECT l.pid, a.application_name, host(a.client_addr)
FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
    AND l.database = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
    AND CAST(l.classid AS bigint) = :high AND CAST(l.objid AS bigint) = :low
""").bindparams(bindparam("high", type_=BigInteger()), bindparam("low", type_=BigInteger()))

_TRY_IN_TRANSACTION: Final = text("SELECT pg_try_advisory_xact_lock(:key)").bindparams(
    bindparam("key", type_=BigInteger())
)

_NAME: Final = re.compile(r"whimbrel run (\d+)@(\d+)@(.*)")
_LONGEST_NAME: Final = 63  # https://www.postgresql.org/docs/current/runtime-config-logging.html#GUC-APPLICATION-NAME


class Server:
    """What the run's own connection tells about where it is.

    :param scope: what is to be locked.
    """

    def __init__(self, scope: LockScope) -> None:
        values = {"schema": scope.schema, "name": scope.version_table}
        database, self.backend, schema = scope.connection.execute(_SCOPE, values).one()
        self.lock_name = f"{database}.{schema}.{scope.version_table}"
        self._driver = scope.connection.connection.driver_connection

    @property
    def is_behind_pooler(self) -> bool:
        """Whether statements may reach one server process now and another one later.

        A pooler gives the driver a process number of its own making; where the driver keeps none, nobody can tell.
        """
        known = backend_known_to(self._driver)
        return known is not None and known != self.backend


def backend_known_to(driver: Any) -> int | None:
    """Return the server process that the driver was told it is connected to: psycopg, psycopg2 or asyncpg."""
    if (info := getattr(driver, "info", None)) is not None:
        return int(info.backend_pid)
    for method in ("get_backend_pid", "get_server_pid"):
        if (ask := getattr(driver, method, None)) is not None:
            return int(ask())
    return None


class AdvisoryLock:
    """A session's advisory lock, which the server frees when that session ends, however it does.

    https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS

    :param connection: the run's connection, of which only the engine is used.
    :param name: what is locked.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._engine = connection.engine
        self._key = _key_of(name)
        self._own: Connection | None = None

    def acquire(self) -> bool:
        """Try once to take it, and leave in the list of sessions who and where we are."""
        if self._own is None:
            self._own = separate_connection(self._engine)
            _keep_alive(self._own)
        return bool(self._own.execute(_TRY, {"key": self._key, **_shown_as()}).scalar_one())

    def holder(self) -> LockHolder | None:
        """Return who has it, from the lists of locks and sessions."""
        assert self._own is not None
        return _holder_of(self._key, self._own)

    def held(self) -> bool:
        """Return whether the session that has it is still there."""
        assert self._own is not None
        self._own.execute(text("SELECT 1"))
        return True

    def release(self) -> None:
        """End the session, and the lock with it."""
        own, self._own = self._own, None
        if own is not None:
            close_separate(own)


class TransactionLock:
    """The same lock, kept by the caller's transaction: it is free once that ends, when others see what the run did.

    :param connection: the run's connection, in that transaction.
    :param name: what is locked.
    """

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection = connection
        self._key = _key_of(name)

    def acquire(self) -> bool:
        """Try once to take it."""
        return bool(self._connection.execute(_TRY_IN_TRANSACTION, {"key": self._key}).scalar_one())

    def holder(self) -> LockHolder | None:
        """Return who has it, from the lists of locks and sessions."""
        return _holder_of(self._key, self._connection)

    def held(self) -> bool:
        """Say yes: without its transaction the run could not go on."""
        return True

    def release(self) -> None:
        """Leave it to the transaction."""


def _key_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(f"whimbrel:{name}".encode()).digest()[:8], signed=True)


def _holder_of(key: int, connection: Connection) -> LockHolder | None:
    high, low = divmod(key % 2**64, 2**32)
    row = connection.execute(_HOLDER, {"high": high, "low": low}).first()
    if row is None:
        return None
    backend, name, address = row
    session, ending = f"server process {backend}", f"SELECT pg_terminate_backend({backend})"
    found = _NAME.fullmatch(name or "")
    if found is None:
        return LockHolder(host=address, session=session, ending=ending)
    since = datetime.fromtimestamp(int(found[2]), UTC)
    return LockHolder(int(found[1]), found[3] or address, since, session, ending)


def _shown_as() -> dict[str, str]:
    me = LockHolder.this_process()
    before, after = f"whimbrel run {me.process}@", f"@{me.host}"
    return {"before": before, "after": after[: _LONGEST_NAME - len(before) - 11]}


def _keep_alive(own: Connection) -> None:
    """See that nobody cuts the connection off while a long revision leaves it idle."""
    info = own.dialect.server_version_info
    settings = {"tcp_keepalives_idle": "60"}
    if info is not None and info >= (14,):
        # https://www.postgresql.org/docs/current/runtime-config-client.html#GUC-IDLE-SESSION-TIMEOUT
        settings["idle_session_timeout"] = "0"
    for name, value in settings.items():
        own.execute(text(f"SELECT set_config('{name}', '{value}', false)"))
