"""Both tools, the same scenarios: the same rows, tables, steps, SQL and refusals, or a written reason why not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from parity.differences import DIFFERENCES, UNORDERED, normalised
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
        unordered = action["command"] in UNORDERED
        ours, theirs = (_comparable(results[tool][name][index], unordered) for tool in ("whimbrel", "alembic"))
        allowed = {
            aspect
            for difference in DIFFERENCES
            if difference.applies(name, action["command"])
            for aspect in difference.aspects
        }
        for aspect in ours.keys() - allowed:
            assert ours[aspect] == theirs[aspect], f"{action}, {aspect}"


def _comparable(result: dict[str, Any], unordered: bool) -> dict[str, Any]:
    failed = bool(result["failed"])
    out = "" if failed else normalised(result["out"])
    if unordered:
        out = "\n".join(sorted(out.splitlines()))
    return {**result, "failed": failed, "steps": sorted(result["steps"]), "out": out}


def test_each_difference_still_applies_to_something() -> None:
    for difference in DIFFERENCES:
        assert any(
            difference.applies(name, action["command"])
            for name, scenario in SCENARIOS.items()
            for action in scenario["actions"]
        ), difference.reason
