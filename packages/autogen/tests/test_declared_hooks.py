"""This release declares its hooks through core's, and pretends to nothing else."""

from __future__ import annotations

import inspect
from importlib.metadata import version
from pathlib import Path

import pytest

from testing.site import throwaway_site
from whimbrel.errors import PluginError
from whimbrel.plugins import Plugins
from whimbrel_autogen import plugin, specs

HOOKS = {
    "whimbrel_compare_column",
    "whimbrel_compare_constraint",
    "whimbrel_compare_index",
    "whimbrel_compare_schema",
    "whimbrel_compare_server_default",
    "whimbrel_compare_table",
    "whimbrel_compare_type",
    "whimbrel_include_name",
    "whimbrel_include_object",
    "whimbrel_process_directives",
    "whimbrel_render_item",
}


def test_core_loads_the_installed_package_and_knows_its_hooks() -> None:
    plugins = Plugins.load()

    (info,) = [info for info in plugins.report() if info.distribution == "whimbrel-autogen"]
    assert (info.name, info.state, info.version) == ("autogen", "loaded", version("whimbrel-autogen"))
    assert info.hooks == ("whimbrel_hookspecs",)
    for name in HOOKS:
        assert getattr(plugins.hook, name).has_spec(), name


def test_each_hook_says_what_its_parameters_mean() -> None:
    declared = {name: item for name, item in vars(specs).items() if name.startswith("whimbrel_")}
    assert set(declared) == HOOKS
    for name, function in declared.items():
        documented = set(_documented(function.__doc__ or ""))
        assert documented == set(inspect.signature(function).parameters), name


def _documented(text: str) -> list[str]:
    return [
        line.split(":")[1].removeprefix("param ") for line in map(str.strip, text.splitlines()) if ":param " in line
    ]


@pytest.mark.parametrize("asked", ["revision --autogenerate", "check"])
def test_asked_to_compare_it_says_that_it_does_not_yet(asked: str) -> None:
    assert not hasattr(plugin, "whimbrel_produce_migrations")
    with pytest.raises(PluginError) as raised:
        Plugins.load().require_autogenerate(asked)
    assert raised.value.message == (
        f"{asked} cannot run: whimbrel-autogen {version('whimbrel-autogen')} declares the hooks of autogenerate "
        "but compares nothing yet."
    )


DUCKDB = """
from whimbrel.impl import DefaultImpl
from whimbrel.plugins import hookimpl

@hookimpl
def whimbrel_impl(dialect_name):
    return DefaultImpl

@hookimpl(optionalhook=True)
def whimbrel_compare_type(types):
    return types.database != types.models
"""


@pytest.mark.parametrize("autogenerate", ["installed", "not installed"])
def test_a_dialect_may_answer_them_without_importing_this_package(tmp_path: Path, autogenerate: str) -> None:
    with throwaway_site(tmp_path, bare=autogenerate == "not installed") as site:
        site.install("whimbrel-duckdb", {"whimbrel.dialects": {"duckdb": "duckdb_plugin"}}, {"duckdb_plugin": DUCKDB})
        plugins = Plugins.load()
        plugins.impl_class("duckdb")

        (info,) = [info for info in plugins.report() if info.name == "duckdb"]
        assert (info.state, info.hooks) == ("loaded", ("whimbrel_compare_type", "whimbrel_impl"))
        if autogenerate == "installed":
            types = specs.Pair("INTEGER", "BIGINT")
            assert plugins.hook.whimbrel_compare_type(context=None, column=None, types=types) is True
