"""``whimbrel.testing``: what authors of dialects may rely on, and what its own helpers say."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

import whimbrel.testing
from whimbrel.errors import UnsupportedOperation
from whimbrel.impl import Capability, DefaultImpl, Support
from whimbrel.plugins import Plugins
from whimbrel.testing import CASES, DialectSuite, UndeclaredCapability, mismatches, statements, text_context
from whimbrel.testing.suites.base import Connected, SuiteBase

PUBLIC = [
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


def test_the_public_names_are_these() -> None:
    assert whimbrel.testing.__all__ == PUBLIC
    assert all(hasattr(whimbrel.testing, name) for name in PUBLIC)


def test_each_case_has_a_name_of_its_own() -> None:
    assert len({case.name for case in CASES}) == len(CASES)


def test_without_pytest_it_says_what_to_install() -> None:
    program = "import sys; sys.modules['pytest'] = None; import whimbrel.testing"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "pip install 'whimbrel[testing]'" in done.stderr


def test_nothing_else_in_core_imports_it() -> None:
    program = "import sys, whimbrel.op, whimbrel.runtime.environment; print('whimbrel.testing' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_suite_without_a_database_says_what_to_override() -> None:
    class MySuite(DialectSuite):
        pass

    with pytest.raises(NotImplementedError, match="MySuite has to override the fixture database_url"):
        DialectSuite.database_url.__wrapped__(MySuite())


@pytest.mark.parametrize(
    ("patterns", "lines", "expected"),
    [
        (["+ table t"], ["+ table t"], []),
        (["+ column t.* INTEGER*"], ["+ column t.a INTEGER null", "+ column t.b INTEGER not null"], []),
        (["+ table t"], ["+ table t", "- table u"], ["not expected: - table u"]),
        (["+ table t", "- table u"], ["+ table t"], ["missing: - table u"]),
        (["+ table t", "? + index t.*"], ["+ table t"], []),
        (["+ table t", "? + index t.*"], ["+ table t", "+ index t.x (a)"], []),
        (["+ table [t]"], ["+ table t"], ["not expected: + table t", "missing: + table [t]"]),
    ],
)
def test_each_line_fits_a_pattern_and_each_pattern_a_line(
    patterns: list[str], lines: list[str], expected: list[str]
) -> None:
    assert mismatches(patterns, lines) == expected


def test_statements_are_found_in_what_a_run_writes() -> None:
    context, stream = text_context("sqlite")
    with context.begin_transaction(), context.begin_transaction(_per_migration=True):
        context.impl.static_output("-- Running upgrade  -> a")
        context.execute("CREATE TABLE t (a INTEGER)")
        context.execute("INSERT INTO t VALUES (';')")
    assert stream.getvalue().startswith("BEGIN;")
    assert statements(stream.getvalue(), context.impl) == ["CREATE TABLE t (a INTEGER)", "INSERT INTO t VALUES (';')"]


# -- what the suite makes of what a dialect declares -------------------------------------------------------------------


class Dialect(SuiteBase):
    """Over SQLite, with an Impl that says something else than the truth."""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = sa.create_engine(f"sqlite:///{tmp_path}/test.db")
    with engine.begin() as connection:
        connection.execute(sa.text("CREATE TABLE t (a INTEGER, b INTEGER)"))
    yield engine
    engine.dispose()


def says(monkeypatch: pytest.MonkeyPatch, capability: Capability, support: Support) -> None:
    impl = type("SaysImpl", (DefaultImpl,), {"capabilities": {capability: support}, "transactional_ddl": True})
    monkeypatch.setattr(Plugins, "impl_class", lambda self, name: impl)


def drop_column(engine: sa.Engine, column: str = "b", may_pass_over: bool = False) -> bool:
    needs = [Capability.DROP_COLUMN]
    return Dialect().carried_out(
        engine, Connected(engine), lambda op: op.drop_column("t", column), needs, may_pass_over
    )


def test_what_is_declared_and_works_is_carried_out(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, Capability.DROP_COLUMN, Support.YES)
    assert drop_column(engine)
    assert "column t.b INTEGER null" not in Dialect().catalog(engine)


def test_what_is_declared_and_fails_is_a_failure(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, Capability.DROP_COLUMN, Support.YES)
    with pytest.raises(sa.exc.OperationalError):
        drop_column(engine, "missing")


def test_what_is_declared_not_to_work_has_to_be_refused(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, Capability.DROP_COLUMN, Support.NO)
    assert not drop_column(engine)

    monkeypatch.setattr(DefaultImpl, "require", lambda *args: None)  # a dialect that forgets to refuse
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        drop_column(engine)


def test_a_comment_may_be_passed_over_but_not_half_done(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, Capability.DROP_COLUMN, Support.NO)
    monkeypatch.setattr(DefaultImpl, "require", lambda *args: None)
    with pytest.raises(AssertionError, match="what is refused changes nothing"):
        drop_column(engine, may_pass_over=True)


def test_what_is_not_declared_and_works_is_reported(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, Capability.DROP_COLUMN, Support.UNKNOWN)
    with pytest.warns(UndeclaredCapability, match=r"DROP_COLUMN; it works, so declare Support\.YES"):
        assert drop_column(engine)


def test_what_is_not_declared_and_fails_is_an_expected_failure(
    engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(monkeypatch, Capability.DROP_COLUMN, Support.UNKNOWN)
    with pytest.raises(pytest.xfail.Exception, match=r"not declared: DROP_COLUMN; it does not work"):
        drop_column(engine, "missing")


def test_a_refusal_that_names_no_remedy_is_a_failure(engine: sa.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    class MuteImpl(DefaultImpl):
        def drop_column(self, *args: object, **kw: object) -> None:
            raise UnsupportedOperation("sqlite cannot.", dialect="sqlite", operation="drop_column")

        def support(self, capability: Capability) -> Support:
            return Support.NO

    monkeypatch.setattr(Plugins, "impl_class", lambda self, name: MuteImpl)
    with pytest.raises(AssertionError, match="names the operation"):
        drop_column(engine)
