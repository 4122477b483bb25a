"""A server that does not answer yet is waited for: not longer than said, and not where waiting is of no use."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.holding import wait_until
from testing.projects import Project
from whimbrel import command
from whimbrel.errors import CommandError, DatabaseUnreachable

WAITING = "Waiting up to "
OWN_ENGINE = """
from sqlalchemy import create_engine, pool
from whimbrel import context
url = context.config.get_main_option("sqlalchemy.url")
with create_engine(url, poolclass=pool.NullPool).connect() as connection:
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""
ASYNC = """
from whimbrel import context

def run(connection):
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()

async def main():
    async with context.connect_async() as connection:
        await connection.run_sync(run)

context.run_async(main)
"""


class Door:
    """A port of this machine that leads to a database server, once it is open.

    :param database: where it leads.
    :param turned_away: the first bytes that so many connections get instead, each but once.
    """

    def __init__(self, database: Database, *turned_away: bytes) -> None:
        self._server = sa.make_url(database.url)
        self._turned_away = list(turned_away)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.url = self._server.set(host="127.0.0.1", port=self.port).render_as_string(hide_password=False)
        self._sockets: list[socket.socket] = []

    def open(self) -> None:
        """Let connections in."""
        listener = socket.create_server(("127.0.0.1", self.port))
        self._sockets.append(listener)
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def close(self) -> None:
        for item in self._sockets:
            with contextlib.suppress(OSError):
                item.shutdown(socket.SHUT_RDWR)
            item.close()

    def _serve(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # it is closed at the end
            while True:
                guest, _ = listener.accept()
                self._sockets.append(guest)
                if self._turned_away:
                    guest.recv(4096)
                    guest.sendall(self._turned_away.pop(0))
                    guest.close()
                    continue
                host = socket.create_connection((self._server.host, self._server.port))
                self._sockets.append(host)
                for source, target in ((guest, host), (host, guest)):
                    threading.Thread(target=_copy, args=(source, target), daemon=True).start()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def door(database: Database, *turned_away: bytes) -> Iterator[Door]:
    made = Door(database, *turned_away)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(params=["postgresql", "mysql"])
def server(request: pytest.FixtureRequest) -> Database:
    database: Database = request.getfixturevalue(f"{request.param}_database")
    if sa.make_url(database.url).host is None:
        pytest.skip("the server listens on a socket in a folder, and a port has to lead to it")
    return database


def upgraded_once_open(entrance: Door, project: Project, caplog: pytest.LogCaptureFixture) -> None:
    """Run an upgrade, and open the door when it is waited for."""

    def open_it() -> None:
        wait_until(lambda: WAITING in caplog.text)
        entrance.open()

    opener = threading.Thread(target=open_it)
    opener.start()
    command.upgrade(project.config(wait_for_database="60s"), "head")
    opener.join()
    lines = [record.getMessage() for record in caplog.records if WAITING in record.getMessage()]
    assert len(lines) == 1
    assert "\n" not in lines[0]
    assert lines[0].startswith("Waiting up to 60 s for the database: ")


@pytest.mark.parametrize("env", [None, OWN_ENGINE], ids=["built-in env", "an engine of env.py's own"])
def test_a_server_that_comes_up_is_waited_for(
    server: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, env: str | None
) -> None:
    with door(server) as entrance:
        project = Project(tmp_path, entrance.url, env)
        project.add("a1")
        upgraded_once_open(entrance, project, caplog)
    assert sa.inspect(server.engine()).has_table("t_a1")


def test_it_is_waited_for_in_an_async_env(server: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with door(Database(server.name, server.async_url)) as entrance:
        project = Project(tmp_path, entrance.url, ASYNC)
        project.add("a1")
        upgraded_once_open(entrance, project, caplog)
    assert sa.inspect(server.engine()).has_table("t_a1")


def said_by_postgresql(code: str, text: str) -> bytes:
    """An ErrorResponse: https://www.postgresql.org/docs/current/protocol-error-fields.html"""
    fields = b"".join(f"{kind}{value}\0".encode() for kind, value in (("S", "FATAL"), ("C", code), ("M", text)))
    return b"E" + (len(fields) + 5).to_bytes(4, "big") + fields + b"\0"


def test_a_server_that_says_it_is_starting_is_waited_for(
    postgresql_database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    if sa.make_url(postgresql_database.url).host is None:
        pytest.skip("the server listens on a socket in a folder, and a port has to lead to it")
    starting = said_by_postgresql("57P03", "the database system is starting up")
    with door(postgresql_database, starting, starting) as entrance:
        entrance.open()
        project = Project(tmp_path, f"{entrance.url}?sslmode=disable&gssencmode=disable")
        project.add("a1")
        command.upgrade(project.config(wait_for_database="60s"), "head")
    assert caplog.text.count(WAITING) == 1
    assert "starting up" in caplog.text
    assert sa.inspect(postgresql_database.engine()).has_table("t_a1")


def test_it_is_waited_for_no_longer_than_said(
    server: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with door(server) as entrance:  # it stays closed
        project = Project(tmp_path, entrance.url)
        project.add("a1")
        with pytest.raises(DatabaseUnreachable):
            command.upgrade(project.config(wait_for_database="500ms"), "head")
        assert caplog.text.count(WAITING) == 1
        caplog.clear()
        with pytest.raises(DatabaseUnreachable):
            command.upgrade(project.config(), "head")
    assert WAITING not in caplog.text


@pytest.mark.parametrize("wrong", ["database", "username"])
def test_what_a_server_refuses_is_not_waited_for(
    server: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture, wrong: str
) -> None:
    url = sa.make_url(server.url).set(**{wrong: "whimbrel_nobody"})  # type: ignore[arg-type]  # both take a text
    project = Project(tmp_path, url.render_as_string(hide_password=False))
    project.add("a1")
    began = time.monotonic()
    with pytest.raises(DatabaseUnreachable, match="whimbrel_nobody"):
        command.upgrade(project.config(wait_for_database="10min"), "head")
    assert WAITING not in caplog.text
    assert time.monotonic() - began < 300


def test_a_file_that_cannot_be_opened_is_not_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    project = Project(tmp_path, f"sqlite:///{tmp_path}/no/such/folder/x.db")
    project.add("a1")
    with pytest.raises(CommandError, match="unable to open database file"):
        command.upgrade(project.config(wait_for_database="10min"), "head")
    assert WAITING not in caplog.text


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT that one process could send another")
@pytest.mark.parametrize("env", [None, ASYNC], ids=["sync", "async"])
def test_ctrl_c_ends_the_wait(server: Database, tmp_path: Path, env: str | None) -> None:
    url = server.async_url if env else server.url
    with door(Database(server.name, url)) as entrance:
        project = Project(tmp_path, entrance.url, env)
        project.add("a1")
        settings = f'script_location = "migrations"\nsqlalchemy.url = "{entrance.url}"\nwait_for_database = "10min"\n'
        (tmp_path / "whimbrel.toml").write_text(settings, encoding="utf-8")
        with subprocess.Popen(
            [sys.executable, "-m", "whimbrel", "upgrade", "head"],
            cwd=tmp_path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        ) as process:
            assert process.stdout is not None
            try:
                for line in process.stdout:
                    if WAITING in line:
                        break
                process.send_signal(signal.SIGINT)
                rest = process.stdout.read()
                assert process.wait(60) != 0
            finally:
                process.kill()
    assert "Traceback" not in rest
