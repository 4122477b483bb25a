"""What core asks its plugins, and how an answer that fails is told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from testing.site import Site
from whimbrel.config import Config
from whimbrel.errors import AutogenerateNotInstalled, CommandError, PluginError
from whimbrel.plugins import Plugins


def plugin(site: Site, name: str, source: str, distribution: str | None = None) -> None:
    """Install a distribution with one plugin; *source* is what stands below the import of hookimpl."""
    site.install(
        distribution or f"whimbrel-{name}",
        {"whimbrel.plugins": {name: f"{name}_plugin"}},
        {f"{name}_plugin": f"from whimbrel.plugins import hookimpl\n{source}"},
    )


class TestAnErrorInAHook:
    def test_it_names_the_plugin(self, bare_site: Site) -> None:
        plugin(bare_site, "fine", "@hookimpl\ndef whimbrel_version_applied(step): pass\n")
        plugin(bare_site, "audit", "@hookimpl\ndef whimbrel_version_applied(step): step.no_such_attribute\n")

        with pytest.raises(PluginError) as raised:
            Plugins.load().version_applied(Run(), STEP, frozenset())

        file = bare_site.folder / "audit_plugin.py"
        assert str(raised.value) == (
            "The plugin 'audit' of whimbrel-audit 1.0 raised in whimbrel_version_applied: "
            f"AttributeError: 'Step' object has no attribute 'no_such_attribute' ({file}, line 3)\n"
            "Run without outsiders:  whimbrel --no-plugins ..."
        )
        assert isinstance(raised.value.__cause__, AttributeError)

    def test_of_our_own_plugins_it_names_whom_they_have_called(self, bare_site: Site) -> None:
        source = "@hookimpl\ndef whimbrel_version_applied(step): step.no_such_attribute\n"
        plugin(bare_site, "autogen", source, distribution="whimbrel-autogen")
        with pytest.raises(PluginError) as raised:
            Plugins.load().version_applied(Run(), STEP, frozenset())
        file = bare_site.folder / "autogen_plugin.py"
        assert str(raised.value) == (
            f"AttributeError: 'Step' object has no attribute 'no_such_attribute' ({file}, line 3), "
            "met by the plugin 'autogen' of whimbrel-autogen 1.0 in whimbrel_version_applied.\n"
            "The traceback is shown with --raiseerr."
        )

    def test_an_error_meant_for_the_user_passes(self, bare_site: Site) -> None:
        plugin(
            bare_site,
            "audit",
            "from whimbrel.errors import CommandError\n"
            "@hookimpl\ndef whimbrel_version_applied(step): raise CommandError('Not on a Friday.', 'Wait.')\n",
        )
        with pytest.raises(CommandError, match=r"^Not on a Friday\.\nWait\.$"):
            Plugins.load().version_applied(Run(), STEP, frozenset())


class TestConfigSources:
    def test_they_supply_what_nobody_else_has_set(self, bare_site: Site) -> None:
        plugin(
            bare_site,
            "vault",
            "@hookimpl\ndef whimbrel_config_sources(config):\n"
            "    return {'sqlalchemy.url': 'postgresql://bob:50%@db/shop', 'timezone': 'UTC', 'version_table': 'v'}\n",
        )
        plugin(
            bare_site, "zeta", "@hookimpl\ndef whimbrel_config_sources(config): return {'timezone': 'Europe/Rome'}\n"
        )
        plugin(bare_site, "nothing", "@hookimpl\ndef whimbrel_config_sources(config): return None\n")
        config = Config()
        config.set_main_option("script_location", "migrations")
        config.set_main_option("version_table", "ours")

        Plugins.load().supply_settings(config)

        assert config.settings.url is not None
        assert config.settings.url.reveal() == "postgresql://bob:50%@db/shop"
        assert config.settings.timezone == "UTC", "vault comes before zeta in the alphabet"
        assert config.settings.version_table == "ours", "arguments win"


class TestAutogenerate:
    def test_the_package_is_missing(self, bare_site: Site) -> None:
        with pytest.raises(AutogenerateNotInstalled) as raised:
            Plugins.load().require_autogenerate("check")
        assert str(raised.value) == (
            "check needs the autogenerate package, which is not installed.\nInstall it:  pip install whimbrel-autogen"
        )

    def test_the_package_cannot_be_loaded(self, bare_site: Site) -> None:
        plugin(bare_site, "autogen", "import sqlglot_that_is_not_there", "whimbrel-autogen")
        with pytest.raises(PluginError) as raised:
            Plugins.load().require_autogenerate("check")
        assert raised.value.message == (
            "The plugin 'autogen' of whimbrel-autogen 1.0 cannot be loaded, and check needs it: ModuleNotFoundError: "
            f"No module named 'sqlglot_that_is_not_there' ({bare_site.folder / 'autogen_plugin.py'}, line 2)"
        )

    def test_the_first_answer_counts(self, bare_site: Site) -> None:
        plugin(bare_site, "first", "@hookimpl\ndef whimbrel_produce_migrations(context): return None\n")
        plugin(bare_site, "second", "@hookimpl\ndef whimbrel_produce_migrations(metadata): return metadata\n")
        found: Any = Plugins.load().produce_migrations(Run(), "the models", asked="check")  # type: ignore[arg-type]  # any value travels through
        assert found == "the models"

    def test_nobody_would(self, bare_site: Site) -> None:
        plugin(bare_site, "picky", "@hookimpl\ndef whimbrel_produce_migrations(context): return None\n")
        with pytest.raises(PluginError) as raised:
            Plugins.load().produce_migrations(Run(), (), asked="check")
        assert raised.value.message == "check cannot run: no plugin compares duckdb with this metadata."

    def test_what_was_found_is_spelled(self, bare_site: Site) -> None:
        plugin(bare_site, "speller", "@hookimpl\ndef whimbrel_render_migrations(script): return {'upgrades': script}\n")
        script: Any = "pass"
        assert Plugins.load().render_migrations(Run(), script, asked="revision") == {"upgrades": "pass"}

    def test_nobody_can_spell_it(self, bare_site: Site) -> None:
        script: Any = "pass"
        with pytest.raises(PluginError, match="no plugin spells it as Python"):
            Plugins.load().render_migrations(Run(), script, asked="revision")


class TestTrace:
    """``WHIMBREL_TRACE_PLUGINS=1``."""

    def test_each_hook_call_is_a_line(
        self, bare_site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("WHIMBREL_TRACE_PLUGINS", "1")
        plugin(bare_site, "one", "@hookimpl\ndef whimbrel_impl(dialect_name): return None\n")
        plugin(bare_site, "two", "@hookimpl\ndef whimbrel_impl(dialect_name): return None\n")

        plugins = Plugins.load()
        plugins.impl_class("ingres")
        plugins.version_applied(Run(), STEP, frozenset())

        captured = capsys.readouterr()
        assert captured.out == ""
        first, second = captured.err.splitlines()
        assert first.startswith(
            "whimbrel hook: whimbrel_impl(dialect_name='ingres') asked plugin 'one' of whimbrel-one 1.0, "
            "plugin 'two' of whimbrel-two 1.0: None ("
        )
        assert first.endswith(" ms)")
        assert second.startswith(
            "whimbrel hook: whimbrel_version_applied(context=<Run>, step=<Step>, heads=<frozenset>) asked nobody: [] ("
        )

    def test_it_tells_no_secret(
        self, bare_site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("WHIMBREL_TRACE_PLUGINS", "1")
        plugin(
            bare_site,
            "vault",
            "@hookimpl\ndef whimbrel_config_sources(config): return {'sqlalchemy.url': 'mysql://bob:hunter2@db/x'}\n"
            "@hookimpl\ndef whimbrel_render_migrations(script): raise OSError('mysql://bob:hunter2@db/x')\n",
        )
        plugins = Plugins.load()
        plugins.supply_settings(Config())
        script: Any = "mysql://bob:hunter2@db/x"
        with pytest.raises(PluginError) as raised:
            plugins.render_migrations(Run(), script, asked="revision")

        told = capsys.readouterr().err
        assert "whimbrel_config_sources(config=<Config>)" in told
        assert "whimbrel_render_migrations(context=<Run>, script='mysql://bob:***@db/x')" in told
        assert ": raised OSError (" in told
        assert "hunter2" not in told
        assert "hunter2" not in str(raised.value)

    def test_it_is_quiet_unless_asked(self, bare_site: Site, capsys: pytest.CaptureFixture[str]) -> None:
        Plugins.load().impl_class("ingres")
        assert "hook" not in capsys.readouterr().err


class Run:
    """As much of a run as a hook may ask for."""

    dialect: Any = SimpleNamespace(name="duckdb")
    connection = None
    impl: Any = None
    as_sql = False
    opts: dict[str, Any] = {}  # noqa: RUF012  # never changed


class Step:
    """A step, of which these plugins ask nothing."""


STEP: Any = Step()
