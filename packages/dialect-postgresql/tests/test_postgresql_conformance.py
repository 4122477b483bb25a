"""PostgreSQL passes the suite that any dialect is to pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from testing.databases import Database
from whimbrel.testing import DialectSuite


class TestPostgreSQL(DialectSuite):
    @pytest.fixture(scope="class")
    def database_url(self, new_shared_database: Callable[[str], Database]) -> str:
        return new_shared_database("postgresql").url
