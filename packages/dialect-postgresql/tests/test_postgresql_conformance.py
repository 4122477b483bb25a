"""PostgreSQL passes the suite that any dialect is to pass."""

from __future__ import annotations

import pytest

from testing.databases import Database
from whimbrel.testing import DialectSuite


class TestPostgreSQL(DialectSuite):
    @pytest.fixture
    def database_url(self, postgresql_database: Database) -> str:
        return postgresql_database.url
