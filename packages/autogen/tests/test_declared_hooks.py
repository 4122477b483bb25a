"""The hooks that the package declares, and what it answers itself."""

from __future__ import annotations

import inspect
from importlib.metadata import version
from pathlib import Path

import pytest

from testing.site import throwaway_site
from whimbrel.plugins import Plugins
from whimbrel_autogen import specs
from whimbrel_autogen.pairs import Pair

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

    (info,) = [info for info in plugins.report() if (info.distribution, info.name) == ("whimbrel-autogen", "autogen")]
    assert (info.name, info.state, info.version) == ("autogen", "loaded", version("whimbrel-autogen"))
    assert info.hooks == (
        "whimbrel_hookspecs",
        "whimbrel_produce_migrations",
        "whimbrel_read_metadata",
        "whimbrel_render_migrations",
    )
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
            types = Pair("INTEGER", "BIGINT")
            assert plugins.hook.whimbrel_compare_type(context=None, column=None, types=types) is True
