"""The package is found by its entry point, and says which class serves its databases."""

from __future__ import annotations

from whimbrel.plugins import Plugins
from whimbrel_mssql.impl import MSSQLImpl


def test_found_by_the_name_of_the_dialect() -> None:
    assert Plugins.load().impl_class("mssql") is MSSQLImpl
