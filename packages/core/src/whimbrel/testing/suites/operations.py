"""Every operation: what it does to the catalog, that it can be undone, and that its text does the same."""

from __future__ import annotations

import textwrap

import pytest
from sqlalchemy import Engine

from whimbrel.impl import DefaultImpl, Support
from whimbrel.testing.catalog import changes, mismatches
from whimbrel.testing.running import apply, operations
from whimbrel.testing.suites.base import AsText, Connected, SuiteBase, Way
from whimbrel.testing.suites.case import Case
from whimbrel.testing.suites.cases import CASES


class OperationsSuite(SuiteBase):
    """Each operation on a connection, and as text that is then executed."""

    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
    def test_on_a_connection(self, case: Case, engine: Engine) -> None:
        """The operation has its effect; its reverse brings the start back."""
        case = self.adapt(case)
        apply(engine, case.start)
        self.there_and_back(case, engine, Connected(engine))

    @pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
    def test_as_text(self, case: Case, engine: Engine) -> None:
        """The text of the operation, executed, does what the operation does; so does the text of its reverse."""
        case = self.adapt(case)
        way, online = AsText(engine, engine.url), Connected(engine)
        if online.support(case.needs) is Support.NO and way.support(case.needs) is not Support.NO:
            pytest.skip("the text is written for another server than this one, which has no such thing")
        apply(engine, case.start)
        expected = None
        needs = (*case.needs, *case.back_needs)
        if way.support(needs) is online.support(needs) is Support.YES:
            online.run(case.action)
            expected = self.catalog(engine)
            online.run(case.back)
        self.there_and_back(case, engine, way, expected)

    def adapt(self, case: Case) -> Case:
        """Return a case as this database wants it; override it where one has to be spelt otherwise, and say why.

        :param case: one of ``whimbrel.testing.CASES``.
        """
        return case

    def there_and_back(self, case: Case, engine: Engine, way: Way, expected: list[str] | None = None) -> None:
        """Carry a case out and undo it, and look at the catalog after each step.

        :param case: the case; its start is there.
        :param engine: the database under test.
        :param way: how to carry it out.
        :param expected: the catalog that it leads to, where it is known.
        """
        before = self.catalog(engine)
        if not self.carried_out(engine, way, case.action, case.needs, case.may_pass_over):
            return
        after = self.catalog(engine)
        effect = textwrap.dedent(case.effect).strip().splitlines()
        assert mismatches(effect, changes(before, after).splitlines()) == []
        if expected is not None:
            assert changes(expected, after) == ""
        if self.carried_out(engine, way, case.back, case.back_needs, case.may_pass_over):
            assert changes(before, self.catalog(engine)) == ""

    def test_the_package_serves_the_dialect(self, engine: Engine) -> None:
        """The package is installed, is found by its entry point, and answers for its dialect."""
        with operations(engine) as op:
            assert type(op.impl) is not DefaultImpl
            assert op.impl.__dialect__ == engine.dialect.name == engine.url.get_backend_name()
