"""The env.py of each template, and the built-in one, in real runs."""

from __future__ import annotations

import asyncio
import io
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from whimbrel import command
from whimbrel.config import Config

SYNC = ("generic", "pyproject", "minimal")
ASYNC = ("async", "pyproject_async", "minimal")

BODY = """
import sqlalchemy as sa
from whimbrel import op

revision = "{id}"
down_revision = {down!r}

def upgrade({argument}):
    {upgrade}

def downgrade({argument}):
    pass
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return tmp_path


def project(template: str, *upgrades: str, argument: str = "") -> Config:
    """A new project of *template*, with a revision for each of *upgrades*: a1, a2, ..."""
    command.init(Config(stdout=io.StringIO()), "migrations", template=template)
    down = None
    for number, upgrade in enumerate(upgrades, 1):
        text = BODY.format(id=f"a{number}", down=down, upgrade=upgrade, argument=argument)
        Path("migrations/versions", f"a{number}.py").write_text(text)
        down = f"a{number}"
    config = Config.discover()
    config.stdout = io.StringIO()
    return config


def tables(file: str) -> list[str]:
    connection = sqlite3.connect(file)
    try:
        return sorted(name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'"))
    finally:
        connection.close()


SHOP = 'op.execute("CREATE TABLE shop (id INTEGER)")'


@pytest.mark.parametrize(
    ("template", "driver"),
    [*((template, "sqlite") for template in SYNC), *((template, "sqlite+aiosqlite") for template in ASYNC)],
)
class TestOneDatabase:
    def test_a_url_in_the_settings_is_all_it_needs(
        self, template: str, driver: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", f"{driver}:///shop.db")
        command.upgrade(project(template, SHOP), "head")
        assert tables("shop.db") == ["shop", "whimbrel_history", "whimbrel_version"]

    def test_sql_as_text(self, template: str, driver: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", f"{driver}:///shop.db")
        config = project(template, SHOP)
        config.output_buffer = io.StringIO()
        command.upgrade(config, "head", sql=True)
        assert "CREATE TABLE shop (id INTEGER)" in config.output_buffer.getvalue()
        assert not Path("shop.db").exists()

    def test_pain_18_inside_a_running_event_loop(
        self, template: str, driver: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", f"{driver}:///shop.db")
        config = project(template, SHOP)

        async def application() -> None:
            command.upgrade(config, "head")

        asyncio.run(application())
        assert tables("shop.db") == ["shop", "whimbrel_history", "whimbrel_version"]

    def test_a_connection_of_the_program_is_used(self, template: str, driver: str) -> None:
        config = project(template, SHOP)
        engine = create_engine("sqlite:///other.db", poolclass=NullPool)
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            assert not connection.closed
        assert tables("other.db") == ["shop", "whimbrel_history", "whimbrel_version"]

    def test_a_connection_of_an_async_program_is_used(self, template: str, driver: str) -> None:
        config = project(template, SHOP)

        def upgrade(connection: object) -> None:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

        async def application() -> None:
            engine = create_async_engine("sqlite+aiosqlite:///other.db", poolclass=NullPool)
            async with engine.begin() as connection:
                await connection.run_sync(upgrade)
            await engine.dispose()

        asyncio.run(application())
        assert tables("other.db") == ["shop", "whimbrel_history", "whimbrel_version"]

    def test_the_models_named_in_the_settings_reach_the_run(
        self,
        template: str,
        driver: str,
        monkeypatch: pytest.MonkeyPatch,
        folder: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setenv("DATABASE_URL", f"{driver}:///shop.db")
        module = f"models_of_{folder.name}"
        Path(f"{module}.py").write_text("from sqlalchemy import MetaData\nmetadata = MetaData(schema='of_shop')\n")
        config = project(template, "print(op.get_context().opts['target_metadata'].schema)")
        file = Path(config.config_file_name or config.toml_file_name or "")
        text = file.read_text()
        file.write_text(
            text.replace("# target_metadata", "target_metadata")
            .replace("myapp.models:Base", f"{module}:")
            .replace(":.", ":")
        )
        command.upgrade(Config.discover(), "head")
        assert "of_shop\n" in capsys.readouterr().out


LOGGING = """
[loggers]
keys = root

[handlers]
keys =

[formatters]
keys =

[logger_root]
level = ERROR
handlers =
"""


@pytest.fixture
def application_logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("whimbrel_shop.orders")
    yield logger
    logger.disabled = False


@pytest.mark.parametrize("template", ["generic", "async", "multidb"])
def test_pain_14_a_run_silences_no_logger_of_the_application(
    template: str, monkeypatch: pytest.MonkeyPatch, application_logger: logging.Logger
) -> None:
    driver = "sqlite+aiosqlite" if template == "async" else "sqlite"
    for name in ("DATABASE_URL", "DATABASE_URL1", "DATABASE_URL2"):
        monkeypatch.setenv(name, f"{driver}:///{name}.db")
    project(template, "pass", argument="engine_name" if template == "multidb" else "")
    with open("whimbrel.ini", "a") as settings:
        settings.write(LOGGING)
    command.upgrade(Config("whimbrel.ini"), "head")
    assert not application_logger.disabled
    assert application_logger.isEnabledFor(logging.WARNING)


class TestSeveralDatabases:
    @pytest.fixture(autouse=True)
    def databases(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL1", "sqlite:///one.db")
        monkeypatch.setenv("DATABASE_URL2", "sqlite:///two.db")

    def test_each_is_migrated(self) -> None:
        config = project("multidb", 'op.execute(f"CREATE TABLE of_{engine_name} (id INTEGER)")', argument="engine_name")
        command.upgrade(config, "head")
        assert tables("one.db") == ["of_engine1", "whimbrel_history", "whimbrel_version"]
        assert tables("two.db") == ["of_engine2", "whimbrel_history", "whimbrel_version"]

    def test_a_new_revision_has_functions_for_each(self) -> None:
        config = project("multidb")
        command.revision(config, message="both", rev_id="a1")
        (file,) = Path("migrations/versions").glob("*.py")
        text = file.read_text()
        for name in ("engine1", "engine2"):
            assert f"def upgrade_{name}() -> None:\n    pass\n" in text
        text = text.replace("def upgrade_engine2() -> None:\n    pass", f"def upgrade_engine2() -> None:\n    {SHOP}")
        file.write_text(text)
        command.upgrade(Config.discover(), "head")
        assert tables("one.db") == ["whimbrel_history", "whimbrel_version"]
        assert tables("two.db") == ["shop", "whimbrel_history", "whimbrel_version"]

    def test_when_one_fails_none_moves(self) -> None:
        fails = 'op.execute("CREATE TABLE a (id INTEGER)"); assert engine_name != "engine2"'
        with pytest.raises(Exception, match="AssertionError"):
            command.upgrade(project("multidb", fails, argument="engine_name"), "head")
        assert tables("one.db") == []
        assert tables("two.db") == []

    def test_sql_as_text_goes_to_a_file_for_each(self) -> None:
        config = project("multidb", 'op.execute(f"CREATE TABLE of_{engine_name} (id INTEGER)")', argument="engine_name")
        command.upgrade(config, "head", sql=True)
        for name in ("engine1", "engine2"):
            assert f"CREATE TABLE of_{name} (id INTEGER)" in Path(f"{name}.sql").read_text()
        assert config.stdout.getvalue() == "Wrote engine1.sql\nWrote engine2.sql\n"  # type: ignore[attr-defined]  # a StringIO
