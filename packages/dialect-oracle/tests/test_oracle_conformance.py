"""The operations of the conformance suite, as text: each is written with every quote closed, or refused as declared."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import Computed

from testing.quoting import batches, tokens
from testing.wings import Action, text_of
from whimbrel.errors import UnsupportedOperation
from whimbrel.impl import Capability, Support
from whimbrel.testing import CASES, Case
from whimbrel.testing.suites.generated import computing
from whimbrel_oracle.impl import OracleImpl


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_written_or_refused(case: Case) -> None:
    if case.name == "alter_column_computed_expression":  # Oracle has no stored ones
        virtual = (Computed("a + 2"), Computed("a + 1"))
        case = replace(case, action=computing("total", *virtual), back=computing("total", *reversed(virtual)))
    check(case.action, case.needs)
    check(case.back, case.back_needs)


def check(action: Action, needs: tuple[Capability, ...]) -> None:
    if any(OracleImpl.capabilities[needed] is Support.NO for needed in needs):
        with pytest.raises(UnsupportedOperation):
            text_of("oracle", action)
        return
    for statement in batches("oracle", text_of("oracle", action), "/"):
        tokens("oracle", statement)  # raises where a quote is open
