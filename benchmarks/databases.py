"""Empty databases for the benchmarks, on whatever servers answer.

SQLAlchemy is imported in a process of its own: the memory of the process that starts a command counts into the peak
that the operating system reports of the command.
"""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SERVERS = {
    "postgresql": os.environ.get(
        "WHIMBREL_TEST_POSTGRESQL_URL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
    ),
    "mysql": os.environ.get("WHIMBREL_TEST_MYSQL_URL", "mysql+pymysql://root@127.0.0.1:3306/mysql"),
}


def available(backend: str) -> bool:
    """Return whether a server of *backend* answers."""
    return backend == "sqlite" or _run(SERVERS[backend], "SELECT 1", check=False) is not None


@contextmanager
def empty_database(backend: str, folder: Path) -> Iterator[str]:
    """Make an empty database, give its URL, and drop it at the end."""
    name = f"whimbrel_bench_{uuid.uuid4().hex[:12]}"
    if backend == "sqlite":
        path = folder / f"{name}.db"
        yield f"sqlite:///{path}"
        path.unlink(missing_ok=True)
        return
    server = SERVERS[backend]
    _run(server, f"CREATE DATABASE {name}")
    try:
        yield f"{server.rpartition('/')[0]}/{name}"
    finally:
        _run(server, f"DROP DATABASE {name}")


def empty(backend: str, url: str) -> None:
    """Make a database empty again."""
    if backend == "sqlite":
        Path(url.removeprefix("sqlite:///")).unlink(missing_ok=True)
        return
    name = url.rpartition("/")[2]
    _run(SERVERS[backend], f"DROP DATABASE {name}", f"CREATE DATABASE {name}")


def restamp(url: str, table: str, revision: str) -> None:
    """Put a version table back to one revision."""
    _run(
        url,
        f"DROP TABLE IF EXISTS {table}",
        f"CREATE TABLE {table} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)",
        f"INSERT INTO {table} VALUES ('{revision}')",
    )


def _run(url: str, *statements: str, check: bool = True) -> str | None:
    done = subprocess.run([sys.executable, __file__, url, *statements], capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return done.stdout
    if check:
        raise RuntimeError(done.stderr)
    return None


def main(url: str, *statements: str) -> None:
    """Execute statements, each by itself."""
    from sqlalchemy import create_engine, text
    from sqlalchemy.pool import NullPool

    with create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect() as connection:
        for statement in statements:
            connection.execute(text(statement))


if __name__ == "__main__":
    main(*sys.argv[1:])
