"""PostgreSQL passes the suite that any dialect is to pass."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from testing.databases import Database
from whimbrel.testing import DialectSuite


@pytest.fixture(scope="class")
def shared_database(new_shared_database: Callable[[str], Database]) -> Database:
    return new_shared_database("postgresql")


class TestPostgreSQL(DialectSuite):
    @pytest.fixture
    def database_url(self, shared_database: Database) -> str:
        return shared_database.url
