"""A dialect's package is found by its entry point, when a run meets that database."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

import pytest

from testing.site import Site
from whimbrel.errors import DialectNotInstalled, PluginError
from whimbrel.impl import DefaultImpl
from whimbrel.plugins import Plugins

DUCKDB = """
from whimbrel.impl import DefaultImpl
from whimbrel.plugins import hookimpl

class DuckDBImpl(DefaultImpl):
    transactional_ddl = True

@hookimpl
def whimbrel_impl(dialect_name):
    return DuckDBImpl if dialect_name in ("duckdb", "motherduck") else None
"""


def duckdb(site: Site, distribution: str = "whimbrel-duckdb", module: str = "whimbrel_duckdb") -> None:
    site.install(distribution, {"whimbrel.dialects": {"duckdb": module, "motherduck": module}}, {module: DUCKDB})


def test_only_the_dialect_that_is_met_is_loaded(bare_site: Site) -> None:
    duckdb(bare_site)
    bare_site.install("whimbrel-sybase", {"whimbrel.dialects": {"sybase": "whimbrel_sybase"}}, {"whimbrel_sybase": ""})

    plugins = Plugins.load()
    assert bare_site.imported() == []

    assert plugins.impl_class("duckdb").__name__ == "DuckDBImpl"
    assert bare_site.imported() == ["whimbrel_duckdb"]


def test_one_module_may_serve_two_dialects(bare_site: Site) -> None:
    duckdb(bare_site)
    plugins = Plugins.load()

    assert plugins.impl_class("duckdb") is plugins.impl_class("motherduck")
    assert [info.state for info in plugins.report()] == ["loaded", "loaded"]


@pytest.mark.parametrize(
    ("dialect", "distribution"),
    [
        ("postgresql", "whimbrel-postgresql"),
        ("mysql", "whimbrel-mysql"),
        ("mariadb", "whimbrel-mysql"),
        ("mssql", "whimbrel-mssql"),
        ("oracle", "whimbrel-oracle"),
        ("sqlite", "whimbrel-sqlite"),
    ],
)
def test_a_missing_package_is_told_how_to_install(bare_site: Site, dialect: str, distribution: str) -> None:
    with pytest.raises(DialectNotInstalled) as raised:
        Plugins.load().impl_class(dialect)
    assert str(raised.value) == (
        f"No package for the database '{dialect}' is installed.\nInstall it:  pip install {distribution}"
    )
    assert raised.value.exit_code == 1


def test_a_database_that_nobody_has_a_package_for(bare_site: Site, caplog: pytest.LogCaptureFixture) -> None:
    assert Plugins.load().impl_class("firebird") is DefaultImpl
    assert Plugins.load().impl_class("firebird") is DefaultImpl

    assert [(record.name, record.levelno, record.getMessage()) for record in caplog.records] == [
        (
            "whimbrel.plugins",
            logging.WARNING,
            "No package for the database 'firebird' is installed: plain SQL is used, as the standard has it. "
            "What is special about this database has to be written with op.execute().",
        )
    ]


def test_twenty_threads_hear_one_warning(bare_site: Site, caplog: pytest.LogCaptureFixture) -> None:
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: Plugins.load().impl_class("firebird"), range(20)))
    assert found == [DefaultImpl] * 20
    assert len(caplog.records) == 1


def test_a_package_that_cannot_be_loaded_stops_the_run_that_needs_it(bare_site: Site) -> None:
    bare_site.install(
        "whimbrel-duckdb",
        {"whimbrel.dialects": {"duckdb": "whimbrel_duckdb"}},
        {"whimbrel_duckdb": "import duckdb_driver_that_is_not_there"},
        version="0.3",
    )
    plugins = Plugins.load()
    with pytest.raises(PluginError) as raised:
        plugins.impl_class("duckdb")

    file = bare_site.folder / "whimbrel_duckdb.py"
    assert str(raised.value) == (
        "The dialect 'duckdb' of whimbrel-duckdb 0.3 cannot be loaded, and this run needs it: "
        f"ModuleNotFoundError: No module named 'duckdb_driver_that_is_not_there' ({file}, line 1)\n"
        "Mend it:  pip install --upgrade whimbrel-duckdb  or remove it:  pip uninstall whimbrel-duckdb"
    )
    assert (raised.value.plugin, raised.value.distribution) == ("duckdb", "whimbrel-duckdb 0.3")
    assert isinstance(raised.value.__cause__, ModuleNotFoundError)
    # Another database in the same run does not mind.
    assert plugins.impl_class("firebird") is DefaultImpl


def test_a_dialect_claimed_twice(bare_site: Site) -> None:
    duckdb(bare_site)
    duckdb(bare_site, "acme-duckdb", "acme_duckdb")
    with pytest.raises(PluginError) as raised:
        Plugins.load().impl_class("duckdb")
    assert str(raised.value) == (
        "The dialect 'duckdb' is claimed by acme-duckdb 1.0 and by whimbrel-duckdb 1.0.\n"
        "Keep one of them:  pip uninstall whimbrel-duckdb"
    )


def test_a_plugin_may_answer_before_the_dialects_package(bare_site: Site) -> None:
    duckdb(bare_site)
    bare_site.install(
        "acme",
        {"whimbrel.plugins": {"acme": "acme_plugin"}},
        {
            "acme_plugin": """
            from whimbrel.impl import DefaultImpl
            from whimbrel.plugins import hookimpl

            class AcmeImpl(DefaultImpl):
                pass

            @hookimpl(tryfirst=True)
            def whimbrel_impl(dialect_name):
                return AcmeImpl if dialect_name == "duckdb" else None
            """
        },
    )
    plugins = Plugins.load()
    assert plugins.impl_class("duckdb").__name__ == "AcmeImpl"
    assert plugins.impl_class("motherduck").__name__ == "DuckDBImpl"


def test_an_answer_that_is_no_impl(bare_site: Site) -> None:
    bare_site.install(
        "whimbrel-duckdb",
        {"whimbrel.dialects": {"duckdb": "whimbrel_duckdb"}},
        {"whimbrel_duckdb": DUCKDB.replace("return DuckDBImpl if", "return DuckDBImpl.__name__ if")},
    )
    with pytest.raises(PluginError, match=r"whimbrel_impl\('duckdb'\) was answered with 'DuckDBImpl'"):
        Plugins.load().impl_class("duckdb")


def test_a_class_that_the_application_defines_itself(
    bare_site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """In env.py, as the peer's documentation has it."""
    monkeypatch.setattr(DefaultImpl, "_by_dialect", {})
    duckdb(bare_site)
    plugins = Plugins.load()

    class IngresImpl(DefaultImpl):
        __dialect__ = "ingres"

    class OurDuckDBImpl(plugins.impl_class("duckdb")):  # type: ignore[misc]  # mypy wants a literal base class
        __dialect__ = "duckdb"

    class StrangeDuckImpl(DefaultImpl):
        __dialect__ = "motherduck"

    assert plugins.impl_class("ingres") is IngresImpl
    assert plugins.impl_class("duckdb") is OurDuckDBImpl, "it derives from the package's class"
    assert plugins.impl_class("motherduck").__name__ == "DuckDBImpl", "it does not"
    assert caplog.records == []
