"""Commands that installed packages bring."""

from __future__ import annotations

import pytest

from testing.site import throwaway_site


@pytest.fixture
def site(tmp_path):
    """A folder that distributions can be installed into."""
    folder = tmp_path / "site"
    folder.mkdir()
    with throwaway_site(folder) as site:
        yield site


@pytest.fixture
def shop(site):
    """A distribution with a command."""
    site.install(
        "whimbrel-shop",
        {"whimbrel.commands": {"restock": "whimbrel_shop:restock"}},
        {
            "whimbrel_shop": """
            import click

            @click.command()
            @click.argument("what")
            @click.pass_obj
            def restock(session, what):
                '''Fill the shelves.'''
                click.echo(f"restocked {what} {session.section}")
            """
        },
        version="1.2",
    )
    return site


def test_it_runs(shop, run):
    assert run("-n", "shop", "restock", "pears") == (0, "restocked pears shop\n", "")


def test_help_lists_it(shop, run):
    assert "Commands of installed packages:\n  restock  Fill the shelves.\n" in run("--help").out


def test_it_is_imported_only_when_needed(shop, run):
    run("list_templates")
    assert shop.imported() == []


def test_it_is_found_by_a_name_that_is_near(shop, run):
    assert run("restok").err.endswith("Error: No such command 'restok'. Did you mean restock?\n")


@pytest.mark.parametrize("switch", ["option", "variable"])
def test_it_can_be_switched_off(shop, run, monkeypatch, switch):
    words = ["--no-plugins"] if switch == "option" else []
    if switch == "variable":
        monkeypatch.setenv("WHIMBREL_DISABLE_PLUGINS", "1")
    assert run(*words, "restock", "pears").code == 2
    assert shop.imported() == []


def test_no_plugins_is_over_when_the_command_line_is(shop, run):
    run("--no-plugins", "list_templates")
    assert run("restock", "pears").code == 0


def test_a_built_in_name_cannot_be_taken(site, run):
    site.install("whimbrel-thief", {"whimbrel.commands": {"heads": "thief:heads"}}, {"thief": ""})
    done = run("--help")
    assert done.code == 0
    assert done.err == "Warning: whimbrel-thief 1.0 names a command 'heads', which is built in; left out.\n"


def test_one_that_cannot_be_imported_says_why_when_it_runs_and_harms_no_other(site, shop, run):
    site.install("whimbrel-bad", {"whimbrel.commands": {"spoil": "bad:spoil"}}, {"bad": "raise RuntimeError('rotten')"})
    assert "spoil    (broken: whimbrel-bad 1.0)" in run("--help").out
    assert run("restock", "pears").code == 0
    done = run("spoil", "--now")
    assert done.code == 1
    assert done.err == (
        "Error: The command 'spoil' of whimbrel-bad 1.0 cannot be loaded: RuntimeError: rotten "
        f"({site.folder / 'bad.py'}, line 1)\n"
    )


def test_running_one_imports_no_other(site, shop, run):
    site.install("whimbrel-other", {"whimbrel.commands": {"other": "other"}}, {"other": ""})
    run("restock", "pears")
    assert shop.imported() == ["whimbrel_shop"]
