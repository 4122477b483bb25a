"""Transactions: what a revision that fails leaves behind."""

from __future__ import annotations

import pytest
from sqlalchemy import Engine

from whimbrel import command
from whimbrel.errors import MigrationFailed
from whimbrel.impl import Capability, Support
from whimbrel.runtime.migration import MigrationContext
from whimbrel.testing.project import Project
from whimbrel.testing.suites.base import SuiteBase

CREATE = 'op.create_table("{0}", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))'
FAILS = f"""
{CREATE.format("half")}
op.execute("INSERT INTO half (id) VALUES (1)")
op.execute("SELECT there_is_no_such_column FROM half")
"""


class TransactionsSuite(SuiteBase):
    """A run in which the second of two revisions fails half-way."""

    def test_a_failing_revision_leaves_nothing_where_ddl_is_transactional(
        self, project: Project, engine: Engine
    ) -> None:
        """What came before it stays; of itself nothing does, or, where DDL is not transactional, all that was done."""
        project.add("a", upgrade=CREATE.format("t_a"), downgrade="")
        project.add("b", "a", upgrade=FAILS, downgrade="")
        with pytest.raises(MigrationFailed) as caught:
            command.upgrade(project.config(), "head")
        assert caught.value.revision == "b"
        transactional = self.support(engine, Capability.TRANSACTIONAL_DDL)
        with engine.connect() as connection:
            assert MigrationContext.configure(connection).get_current_heads() == ("a",)
        left = set() if transactional is Support.YES else {"half", "whimbrel_journal"}
        assert set(self.tables(engine)) == {"whimbrel_version", "whimbrel_history", "t_a"} | left

    def test_a_failing_downgrade_stays_where_it_was(self, project: Project, engine: Engine) -> None:
        """The version row says so too."""
        project.add("a", upgrade=CREATE.format("t_a"), downgrade=FAILS)
        command.upgrade(project.config(), "head")
        before = self.catalog(engine)
        with pytest.raises(MigrationFailed):
            command.downgrade(project.config(), "base")
        with engine.connect() as connection:
            assert MigrationContext.configure(connection).get_current_heads() == ("a",)
        if self.support(engine, Capability.TRANSACTIONAL_DDL) is Support.YES:
            assert self.catalog(engine) == before

    def test_a_string_that_is_too_long_is_refused_where_that_is_declared(
        self, project: Project, engine: Engine
    ) -> None:
        """Whether ``VARCHAR(n)`` counts is what decides if a narrow version table has to be widened."""
        declared = self.support(engine, Capability.STRING_LENGTH)
        create = 'op.create_table("narrow", sa.Column("word", sa.String(3)))'
        project.add("a", upgrade=create, downgrade="")
        project.add("b", "a", upgrade="op.execute(\"INSERT INTO narrow (word) VALUES ('abcd')\")", downgrade="")
        if declared is Support.YES:
            with pytest.raises(MigrationFailed):
                command.upgrade(project.config(), "head")
        elif declared is Support.NO:
            command.upgrade(project.config(), "head")
        else:
            pytest.xfail("not declared: STRING_LENGTH")
