"""advanced-alchemy: its migration commands, called and at the terminal, with and without asyncio."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from testing.addons import OURS, Environment, environment_of

SYNC = """
import whimbrel_alembic

whimbrel_alembic.install()

from datetime import datetime

from advanced_alchemy.base import BigIntBase
from advanced_alchemy.config import AlembicSyncConfig as AlembicConfig
from advanced_alchemy.config import SQLAlchemySyncConfig as Config
from sqlalchemy.orm import Mapped


class Lamp(BigIntBase):
    name: Mapped[str]
    lit_at: Mapped[datetime]
    # more columns


config = Config(
    connection_string="sqlite:///lamps.db",
    metadata=Lamp.metadata,
    alembic_config=AlembicConfig(script_location="migrations", version_table_name="lamp_version"),
)
"""
ASYNC = (
    SYNC.replace("AlembicSyncConfig", "AlembicAsyncConfig")
    .replace("SQLAlchemySyncConfig", "SQLAlchemyAsyncConfig")
    .replace("sqlite:", "sqlite+aiosqlite:")
)


@pytest.fixture(scope="module")
def environment() -> Environment:
    return environment_of("advanced-alchemy[cli]", "aiosqlite")


class Application:
    """A folder with an application's module."""

    def __init__(self, environment: Environment, folder: Path, source: str) -> None:
        self.environment, self.folder = environment, folder
        (folder / "app.py").write_text(source)

    def alchemy(self, *words: str) -> str:
        done = self.environment.run("-m", "advanced_alchemy", "--config", "app.config", *words, cwd=self.folder)
        return done.stdout + done.stderr

    def python(self, source: str) -> str:
        return self.environment.run("-c", source, cwd=self.folder).stdout

    def ask(self, sql: str) -> list[object]:
        with closing(sqlite3.connect(self.folder / "lamps.db")) as connection:
            return [row[0] for row in connection.execute(sql)]

    def columns(self) -> list[object]:
        return self.ask("SELECT name FROM pragma_table_info('lamp') ORDER BY cid")


@pytest.fixture(params=[SYNC, ASYNC], ids=["sync", "asyncio"])
def application(request: pytest.FixtureRequest, environment: Environment, tmp_path: Path) -> Application:
    return Application(environment, tmp_path, request.param)


def test_at_the_terminal(application: Application) -> None:
    application.alchemy("init", "migrations", "--no-prompt")
    env = application.folder / "migrations" / "env.py"
    env.write_text(OURS + env.read_text())
    application.alchemy("make-migrations", "-m", "lamps", "--no-prompt")
    (path,) = (application.folder / "migrations" / "versions").glob("*_lamps_*.py")
    script = path.read_text()
    assert 'op.create_table(\n        "lamp"' in script
    assert 'sa.Column("lit_at", sa.DateTimeUTC(), nullable=False)' in script
    application.alchemy("upgrade", "--no-prompt")
    assert application.columns() == ["id", "name", "lit_at"]
    (revision,) = application.ask("SELECT version_num FROM lamp_version")
    assert str(revision) in application.alchemy("show-current-revision")
    application.alchemy("check")

    text = (application.folder / "app.py").read_text()
    (application.folder / "app.py").write_text(text.replace("# more columns", "watts: Mapped[int | None]"))
    application.alchemy("make-migrations", "-m", "watts", "--no-prompt")
    application.alchemy("upgrade", "--no-prompt")
    assert application.columns() == ["id", "name", "lit_at", "watts"]
    assert "lamps" in application.alchemy("history")
    assert "(head)" in application.alchemy("heads")
    application.alchemy("downgrade", "--no-prompt")
    assert application.columns() == ["id", "name", "lit_at"]
    application.alchemy("downgrade", "--no-prompt", "base")
    assert application.ask("SELECT count(*) FROM lamp_version") == [0]
    application.alchemy("stamp", "head")
    assert application.ask("SELECT count(*) FROM lamp_version") == [1]


def test_called_by_an_application(application: Application) -> None:
    application.python(
        """
from app import config
from advanced_alchemy.alembic.commands import AlembicCommands

commands = AlembicCommands(config)
commands.init("migrations")
commands.revision(message="lamps", autogenerate=True, rev_id="a1")
commands.upgrade()
commands.current(verbose=True)
commands.check()
"""
    )
    assert application.ask("SELECT version_num FROM lamp_version") == ["a1"]
    written = application.python(
        """
from app import config
from advanced_alchemy.alembic.commands import AlembicCommands

commands = AlembicCommands(config)
commands.downgrade("base")
commands.upgrade("head", sql=True)
"""
    )
    assert "CREATE TABLE lamp (" in written
    assert application.ask("SELECT version_num FROM lamp_version") == []
