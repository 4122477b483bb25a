"""A project that the tests of this folder run by the command line, each in a process of its own."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import textwrap
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.processes import run as python
from testing.processes import start
from whimbrel.config import Config

ENV = """
    from whimbrel import context
    from models import metadata

    with context.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
            {options}
        )
        with context.begin_transaction():
            context.run_migrations()
"""


class App:
    """A project over one database.

    :param folder: its folder.
    :param database: the database.
    """

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.database = database
        (folder / "migrations/versions").mkdir(parents=True)
        template = Path(Config().get_template_directory(), "generic/script.py.mako")
        shutil.copy(template, folder / "migrations/script.py.mako")
        self.settings("")
        self.options("")
        self.models("")

    def settings(self, lines: str) -> None:
        """Write the settings, with *lines* besides."""
        (self.folder / "whimbrel.ini").write_text(
            f"[whimbrel]\nscript_location = migrations\nprepend_sys_path = .\n{textwrap.dedent(lines)}"
        )

    def options(self, text: str) -> None:
        """Write env.py, with *text* among the arguments of ``configure()``."""
        (self.folder / "migrations/env.py").write_text(textwrap.dedent(ENV).format(options=text))

    def models(self, tables: str) -> None:
        """Write the models: tables of ``metadata``."""
        head = "import datetime, decimal, enum\nimport sqlalchemy as sa\n\nmetadata = sa.MetaData()\n"
        (self.folder / "models.py").write_text(head + textwrap.dedent(tables))

    def sql(self, *statements: str) -> None:
        """Execute statements in the database."""
        with self.database.engine().begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        """Return what a statement finds."""
        with self.database.engine().connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def tables(self) -> set[str]:
        """Return the names of the tables, without the version table and what is kept beside it."""
        names = sa.inspect(self.database.engine()).get_table_names()
        return {name for name in names if not name.startswith("whimbrel_")}

    def run(self, *words: str) -> tuple[int, str]:
        """Run a command far from any terminal; return its exit code and what it says."""
        ran = python(["-m", "whimbrel", *words], cwd=self.folder, env=self._environment)
        return ran.returncode, ran.stdout + ran.stderr

    def ok(self, *words: str) -> str:
        """Run a command that succeeds; return what it says."""
        code, said = self.run(*words)
        assert code == 0, said
        return said

    def answering(self, answers: Sequence[str], *words: str) -> str:
        """Run a command that succeeds at a terminal, where a person answers one question after the other.

        :param answers: one a question.
        :return: all that stands on the terminal.
        """
        ours, theirs = pty.openpty()
        at_terminal = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
        process = start(["-m", "whimbrel", *words], cwd=self.folder, env=self._environment, **at_terminal)
        os.close(theirs)
        said, waiting, until = "", list(answers), time.monotonic() + 60
        while time.monotonic() < until:
            if not select.select([ours], [], [], 1)[0]:
                continue
            try:
                text = os.read(ours, 4096).decode()
            except OSError:  # the other end has gone
                break
            if not text:
                break
            said += text
            if waiting and re.search(r"(\]|:) ?$", said):
                os.write(ours, f"{waiting.pop(0)}\n".encode())
        os.close(ours)
        assert process.wait(timeout=60) == 0, said
        assert not waiting, said
        return said.replace("\r\n", "\n")

    def script(self) -> str:
        """Return the newest script, from ``def upgrade`` on."""
        newest = max((self.folder / "migrations/versions").glob("*.py"), key=lambda path: path.stat().st_mtime_ns)
        text = newest.read_text()
        return text[text.index("def upgrade") :]

    def edit(self, old: str, new: str) -> None:
        """Replace a text in the newest script."""
        newest = max((self.folder / "migrations/versions").glob("*.py"), key=lambda path: path.stat().st_mtime_ns)
        text = newest.read_text()
        assert old in text
        newest.write_text(text.replace(old, new, 1))

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, "WHIMBREL_DATABASE_URL": self.database.url, "PYTHONDONTWRITEBYTECODE": "1"}


@pytest.fixture
def new_app(tmp_path: Path, new_database: Callable[[str], Database]) -> Callable[[str], App]:
    """A function that makes a project over an empty database of a backend."""
    return lambda backend: App(tmp_path / "app", new_database(backend))


@pytest.fixture(params=["sqlite", "postgresql", "mysql"])
def app(request: pytest.FixtureRequest, new_app: Callable[[str], App]) -> App:
    """A project over an empty database of each backend."""
    return new_app(request.param)
