"""Fresh databases for tests: one run's view of the servers, and the value a test is handed."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from testing.reuse import is_emptied

BACKENDS = ("sqlite", "postgresql", "mysql")
ASYNC_DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "mysql": "mysql+aiomysql"}
# PostgreSQL: template0 and the C locale exist everywhere, and nobody is ever connected to template0.
STATEMENTS = {
    "postgresql": (
        "CREATE DATABASE {0} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'",
        "DROP DATABASE {0} WITH (FORCE)",
    ),
    "mysql": ("CREATE DATABASE {0} CHARACTER SET utf8mb4", "DROP DATABASE IF EXISTS {0}"),
}
ROOT = Path(__file__).resolve().parent.parent


class Database:
    """An empty database that exists for one test.

    :param name: the backend: ``"sqlite"``, ``"postgresql"`` or ``"mysql"``.
    :param url: for SQLAlchemy, with the password in it.
    """

    def __init__(self, name: str, url: str) -> None:
        self.name = name
        self.url = url

    @property
    def async_url(self) -> str:
        """The same database for ``create_async_engine()``."""
        return sa.make_url(self.url).set(drivername=ASYNC_DRIVERS[self.name]).render_as_string(hide_password=False)

    @property
    def bookkeeping(self) -> frozenset[str]:
        """The tables that runs make for themselves here, by their usual names."""
        journal = {"whimbrel_journal"} if self.name == "mysql" else set()
        return frozenset({"whimbrel_version", "whimbrel_history"} | journal)

    def engine(self, **options: Any) -> sa.Engine:
        """A new engine that keeps no connection open."""
        return sa.create_engine(self.url, poolclass=NullPool, **options)

    def async_engine(self, **options: Any) -> AsyncEngine:
        """A new async engine that keeps no connection open."""
        return create_async_engine(self.async_url, poolclass=NullPool, **options)

    def __repr__(self) -> str:
        return f"Database({self.name!r}, {sa.make_url(self.url).render_as_string(hide_password=True)!r})"


class BackendUnavailable(Exception):
    """This machine cannot offer that backend."""


class TestRun:
    """The servers and databases of one run of pytest, shared by all of its processes.

    :param folder: where the keepers' answers lie.
    :param owner: the process whose end is the end of the run.
    :param prefix: what the name of every database of this run begins with.
    """

    __test__ = False  # not a test class, whatever its name says

    def __init__(self, folder: Path, owner: int, prefix: str) -> None:
        self.folder = folder
        self.owner = owner
        self.prefix = prefix
        self._keepers: list[subprocess.Popen[bytes]] = []
        self._answers: dict[str, dict[str, str]] = {}
        self._empty: list[str] = []

    @classmethod
    def begin(cls) -> TestRun:
        """Start a run that this process owns."""
        return cls(Path(tempfile.mkdtemp(prefix="whimbrel-tests-")), os.getpid(), f"whimbrel_{secrets.token_hex(4)}_")

    def to_worker(self) -> dict[str, str | int]:
        """What a pytest-xdist worker needs to know in order to join."""
        return {"folder": str(self.folder), "owner": self.owner, "prefix": self.prefix}

    @classmethod
    def from_controller(cls, facts: dict[str, str | int]) -> TestRun:
        """Join the run whose :meth:`to_worker` facts these are."""
        return cls(Path(str(facts["folder"])), int(facts["owner"]), str(facts["prefix"]))

    def server_url(self, backend: str) -> str:
        """The URL of a server of ``backend``, started if need be.

        :raises BackendUnavailable: with what was tried.
        """
        if backend not in self._answers:
            self._answers[backend] = self._ask_keeper(backend)
        answer = self._answers[backend]
        if "unavailable" in answer:
            raise BackendUnavailable(answer["unavailable"])
        return answer["url"]

    @contextlib.contextmanager
    def new_database(self, backend: str, folder: Path) -> Iterator[Database]:
        """Give an empty database, and empty or drop it afterwards, whoever is still connected.

        :param folder: where an SQLite file goes.
        :raises BackendUnavailable: see :meth:`server_url`.
        """
        name = f"{self.prefix}{secrets.token_hex(6)}"
        if backend == "sqlite":
            yield Database(backend, f"sqlite:///{(folder / name).as_posix()}.sqlite")
            return
        url = sa.make_url(self.server_url(backend))
        admin = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        create, drop = STATEMENTS[backend]
        if backend == "postgresql" and self._empty:
            name = self._empty.pop()
        else:
            with admin.connect() as connection:
                connection.exec_driver_sql(create.format(name))
        own = url.set(database=name)
        try:
            yield Database(backend, own.render_as_string(hide_password=False))
        finally:
            if backend == "postgresql" and is_emptied(own):
                self._empty.append(name)
            else:
                with admin.connect() as connection:
                    connection.exec_driver_sql(drop.format(name))

    def unavailable(self) -> dict[str, str]:
        """The backends that were asked for and could not be had, with the reason."""
        answers = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in self.folder.glob("*.json")}
        return {backend: answer["unavailable"] for backend, answer in answers.items() if "unavailable" in answer}

    def lacks(self, program: str, reason: str) -> None:
        """Note that something else that tests need cannot be had."""
        (self.folder / f"{program}.json").write_text(json.dumps({"unavailable": reason}), encoding="utf-8")

    def end(self, seconds: float = 60) -> None:
        """Stop what was started, drop what was left, and wait until that is done; the owner calls it."""
        (self.folder / "stop").touch()
        deadline = time.monotonic() + seconds
        for started in self.folder.glob("*.started"):
            while not started.with_suffix(".done").exists() and time.monotonic() < deadline:
                time.sleep(0.02)
        for keeper in self._keepers:
            keeper.wait(timeout=10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _ask_keeper(self, backend: str, seconds: float = 120) -> dict[str, str]:
        try:
            # Whoever creates the file starts the keeper; all others wait for its answer.
            os.close(os.open(self.folder / f"{backend}.started", os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            pass
        else:
            self._start_keeper(backend)
        answer = self.folder / f"{backend}.json"
        deadline = time.monotonic() + seconds
        while not answer.exists():
            if (self.folder / f"{backend}.done").exists() or time.monotonic() > deadline:
                log = (self.folder / f"{backend}.log").read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"The keeper of {backend} gave no answer. Its last words:\n{log[-2000:]}")
            time.sleep(0.02)
        content: dict[str, str] = json.loads(answer.read_text(encoding="utf-8"))
        return content

    def _start_keeper(self, backend: str) -> None:
        command = [sys.executable, "-m", "testing.keeper", backend, str(self.folder), str(self.owner), self.prefix]
        with (self.folder / f"{backend}.log").open("wb") as log:
            self._keepers.append(
                # A session of its own: Ctrl-C in the terminal must not end it before it has cleared up.
                subprocess.Popen(
                    command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
            )
