"""Command lines in processes of their own, over databases with a marked password."""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from testing.databases import Database
from testing.processes import run as python
from testing.projects import Project

PASSWORD = "m4rked@Pass:word/%23"
"""With each character that URLs give a meaning."""

MARKS = ("m4rked", "Pass:word", "Pass%3Aword", "word/%23", "word%2F")
"""What of it must be nowhere in any output."""

TEMPLATE = Path(sys.modules["whimbrel"].__file__ or "").parent / "templates/generic/script.py.mako"
WELCOME = {
    "postgresql": ("CREATE ROLE {0} LOGIN PASSWORD '{2}'", "GRANT ALL ON SCHEMA public TO {0}"),
    "mysql": ("CREATE USER {0}@'%' IDENTIFIED BY '{2}'", "GRANT ALL ON {1}.* TO {0}@'%'"),
}
FAREWELL = {"postgresql": ("DROP OWNED BY {0}", "DROP ROLE {0}"), "mysql": ("DROP USER {0}@'%'",)}


class Said(NamedTuple):
    """What became of a command line."""

    code: int
    out: str
    err: str


class Commands:
    """A project, and command lines in its folder.

    :param folder: where it is made.
    :param url: its database.
    :param env: its env.py.
    """

    def __init__(self, folder: Path, url: str, env: str) -> None:
        self.project = Project(folder, "", env=env)
        (self.project.migrations / "script.py.mako").write_text(TEMPLATE.read_text())
        (folder / "whimbrel.ini").write_text(
            f"[whimbrel]\nscript_location = migrations\nprepend_sys_path = %(here)s\n"
            f"sqlalchemy.url = {url.replace('%', '%%')}\n"
        )

    def run(self, *words: str) -> Said:
        """Run a command; the password is in neither output."""
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        done = python(["-m", "whimbrel", *words], cwd=self.project.folder, env=environment)
        for mark in MARKS:
            assert mark not in done.stdout + done.stderr, "the password is in the output"
        assert "Traceback" not in done.stderr, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    def refused(self, *words: str, names: tuple[str, ...], code: int = 1) -> Said:
        """Run a command that has to fail with one message, and without leaving a file."""
        before = self.versions()
        said = self.run(*words)
        assert said.code == code, said
        assert [line[:7] for line in said.err.splitlines()].count("Error: ") == 1, said.err
        assert "This was not expected" not in said.err
        assert said.err.count("\n") <= 12, said.err
        for name in names:
            assert name in said.err
        assert self.versions() == before
        return said

    def versions(self) -> list[str]:
        """The files in the folder of version files."""
        return sorted(path.name for path in self.project.versions.iterdir() if path.name != "__pycache__")


@pytest.fixture
def account(database: Database) -> Iterator[Callable[..., str]]:
    """A function that makes an account with the marked password, and returns the URL of the database for it.

    SQLite has none.
    """
    if database.name == "sqlite":
        yield lambda *_grants: database.url
        return
    name = f"whimbrel_{secrets.token_hex(6)}"
    admin = sa.create_engine(database.url, poolclass=NullPool, isolation_level="AUTOCOMMIT")

    def execute(*statements: str) -> None:
        with admin.connect() as connection:
            for statement in statements:
                text = statement.format(name, admin.url.database, PASSWORD)
                connection.exec_driver_sql(text, None, {"no_parameters": True})

    made = []

    def make(*grants: str) -> str:
        made.append(name)
        execute(*WELCOME[database.name], *grants)
        return admin.url.set(username=name, password=PASSWORD).render_as_string(hide_password=False)

    yield make
    if made:
        execute(*FAREWELL[database.name])


@pytest.fixture
def commands(tmp_path: Path, account: Callable[..., str]) -> Callable[..., Commands]:
    """A function that makes a project with an env.py, over each backend's empty database in turn."""
    return lambda env, *grants: Commands(tmp_path, account(*grants), env)
