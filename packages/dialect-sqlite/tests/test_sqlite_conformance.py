"""SQLite passes the suite that any dialect is to pass."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from testing.databases import Database
from whimbrel.testing import DialectSuite

EXPRESSION_INDEXES = """
    SELECT tbl_name, name, substr(sql, instr(sql, '(')) FROM sqlite_master WHERE type = 'index' AND sql LIKE '%(%(%'
"""


class TestSQLite(DialectSuite):
    @pytest.fixture
    def database_url(self, sqlite_database: Database) -> str:
        return sqlite_database.url

    def catalog(self, engine: sa.Engine) -> list[str]:
        """With the indexes over expressions, which SQLAlchemy does not reflect here."""
        with engine.connect() as connection:
            indexes = connection.execute(sa.text(EXPRESSION_INDEXES)).all()
        return sorted([*super().catalog(engine), *(f"index {table}.{name} {what}" for table, name, what in indexes)])
