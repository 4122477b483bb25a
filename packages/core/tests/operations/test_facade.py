"""A verb has one home: the facade, the directive and the peer's documented names agree on its parameters."""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest

from whimbrel.operations import AbstractOperations, Operations, ops
from whimbrel.operations.registry import DECLARED

PEER: dict[str, str] = json.loads((Path(__file__).parent / "peer_names.json").read_text(encoding="utf-8"))
"""The documented names of Alembic 1.20.1 for the same rooms; of batch mode and exclude constraints there are none."""

VERBS = sorted(name for name in dir(Operations) if not name.startswith("_") and name not in dir(AbstractOperations))


def parameters(function: Any) -> list[tuple[str, inspect._ParameterKind, object, object]]:
    found = inspect.signature(function).parameters.values()
    return [(item.name, item.kind, item.default, item.annotation) for item in found if not item.name.startswith("_")]


def test_the_verbs_are_these() -> None:
    assert VERBS == [
        "add_column",
        "alter_column",
        "bulk_insert",
        "create_check_constraint",
        "create_foreign_key",
        "create_index",
        "create_primary_key",
        "create_table",
        "create_table_comment",
        "create_unique_constraint",
        "drop_column",
        "drop_constraint",
        "drop_index",
        "drop_table",
        "drop_table_comment",
        "execute",
        "rename_table",
        "require_no_rows",
    ]


def test_each_verb_of_a_built_in_directive_stands_in_the_facade() -> None:
    assert sorted(name for name in DECLARED.verbs() if DECLARED.directive(name).__module__.startswith("whimbrel")) == (
        VERBS
    )


@pytest.mark.parametrize("verb", VERBS)
def test_facade_and_directive_list_the_same_parameters(verb: str) -> None:
    facade = parameters(getattr(Operations, verb))
    directive = parameters(DECLARED.verb(verb))
    assert facade[1:] == directive[1:]  # the first is self here, operations there
    returned = [inspect.signature(item).return_annotation for item in (getattr(Operations, verb), DECLARED.verb(verb))]
    assert returned[0] == returned[1]


@pytest.mark.parametrize("verb", VERBS)
def test_the_manual_of_each_verb_tells_each_parameter(verb: str) -> None:
    """The reference is made of it; of ``schema`` the class says what it is."""
    function = getattr(Operations, verb)
    told = re.findall(r":param (\w+):", inspect.getdoc(function) or "")
    assert set(told) | {"schema"} == set(inspect.signature(function).parameters) - {"self"} | {"schema"}


def written(function: Any) -> list[str]:
    """Spell parameters as the list of names does: ``name``, ``name=`` with a default, ``*``, ``**name``."""
    names: list[str] = []
    for item in inspect.signature(function).parameters.values():
        if item.name.startswith("_") or item.name == "self":
            continue
        if item.kind is item.VAR_POSITIONAL:
            names.append(f"*{item.name}")
        elif item.kind is item.VAR_KEYWORD:
            names.append(f"**{item.name}")
        else:
            if item.kind is item.KEYWORD_ONLY and not any(name.startswith("*") for name in names):
                names.append("*")
            names.append(item.name if item.default is item.empty else f"{item.name}=")
    return names


# Ours say what the peer hides in **kw, or does without.
MORE = {
    "Operations.add_column": {"**kw"},
    "Operations.create_primary_key": {"**kw"},
    "Operations.drop_constraint": {"**kw"},
    "Operations.drop_column": {"if_exists="},
    "Operations.implementation_for": {"*", "dialect="},
    "ops.DropColumnOp.drop_column": {"if_exists="},
    "ops.AddColumnOp.add_column": {"**kw"},
    "ops.CreatePrimaryKeyOp.create_primary_key": {"**kw"},
    "ops.DropConstraintOp.drop_constraint": {"**kw"},
    "ops.DropConstraintOp.__init__": {"**kw"},
    "ops.DropConstraintOp.to_constraint": {"migration_context="},
}


@pytest.mark.parametrize("name", sorted(PEER))
def test_the_peers_documented_names_are_here(name: str) -> None:
    *owners, last = name.split(".")
    owner: Any = Operations if owners == ["Operations"] else ops
    for word in owners[1:]:
        owner = getattr(owner, word)
    if not PEER[name].startswith("("):  # a class, a property or a value
        assert owners == [] or last in dir(owner) or last in owner.__annotations__
        return
    ours = [item for item in written(getattr(owner, last)) if item not in MORE.get(name, ())]
    assert f"({', '.join(ours)})" == PEER[name]


def test_ops_hands_these_names_on() -> None:
    assert ops.__all__ == sorted(ops.__all__)
    missing = {name.split(".")[1] for name in PEER if name.startswith("ops.")} - set(ops.__all__)
    assert missing == set()
