"""PostgreSQL passes the suite that any dialect is to pass."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from testing.databases import Database
from whimbrel.testing import Case, DialectSuite


@pytest.fixture(scope="class")
def shared_database(new_shared_database: Callable[[str], Database]) -> Database:
    return new_shared_database("postgresql")


class TestPostgreSQL(DialectSuite):
    def adapt(self, case: Case) -> Case:
        """Text is written for any server, and those before PostgreSQL 18 have no virtual columns."""
        if case.name != "add_column_computed":
            return case
        computed = sa.Computed("size * 2", persisted=True)
        return replace(case, action=lambda op: op.add_column("account", sa.Column("extra", sa.Integer, computed)))

    @pytest.fixture
    def database_url(self, shared_database: Database) -> str:
        return shared_database.url
