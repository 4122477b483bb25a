"""Both tools, the same op calls on six dialects: the same SQL, or a written reason why not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from parity.op_calls import op_calls
from parity.op_differences import OP_DIFFERENCES, OpDifference, normalised_sql

PEER = os.environ.get("WHIMBREL_TEST_PEER_PYTHON")
CALLS = op_calls()
pytestmark = pytest.mark.skipif(PEER is None, reason="needs Alembic in an environment of its own: nox -s parity")
Results = dict[str, dict[str, dict[str, str]]]


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What each tool writes: by tool, dialect and call."""
    folder = tmp_path_factory.mktemp("op_parity")
    (folder / "calls.json").write_text(json.dumps(CALLS))
    found = {}
    for package, python in (("whimbrel", sys.executable), ("alembic", str(PEER))):
        driver = Path(__file__).with_name("op_driver.py")
        arguments = [python, str(driver), package, str(folder / "calls.json"), str(folder / f"{package}.json")]
        subprocess.run(arguments, check=True, cwd=folder)
        written = json.loads((folder / f"{package}.json").read_text())
        found[package] = {
            dialect: {call: _outcome(item) for call, item in by_call.items()} for dialect, by_call in written.items()
        }
    return found


def _outcome(written: dict[str, str]) -> str:
    return written["error"] or normalised_sql(written["sql"])


def differing(results: Results, dialect: str) -> list[tuple[str, str, str]]:
    """The calls of which the two make different things: call, ours, theirs. Two refusals are alike."""
    found = []
    for call, ours in results["whimbrel"][dialect].items():
        theirs = results["alembic"][dialect][call]
        if ours != theirs and not (_is_error(ours) and _is_error(theirs)):
            found.append((call, ours, theirs))
    return found


def _is_error(outcome: str) -> bool:
    return outcome.partition(":")[0].endswith(("Error", "UnsupportedOperation"))


@pytest.mark.parametrize("dialect", CALLS)
def test_the_sql_is_the_same(dialect: str, results: Results) -> None:
    unexplained = [
        f"{call}\n  ours:\n{ours}\n  theirs:\n{theirs}"
        for call, ours, theirs in differing(results, dialect)
        if not any(difference.applies(dialect, call, ours, theirs) for difference in OP_DIFFERENCES)
    ]
    assert not unexplained, f"{len(unexplained)}:\n\n" + "\n\n".join(unexplained)


@pytest.mark.parametrize("difference", OP_DIFFERENCES, ids=lambda difference: difference.reason[:50])
def test_each_difference_is_still_one(difference: OpDifference, results: Results) -> None:
    for dialect in difference.dialects.split():
        assert any(difference.applies(dialect, *item) for item in differing(results, dialect)), dialect
