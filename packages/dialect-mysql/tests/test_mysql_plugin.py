"""The package is found by its entry point, and says which class serves its databases."""

from __future__ import annotations

from whimbrel.plugins import Plugins
from whimbrel_mysql.impl import MariaDBImpl, MySQLImpl


def test_found_by_the_names_of_both_dialects() -> None:
    plugins = Plugins.load()
    assert plugins.impl_class("mysql") is MySQLImpl
    assert plugins.impl_class("mariadb") is MariaDBImpl
