"""A small process that holds one database server for one test run, and clears up however that run ends.

The tests ask for a backend when the first of them needs it (see ``databases.py``); whoever asks first starts a keeper.
It outlives the pytest-xdist worker that started it and watches the process that owns the run, so that servers are
stopped and databases dropped also after Ctrl-C, SIGTERM or SIGKILL.

Usage: ``python -m testing.keeper BACKEND FOLDER OWNER_PID PREFIX``. In FOLDER it writes ``BACKEND.json`` (a URL, or why
there is none) and at its end ``BACKEND.done``; a file named ``stop`` there ends it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import time
from pathlib import Path

import psutil
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from testing.servers import SERVERS, Server, Unavailable


def keep(backend: str, folder: Path, owner: int, prefix: str) -> None:
    """Hold a server of ``backend`` until the run of process ``owner`` is over.

    :param prefix: what the names of all databases of this run begin with; those still there at the end are dropped.
    """
    try:
        with SERVERS[backend]() as server:
            _write(folder / f"{backend}.json", {"url": server.url, "origin": server.origin})
            _wait(folder, owner)
            if not server.ours:
                drop_databases(server, prefix)
    except Unavailable as error:
        _write(folder / f"{backend}.json", {"unavailable": str(error)})
    finally:
        _write(folder / f"{backend}.done", {})
        if not _alive(owner) and all(path.with_suffix(".done").exists() for path in folder.glob("*.started")):
            shutil.rmtree(folder, ignore_errors=True)  # nobody else will


def drop_databases(server: Server, prefix: str) -> None:
    """Drop every database whose name begins with ``prefix``."""
    engine = sa.create_engine(server.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        on_postgresql = engine.dialect.name == "postgresql"
        names = connection.exec_driver_sql(
            "SELECT datname FROM pg_database"
            if on_postgresql
            else "SELECT schema_name FROM information_schema.schemata"
        ).scalars()
        for name in [name for name in names if name.startswith(prefix)]:
            quoted = engine.dialect.identifier_preparer.quote(name)
            connection.exec_driver_sql(f"DROP DATABASE {quoted}{' WITH (FORCE)' if on_postgresql else ''}")


def _wait(folder: Path, owner: int) -> None:
    while not (folder / "stop").exists() and _alive(owner):
        time.sleep(0.1)


def _alive(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _write(path: Path, content: dict[str, str]) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(json.dumps(content), encoding="utf-8")
    os.replace(partial, path)  # readers see all of it or nothing


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # unwinds, so that the server is stopped
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in the terminal is the owner's to handle
    keep(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
