"""The page of cases: what is written for each, and that it runs, there and back."""

from __future__ import annotations

import pytest

from testing.comparing import there_and_back
from testing.comparing_cases import BACKENDS, Case, cases, told


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("case", list(cases()), ids=lambda case: case.title)
def test_the_script_is_the_one_on_the_page_and_runs_there_and_back(case: Case, backend: str, new_database) -> None:
    database = new_database(backend)
    case.database(database, backend)
    found = case.compared(database, backend)
    assert told(found) == case.expected[backend]
    missing, before, after = there_and_back(database, found, case.metadata(), **case.options(backend))
    assert missing == "pass"
    assert after == before
