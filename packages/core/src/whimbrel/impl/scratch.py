"""Scratch: the two questions about scratch copies, on which ``revision --autogenerate --verify`` tries a revision."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Final

from whimbrel.errors import UnsupportedOperation

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect

SCRATCH_PREFIX: Final = "whimbrel_scratch_"
"""What the name of a database begins with that is made for a scratch copy, and dropped with it."""


class Scratch:
    """The part of :class:`~whimbrel.impl.DefaultImpl` that makes scratch copies: nothing, until a dialect answers."""

    dialect: Dialect
    connection: Connection | None

    def scratch_database(self, schemas: Collection[str | None]) -> AbstractContextManager[Connection]:
        """Return a context that makes an empty database of its own, connects to it, and drops it however it ends.

        Nothing that is executed on that connection may reach the database of the run.

        :param schemas: those that the models' tables are in; ``None`` is the connection's default.
        :raises UnsupportedOperation: this dialect has no answer, or none for these schemas.
        :raises CommandError: the server forbids it; the message names the right that lacks.
        """
        raise UnsupportedOperation(
            f"--verify is not available on {self.dialect.name}: its package makes no scratch copies.",
            "Leave --verify out, and try the revision on a database that may be lost.",
            dialect=self.dialect.name,
            operation="scratch_database",
        )

    def copy_structure(self, scratch: Connection) -> None:
        """Make in the database of *scratch* what the run's database has, without its rows, and commit.

        :param scratch: what :meth:`scratch_database` connected.
        :raises CommandError: something cannot be made there; the message names it.
        """
        raise NotImplementedError("whoever makes a scratch database fills it")


@contextmanager
def connected_beside(connection: Connection, database: str | None) -> Iterator[Connection]:
    """Connect with the URL of a connection's engine, but to another database, and disconnect at the end.

    The new connection finds unqualified names where the old one finds them.

    :param connection: says where, as whom, and over which driver.
    :param database: the name of the database; ``None`` for none.
    """
    from sqlalchemy import URL, create_engine
    from sqlalchemy.pool import NullPool

    url = connection.engine.url
    # URL.set() takes None for "as it is".
    elsewhere = URL.create(url.drivername, url.username, url.password, url.host, url.port, database, url.query)
    engine = create_engine(elsewhere, poolclass=NullPool)
    try:
        with engine.connect() as other:
            yield other
    finally:
        engine.dispose()
