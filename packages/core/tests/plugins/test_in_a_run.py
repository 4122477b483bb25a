"""Plugins in real runs, against a real database."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
import sqlalchemy as sa

import whimbrel.command
from testing.databases import Database
from testing.site import Site
from whimbrel.config import Config
from whimbrel.errors import PluginError

REVISION = '''
"""{revision}"""
from whimbrel import op
import sqlalchemy as sa

revision = "{revision}"
down_revision = {down!r}


def upgrade():
    op.create_table("table_{revision}", sa.Column("id", sa.Integer, primary_key=True))


def downgrade():
    op.drop_table("table_{revision}")
'''


@pytest.fixture
def config(tmp_path: Path) -> Config:
    """Two revisions, a <- b, and no env.py; nothing says which database."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    for revision, down in (("a", None), ("b", "a")):
        (versions / f"{revision}.py").write_text(REVISION.format(revision=revision, down=down))
    config = Config()
    config.set_main_option("script_location", str(tmp_path / "migrations"))
    return config


def vault(site: Site, url: str) -> None:
    site.install(
        "acme-vault",
        {"whimbrel.plugins": {"vault": "acme_vault"}},
        {
            "acme_vault": f"""
            from whimbrel.plugins import hookimpl

            @hookimpl
            def whimbrel_config_sources(config):
                return {{"sqlalchemy.url": {url!r}}}
            """
        },
    )


def listener(site: Site, body: str) -> None:
    site.install(
        "acme-events",
        {"whimbrel.plugins": {"events": "acme_events"}},
        {
            "acme_events": f"""
            from whimbrel.plugins import hookimpl

            heard = []

            @hookimpl
            def whimbrel_version_applied(context, step, heads):
                {body}
            """
        },
    )


def tables(database: Database) -> set[str]:
    return set(sa.inspect(database.engine()).get_table_names())


def test_a_plugin_names_the_database_and_another_hears_of_each_step(
    site: Site, config: Config, database: Database
) -> None:
    vault(site, database.url)
    listener(site, "heard.append((context.dialect.name, step.is_upgrade, step.to_revisions, sorted(heads)))")

    whimbrel.command.upgrade(config, "head")
    whimbrel.command.downgrade(config, "a")

    dialect = database.engine().dialect.name
    assert sys.modules["acme_events"].heard == [
        (dialect, True, ("a",), ["a"]),
        (dialect, True, ("b",), ["b"]),
        (dialect, False, ("a",), ["a"]),
    ]
    assert tables(database) == database.bookkeeping | {"table_a"}


def test_a_listener_that_raises_undoes_its_step(site: Site, config: Config, sqlite_database: Database) -> None:
    vault(site, sqlite_database.url)
    listener(site, "if 'b' in heads: raise RuntimeError('the audit log is full')")

    with pytest.raises(PluginError) as raised:
        whimbrel.command.upgrade(config, "head")

    assert raised.value.message.startswith(
        "The plugin 'events' of acme-events 1.0 raised in whimbrel_version_applied: "
        "RuntimeError: the audit log is full ("
    )
    assert tables(sqlite_database) == sqlite_database.bookkeeping | {"table_a"}
    with sqlite_database.engine().connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM whimbrel_version")).all() == [("a",)]


def test_without_outsiders_nobody_names_the_database(
    site: Site, config: Config, sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault(site, sqlite_database.url)
    monkeypatch.setenv("WHIMBREL_DISABLE_PLUGINS", "1")
    with pytest.raises(whimbrel.errors.CommandError, match=r"sqlalchemy\.url"):
        whimbrel.command.upgrade(config, "head")
