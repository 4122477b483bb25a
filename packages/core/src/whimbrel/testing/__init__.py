"""For authors of dialect packages: the conformance suite, and what its cases are made of (``whimbrel[testing]``)."""

from __future__ import annotations

try:
    import pytest
except ImportError as error:
    raise ImportError("whimbrel.testing needs pytest.  Install it:  pip install 'whimbrel[testing]'") from error

pytest.register_assert_rewrite("whimbrel.testing.suites")

from whimbrel.testing.catalog import Inspects, catalog, changes, mismatches
from whimbrel.testing.project import Project
from whimbrel.testing.running import (
    Action,
    apply,
    execute_text,
    operations,
    sql_of,
    statements,
    text_context,
    text_of,
)
from whimbrel.testing.suites.base import UndeclaredCapability
from whimbrel.testing.suites.batch import BatchSuite
from whimbrel.testing.suites.case import Case
from whimbrel.testing.suites.cases import CASES
from whimbrel.testing.suites.names import NamesSuite
from whimbrel.testing.suites.operations import OperationsSuite
from whimbrel.testing.suites.rows import RowsSuite
from whimbrel.testing.suites.transactions import TransactionsSuite
from whimbrel.testing.suites.versions import VersionsSuite


class DialectSuite(OperationsSuite, NamesSuite, RowsSuite, VersionsSuite, TransactionsSuite, BatchSuite):
    """Everything that a dialect has to get right.

    Override the fixture ``database_url``, and run pytest. Each part can be used by itself, too.

    Example::

        class TestDuckDB(DialectSuite):
            @pytest.fixture
            def database_url(self, tmp_path):
                return f"duckdb:///{tmp_path / 'test.duckdb'}"
    """


__all__ = [
    "CASES",
    "Action",
    "BatchSuite",
    "Case",
    "DialectSuite",
    "Inspects",
    "NamesSuite",
    "OperationsSuite",
    "Project",
    "RowsSuite",
    "TransactionsSuite",
    "UndeclaredCapability",
    "VersionsSuite",
    "apply",
    "catalog",
    "changes",
    "execute_text",
    "mismatches",
    "operations",
    "sql_of",
    "statements",
    "text_context",
    "text_of",
]
