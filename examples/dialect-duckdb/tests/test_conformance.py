"""DuckDB passes the suite that any dialect is to pass."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from whimbrel_duckdb.reflection import DuckDBInspector

from whimbrel.testing import Case, DialectSuite


class TestDuckDB(DialectSuite):
    @pytest.fixture
    def database_url(self, tmp_path: Path) -> str:
        return f"duckdb:///{tmp_path / 'test.duckdb'}"

    def adapt(self, case: Case) -> Case:
        """DuckDB takes an index for gone only after a commit: its column cannot be dropped in the same transaction."""
        if case.name != "add_column_with_index":
            return case
        return replace(case, back=lambda op: (op.drop_table("account"), case.start(op)))

    def inspector(self, connection: sa.Connection) -> DuckDBInspector:
        """SQLAlchemy's dialect for DuckDB reflects only a part."""
        return DuckDBInspector(connection)
