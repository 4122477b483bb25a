"""Plugins are loaded when a run starts; one that cannot be is named and left out."""

from __future__ import annotations

import pytest

from testing.site import Site
from whimbrel.plugins import PluginInfo, Plugins

GOOD = """
from whimbrel.plugins import hookimpl

@hookimpl
def whimbrel_impl(dialect_name):
    return None
"""

BROKEN = {
    "its own dependency is missing": (
        "import a_package_that_is_not_there",
        "ModuleNotFoundError: No module named 'a_package_that_is_not_there' ({file}, line 1)",
    ),
    "it raises": (
        "x = 1\nraise RuntimeError('no licence\\nfound')",
        "RuntimeError: no licence found ({file}, line 2)",
    ),
    "it is not Python": (
        "def whimbrel_impl(:",
        "SyntaxError: invalid syntax (bad_plugin.py, line 1)",
    ),
    "it leaves": (
        "import sys\nsys.exit(3)",
        "SystemExit: 3 ({file}, line 2)",
    ),
    "it shows a password": (
        "raise OSError('cannot reach postgresql://bob:hunter2@db/x with password=hunter2')",
        "OSError: cannot reach postgresql://bob:***@db/x with password=*** ({file}, line 1)",
    ),
    "it implements a hook that is not there": (
        GOOD.replace("whimbrel_impl(dialect_name)", "whimbrel_impel(dialect_name)"),
        "it implements whimbrel_impel, which is no hook of this version; did you mean whimbrel_impl?",
    ),
    "it asks for an argument that is not there": (
        GOOD.replace("dialect_name", "dialect"),
        "PluginValidationError: Plugin \"plugin 'bad' of whimbrel-bad 2.0\" for hook 'whimbrel_impl' "
        "hookimpl definition: whimbrel_impl(dialect) Argument(s) {{'dialect'}} are declared in the hookimpl "
        "but can not be found in the hookspec",
    ),
}


def install_bad(site: Site, source: str) -> None:
    site.install("whimbrel-bad", {"whimbrel.plugins": {"bad": "bad_plugin"}}, {"bad_plugin": source}, version="2.0")


@pytest.mark.parametrize("case", BROKEN)
def test_pain_25_a_plugin_that_fails_is_named_and_the_rest_goes_on(
    bare_site: Site, caplog: pytest.LogCaptureFixture, case: str
) -> None:
    """Alembic issue 1873: one plugin that cannot be imported breaks every command."""
    source, expected = BROKEN[case]
    expected = expected.format(file=bare_site.folder / "bad_plugin.py")
    install_bad(bare_site, source)
    bare_site.install("whimbrel-good", {"whimbrel.plugins": {"good": "good_plugin"}}, {"good_plugin": GOOD})

    for _ in range(2):
        report = Plugins.load().report()

    assert report == [
        PluginInfo("whimbrel.plugins", "bad", "bad_plugin", "whimbrel-bad", "2.0", "failed", expected),
        PluginInfo(
            "whimbrel.plugins", "good", "good_plugin", "whimbrel-good", "1.0", "loaded", None, ("whimbrel_impl",)
        ),
    ]
    assert [record.getMessage() for record in caplog.records] == [
        f"The plugin 'bad' of whimbrel-bad 2.0 is left out: {expected}. "
        "Mend it:  pip install --upgrade whimbrel-bad  or remove it:  pip uninstall whimbrel-bad"
    ]


def test_a_plugin_whose_hooks_are_wrong_answers_nothing_at_all(bare_site: Site) -> None:
    install_bad(
        bare_site,
        """
        from whimbrel.plugins import hookimpl

        @hookimpl
        def whimbrel_config_sources(config):
            raise AssertionError("must not be called")

        @hookimpl
        def whimbrel_impl(dialect):
            raise AssertionError("must not be called")
        """,
    )
    assert Plugins.load().hook.whimbrel_config_sources(config=None) == []


def test_an_optional_hook_need_not_be_there(bare_site: Site) -> None:
    bare_site.install(
        "whimbrel-good",
        {"whimbrel.plugins": {"good": "good_plugin"}},
        {
            "good_plugin": """
            from whimbrel.plugins import hookimpl

            @hookimpl(optionalhook=True)
            def whimbrel_compare_something(context):
                return None
            """
        },
    )
    assert [info.state for info in Plugins.load().report()] == ["loaded"]


def test_a_plugin_may_declare_hooks_for_other_plugins(bare_site: Site) -> None:
    bare_site.install(
        "zoo",
        {"whimbrel.plugins": {"zoo": "zoo_plugin"}},
        {
            "zoo_specs": """
            from whimbrel.plugins import hookspec

            @hookspec
            def whimbrel_zoo_animal(legs):
                ...
            """,
            "zoo_plugin": """
            import zoo_specs
            from whimbrel.plugins import hookimpl

            @hookimpl
            def whimbrel_hookspecs():
                return zoo_specs
            """,
        },
    )
    for animal in ("ant", "spider"):
        bare_site.install(
            animal,
            {"whimbrel.plugins": {animal: f"{animal}_plugin"}},
            {
                f"{animal}_plugin": f"""
                from whimbrel.plugins import hookimpl

                @hookimpl
                def whimbrel_zoo_animal(legs):
                    return "{animal} with " + str(legs)
                """
            },
        )
    plugins = Plugins.load()
    assert plugins.hook.whimbrel_zoo_animal(legs=6) == ["ant with 6", "spider with 6"], "in the order of their names"


@pytest.mark.parametrize("how", ["argument", "variable"])
def test_outsiders_can_be_switched_off(bare_site: Site, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    if how == "variable":
        monkeypatch.setenv("WHIMBREL_DISABLE_PLUGINS", "1")
    bare_site.install("whimbrel-good", {"whimbrel.plugins": {"good": "good_plugin"}}, {"good_plugin": GOOD})
    bare_site.install("whimbrel-autogen", {"whimbrel.plugins": {"autogen": "autogen_plugin"}}, {"autogen_plugin": GOOD})

    report = Plugins.load(disabled=how == "argument").report(probe=True)

    assert [(info.name, info.state) for info in report] == [("autogen", "loaded"), ("good", "disabled")]
    assert bare_site.imported() == ["autogen_plugin"]


@pytest.mark.parametrize("value", ["", "0", "false", "No", "off"])
def test_a_variable_that_says_no(bare_site: Site, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("WHIMBREL_DISABLE_PLUGINS", value)
    bare_site.install("whimbrel-good", {"whimbrel.plugins": {"good": "good_plugin"}}, {"good_plugin": GOOD})
    assert [info.state for info in Plugins.load().report()] == ["loaded"]


def test_the_report_tells_what_could_be_loaded(bare_site: Site) -> None:
    bare_site.install(
        "duck",
        {
            "whimbrel.dialects": {"duckdb": "duck_dialect"},
            "whimbrel.commands": {"quack": "duck_command:quack", "quiet": "duck_command:nothing"},
            "whimbrel.plugins": {"duck": "duck_plugin"},
        },
        {
            "duck_dialect": GOOD,
            "duck_plugin": GOOD,
            "duck_command": """
            import click

            @click.command
            def quack():
                "Say it."

            nothing = None
            """,
        },
    )
    plugins = Plugins.load()

    assert [(info.name, info.state) for info in plugins.report()] == [
        ("duckdb", "available"),
        ("quack", "available"),
        ("quiet", "available"),
        ("duck", "loaded"),
    ]
    assert [(info.name, info.state, info.error) for info in plugins.report(probe=True)] == [
        ("duckdb", "loaded", None),
        ("quack", "loaded", None),
        ("quiet", "failed", "duck_command:nothing is NoneType, not a click command"),
        ("duck", "loaded", None),
    ]
