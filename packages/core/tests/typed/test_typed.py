"""Pain 24: what type checkers know of ``op`` and ``context``: right calls pass, each wrong one is reported."""

from __future__ import annotations

import importlib.util
import inspect
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from whimbrel import context, op
from whimbrel.operations import AbstractOperations, BatchOperations, Operations

SAMPLE = Path(__file__).with_name("sample")
RIGHT = ("script.py", "env.py", "plugin.py")
WRONG = [
    number
    for number, line in enumerate((SAMPLE / "wrong.py").read_text(encoding="utf-8").splitlines(), 1)
    if "# wrong:" in line
]

# Pyright brings a Node of its own, which is too much for each cell of the test matrix; `nox -s lint` insists on it.
CHECKERS = ["mypy"]
if importlib.util.find_spec("basedpyright") is not None or os.environ.get("WHIMBREL_REQUIRE_PYRIGHT"):
    CHECKERS.append("pyright")

Reported = dict[str, list[tuple[int, str]]]


def run(*command: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=SAMPLE, capture_output=True, text=True, check=False
    ).stdout


def mypy(cache: Path) -> Reported:
    files = [*RIGHT, "wrong.py"]
    said = run("mypy", "--strict", "--config-file=", f"--cache-dir={cache}", "--no-error-summary", *files)
    found: Reported = {name: [] for name in files}
    for name, line, message in re.findall(r"^(\w+\.py):(\d+): error: (.*)$", said, re.MULTILINE):
        found[name].append((int(line), message))
    return found


def pyright(cache: Path) -> Reported:
    files = [*RIGHT, "wrong.py"]
    settings = cache / "pyrightconfig.json"
    included = [str(SAMPLE / name) for name in files]
    settings.write_text(json.dumps({"typeCheckingMode": "standard", "include": included, "extraPaths": [str(SAMPLE)]}))
    said = json.loads(run("basedpyright", "--outputjson", "--pythonpath", sys.executable, "--project", str(settings)))
    assert said["summary"]["filesAnalyzed"] >= len(files)
    found: Reported = {name: [] for name in files}
    for item in said["generalDiagnostics"]:
        if item["severity"] == "error":
            found[Path(item["file"]).name].append((item["range"]["start"]["line"] + 1, item["message"]))
    return found


@pytest.fixture(scope="module", params=CHECKERS)
def reported(request: pytest.FixtureRequest) -> Reported:
    cache = request.config.cache.mkdir(f"typed-{request.param}-{'.'.join(map(str, sys.version_info[:2]))}")
    return {"mypy": mypy, "pyright": pyright}[request.param](cache)


@pytest.mark.parametrize("name", RIGHT)
def test_pain_24_nothing_is_said_of_a_right_call(reported: Reported, name: str) -> None:
    assert reported[name] == []


def test_pain_24_each_wrong_call_is_reported_and_nothing_else(reported: Reported) -> None:
    assert sorted({line for line, _ in reported["wrong.py"]}) == WRONG


def test_the_samples_call_everything() -> None:
    script, env = ((SAMPLE / name).read_text(encoding="utf-8") for name in RIGHT[:2])
    verbs = {*op.__all__, *verbs_of(Operations)}
    assert {name for name in verbs if f"op.{name}" not in script} == set()
    assert {name for name in verbs_of(BatchOperations) if f"batch.{name}(" not in script} == {"take"}
    assert {name for name in context.__all__ if f"context.{name}" not in env} == {"EnvironmentContext"}


def verbs_of(cls: type) -> set[str]:
    """Return the names of the methods that *cls* has beyond what any operations have."""
    own = [vars(base) for base in cls.__mro__ if base not in AbstractOperations.__mro__]
    return {name for names in own for name, item in names.items() if inspect.isfunction(item) and name[0] != "_"}
