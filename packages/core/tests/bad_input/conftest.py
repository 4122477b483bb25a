"""Command lines that have to fail well, each in a process of its own, over databases with a marked password."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from testing.databases import Database
from testing.processes import run
from testing.projects import Project

PASSWORD = "m4rked@Pass:word/%23"
"""The password of every account here: with each character that URLs give a meaning."""

MARKS = ("m4rked", "Pass:word", "Pass%3Aword", "word/%23", "word%2F", "wr0ng")
"""What of it must be nowhere in any output: whole, in pieces, decoded, encoded."""

NOBODY = sa.URL.create("postgresql+psycopg", "bob", PASSWORD, "127.0.0.1", 1, "shop").render_as_string(False)
"""A URL at which nobody listens."""


_VERBOSE_THEN_RAISED = """
import sys
from whimbrel.cli.main import main
code = main(["-v", *sys.argv[1:]])
sys.stderr.write("--raiseerr:\\n" if code else "-v went well\\n")
sys.exit(main(["--raiseerr", *sys.argv[1:]]))
"""
"""One process for both."""


class Said(NamedTuple):
    """What became of a command line."""

    code: int
    out: str
    err: str


class Terminal:
    """Runs command lines in a folder, and looks at what every failure has in common.

    :param folder: the working directory.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str, env: Mapping[str, str] | None = None, before: Callable[[], None] | None = None) -> Said:
        """Run a command line and return what it said, which must not hold the password.

        :param env: further environment variables.
        :param before: runs in the new process before Python starts there.
        """
        return self._run(["-m", "whimbrel", *words], env, before)

    def _run(self, arguments: list[str], env: Mapping[str, str] | None, before: Callable[[], None] | None) -> Said:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})}
        if before is None:
            done = run(arguments, cwd=self.folder, env=environment)
        else:
            done = subprocess.run(
                [sys.executable, *arguments],
                cwd=self.folder,
                capture_output=True,
                encoding="utf-8",
                errors="surrogateescape",
                check=False,
                stdin=subprocess.DEVNULL,
                env=environment,
                preexec_fn=before,
            )
        said = Said(done.returncode, done.stdout, done.stderr)
        self.look_for_the_password(said)
        return said

    @staticmethod
    def look_for_the_password(said: Said) -> None:
        for mark in MARKS:
            assert mark not in said.out, f"the password is in the output:\n{said.out}"
            assert mark not in said.err, f"the password is in the messages:\n{said.err}"

    def refused(
        self,
        *words: str,
        names: tuple[str | Path, ...] = (),
        remedy: str,
        log: bool = False,
        printed: bool = False,
        code: int = 1,
        again: bool = True,
        env: Mapping[str, str] | None = None,
        before: Callable[[], None] | None = None,
    ) -> Said:
        """Run a command line that has to fail, plainly, with ``-v`` and with ``--raiseerr``; return what it said first.

        :param names: what its message has to name: a file with its line, a revision.
        :param remedy: part of what its message has to advise.
        :param log: log lines stand before the message.
        :param printed: SQL was written before it failed.
        :param code: the exit code.
        :param again: it fails in the same way when it is run again; not so where a database keeps half of a step.
        :param env: further environment variables.
        :param before: runs in the new process before Python starts there.
        """
        said = self.run(*words, env=env, before=before)
        assert said.code == code, said
        assert printed or said.out == ""
        assert "Traceback" not in said.err
        message = said.err
        if log:
            start = said.err.index("Error: ")
            logged, message = said.err[:start], said.err[start:]
            assert all(line.startswith(("INFO ", "ERROR ")) for line in logged.splitlines()), logged
        assert [line[:7] for line in message.splitlines()].count("Error: ") == 1
        assert message.startswith("Error: ")
        assert "This was not expected" not in message
        assert message.count("\n") <= 12, f"one message, not a story:\n{message}"
        for name in names:
            assert str(name) in message
        assert remedy in message

        both = self._run(["-c", _VERBOSE_THEN_RAISED, *words], env, before)
        verbose, _, raised = both.err.partition("--raiseerr:\n")
        assert both.code == 1
        assert "Traceback (most recent call last):" in verbose
        assert verbose.endswith(message) or not again
        assert "Traceback (most recent call last):" in raised
        return said


@pytest.fixture
def offline(tmp_path: Path) -> Project:
    """A project over a database that nobody needs to reach, for what fails before."""
    return _written(Project(tmp_path / "shop", NOBODY))


@pytest.fixture
def account(database: Database) -> Iterator[str]:
    """The URL of each backend's empty database in turn, for an account with the marked password.

    SQLite has none.
    """
    if database.name == "sqlite":
        yield database.url
        return
    name = f"whimbrel_{secrets.token_hex(6)}"
    admin = sa.create_engine(database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with admin.connect() as connection:
            for statement in _WELCOME[database.name]:
                connection.exec_driver_sql(statement.format(name, PASSWORD.replace("%", "%%"), admin.url.database))
    except sa.exc.DBAPIError as error:
        pytest.skip(f"the account of the tests may not make another one: {error.orig}")
    url = admin.url.set(username=name, password=PASSWORD)
    try:
        yield url.render_as_string(hide_password=False)
    finally:
        with admin.connect() as connection:
            for statement in _FAREWELL[database.name]:
                connection.exec_driver_sql(statement.format(name))


_WELCOME = {
    "postgresql": ("CREATE ROLE {0} LOGIN SUPERUSER PASSWORD '{1}'",),
    "mysql": ("CREATE USER {0}@'%%' IDENTIFIED BY '{1}'", "GRANT ALL ON {2}.* TO {0}@'%%'"),
}
_FAREWELL = {
    "postgresql": ("REASSIGN OWNED BY {0} TO CURRENT_USER", "DROP ROLE {0}"),
    "mysql": ("DROP USER {0}@'%%'",),
}


@pytest.fixture
def project(account: str, tmp_path: Path) -> Project:
    """A project over each backend's empty database in turn."""
    return _written(Project(tmp_path / "shop", account))


@pytest.fixture
def terminal(tmp_path: Path) -> Terminal:
    """Command lines in the project's folder."""
    return Terminal(tmp_path / "shop")


def _written(project: Project) -> Project:
    settings = f"[whimbrel]\nscript_location = %(here)s/migrations\nsqlalchemy.url = {project.url.replace('%', '%%')}\n"
    (project.folder / "whimbrel.ini").write_text(settings, encoding="utf-8")
    return project


class State:
    """What a database holds: compared before and after."""

    def __init__(self, database: Database) -> None:
        engine = database.engine()
        self.tables = set(sa.inspect(engine).get_table_names())
        self.rows: list[str] = []
        if "whimbrel_version" in self.tables:
            with engine.connect() as connection:
                self.rows = sorted(connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).scalars())


@pytest.fixture
def state(database: Database) -> Callable[[], State]:
    """A function that looks into the database of the project."""
    return lambda: State(database)


@pytest.fixture
def without_privileges() -> Callable[[], None] | None:
    """What a process has to do before permissions of files mean something to it; nothing unless it is root's."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    if sys.platform != "linux":
        pytest.skip("root may read everything here")
    import ctypes

    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def drop() -> None:
        # Linux, capabilities(7): CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH leave the bounding set, and with exec() root.
        for capability in (1, 2):
            if prctl(24, capability, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), "prctl(PR_CAPBSET_DROP)")

    return drop
