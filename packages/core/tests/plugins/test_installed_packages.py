"""Whimbrel's own packages come in by the same door as everybody's."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("dialect", "package"),
    [
        ("sqlite", "whimbrel_sqlite"),
        ("postgresql", "whimbrel_postgresql"),
        ("mysql", "whimbrel_mysql"),
        ("mariadb", "whimbrel_mysql"),
        ("mssql", "whimbrel_mssql"),
        ("oracle", "whimbrel_oracle"),
    ],
)
def test_a_run_imports_the_package_of_its_own_database_only(dialect: str, package: str) -> None:
    code = (
        "import sys\n"
        "from whimbrel.plugins import Plugins\n"
        "def ours(): return sorted({name.partition('.')[0] for name in sys.modules if name.startswith('whimbrel_')})\n"
        "plugins = Plugins.load()\n"
        "print(ours())\n"
        f"found = plugins.impl_class({dialect!r})\n"
        "print(ours(), found.__module__.partition('.')[0], found.__dialect__)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "['whimbrel_alembic', 'whimbrel_autogen']",
        f"{sorted(['whimbrel_alembic', 'whimbrel_autogen', package])} {package} {dialect}",
    ]
    assert done.stderr == ""


def test_a_plugin_of_nothing_but_a_command_needs_neither_manager_nor_sqlalchemy() -> None:
    code = (
        "import sys\n"
        "from whimbrel.plugins import hookimpl\n"
        "print([name for name in ('sqlalchemy', 'whimbrel.impl', 'whimbrel.plugins.manager') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
