"""Every public name of Alembic 1.20.1's autogenerate is served with its parameters.

The names were taken by introspection of the released package. What is not served stands below with the reason; what
a dialect is asked, such as ``DefaultImpl.compare_type``, is looked at by core's own test.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

import whimbrel_autogen

NAMES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "core/tests/contract/peer_public_names.json").read_text(encoding="utf-8")
)

HOMES = {
    "alembic.autogenerate.api": "whimbrel_autogen.api",
    "alembic.autogenerate.rewriter": "whimbrel_autogen.rewriter",
    "alembic.autogenerate": "whimbrel_autogen",
}
MOVED = {"AutogenContext": "whimbrel_autogen.context", "render_python_code": "whimbrel_autogen.render.script"}

ELSEWHERE = {
    "alembic.autogenerate.RevisionContext": "whimbrel.commands.drafting.Draft: a command's, which is core's",
    "alembic.autogenerate.api.RevisionContext": "whimbrel.commands.drafting.Draft: a command's, which is core's",
    "alembic.autogenerate.api.Plugin": "plugins are pluggy's, found by entry points: whimbrel.plugins",
}


def wanted() -> list[str]:
    return sorted(name for name in NAMES if name.startswith("alembic.autogenerate."))


def served(name: str) -> bool:
    return not any(name == other or name.startswith(f"{other}.") for other in ELSEWHERE)


def find(name: str) -> Any:
    home = next(home for home in HOMES if name.startswith(f"{home}."))
    parts = name.removeprefix(f"{home}.").split(".")
    found: Any = importlib.import_module(MOVED.get(parts[0], HOMES[home]))
    for part in parts:
        if isinstance(found, type) and f"self.{part}" in inspect.getsource(found) and not hasattr(found, part):
            return None  # an attribute of instances
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("name", [name for name in wanted() if served(name)])
def test_the_name_is_served_with_its_parameters(name: str) -> None:
    found = find(name)
    parameters = NAMES[name]
    if not isinstance(parameters, list) or not callable(found):
        return
    ours = [item for item in inspect.signature(found).parameters if item != "self"]
    positional = [item.rstrip("=") for item in itertools.takewhile(lambda item: not item.startswith("*"), parameters)]
    assert ours[: len(positional)] == positional


def test_each_reason_still_applies() -> None:
    assert [name for name in ELSEWHERE if not any(one == name for one in NAMES)] == []


def test_the_names_are_there_to_be_imported() -> None:
    for name in whimbrel_autogen.__all__:
        assert getattr(whimbrel_autogen, name).__doc__
    with pytest.raises(AttributeError, match="nothing_such"):
        _ = whimbrel_autogen.nothing_such
