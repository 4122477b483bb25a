"""Empty databases for the benchmarks, on whatever servers answer."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

SERVERS = {
    "postgresql": os.environ.get(
        "WHIMBREL_TEST_POSTGRESQL_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
    ),
    "mysql": os.environ.get("WHIMBREL_TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306/mysql"),
}


def available(backend: str) -> bool:
    """Return whether a server of *backend* answers."""
    if backend == "sqlite":
        return True
    engine = create_engine(SERVERS[backend], poolclass=NullPool)
    try:
        engine.connect().close()
    except SQLAlchemyError:
        return False
    return True


@contextmanager
def empty_database(backend: str, folder: Path) -> Iterator[str]:
    """Make an empty database, give its URL, and drop it at the end."""
    name = f"whimbrel_bench_{uuid.uuid4().hex[:12]}"
    if backend == "sqlite":
        path = folder / f"{name}.db"
        yield f"sqlite:///{path}"
        path.unlink(missing_ok=True)
        return
    server = make_url(SERVERS[backend])
    engine = create_engine(server, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
