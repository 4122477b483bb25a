"""The operations of the conformance suite, as text: each is written with every quote closed, or refused as declared."""

from __future__ import annotations

import pytest

from testing.quoting import batches, tokens
from testing.wings import Action, text_of
from whimbrel.errors import UnsupportedOperation
from whimbrel.impl import Capability, Support
from whimbrel.testing import CASES, Case
from whimbrel_mssql.impl import MSSQLImpl


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_written_or_refused(case: Case) -> None:
    check(case.action, case.needs)
    check(case.back, case.back_needs)


def check(action: Action, needs: tuple[Capability, ...]) -> None:
    if any(MSSQLImpl.capabilities[needed] is Support.NO for needed in needs):
        with pytest.raises(UnsupportedOperation):
            text_of("mssql", action)
        return
    for statement in batches("mssql", text_of("mssql", action), "GO"):
        tokens("mssql", statement)  # raises where a quote is open
