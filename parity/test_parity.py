"""Both tools, the same scenarios: the same rows, tables, steps, SQL and refusals, or a written reason why not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from parity.differences import DIFFERENCES, normalised
from parity.scenarios import all_scenarios

PEER = os.environ.get("WHIMBREL_TEST_PEER_PYTHON")
SCENARIOS = {item["name"]: item for item in all_scenarios()}
pytestmark = pytest.mark.skipif(PEER is None, reason="needs Alembic in an environment of its own: nox -s parity")


@pytest.fixture(scope="session")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """What each tool did in each scenario."""
    folder = tmp_path_factory.mktemp("parity")
    (folder / "scenarios.json").write_text(json.dumps(list(SCENARIOS.values())))
    found = {}
    for package, python in (("whimbrel", sys.executable), ("alembic", str(PEER))):
        place = folder / package
        place.mkdir()
        result = folder / f"{package}.json"
        driver = Path(__file__).with_name("driver.py")
        arguments = [python, str(driver), package, str(folder / "scenarios.json"), str(result), str(place)]
        subprocess.run(arguments, check=True, cwd=place)
        found[package] = json.loads(result.read_text())
    return found


@pytest.mark.parametrize("name", SCENARIOS)
def test_both_tools_do_the_same(name: str, results: dict[str, dict[str, list[dict[str, Any]]]]) -> None:
    for index, action in enumerate(SCENARIOS[name]["actions"]):
        ours, theirs = results["whimbrel"][name][index], results["alembic"][name][index]
        if any(difference.applies(name, index) for difference in DIFFERENCES):
            continue
        shown = f"{action}\nours: {ours}\nalembic: {theirs}"
        assert bool(ours["failed"]) == bool(theirs["failed"]), shown
        assert ours["rows"] == theirs["rows"], shown
        assert ours["tables"] == theirs["tables"], shown
        assert sorted(ours["steps"]) == sorted(theirs["steps"]), shown
        if not ours["failed"]:
            assert normalised(ours["out"]) == normalised(theirs["out"]), shown
