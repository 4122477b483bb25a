"""Every documented public name of Alembic 1.20.1, with its parameters, is served; or it stands below, with the reason.

``public_names.json`` holds the names, by introspection of the released package: a dotted name, and "class", "property",
"value", or parameters in order.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import whimbrel_alembic
from testing.databases import ROOT
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext
from whimbrel_alembic.modules import MODULES

NAMES: dict[str, Any] = json.loads(Path(__file__).with_name("public_names.json").read_text())

# Verbs that a dialect's package adds to the runs on its database; there are none of these elsewhere.
ADDED = {"create_exclude_constraint": "postgresql"}

# What is not ours to imitate, and why.
NOT_IMITATED = {
    "alembic.operations.batch*": "their batch records calls of an Impl; ours collects directives, and draws up a Table",
    "alembic.*.create_module_class_proxy": "how their proxies are built; ours find their run by a context variable",
    "alembic.*Step.merge_branch_idents": "a step carries its row changes: plan, then execute",
    "alembic.*Step.unmerge_branch_idents": "a step carries its row changes",
    "alembic.*Step.should_*": "a step carries its row changes",
    "alembic.*Step.update_version_num": "a step carries its row changes",
    "alembic.*Step.insert_version_num": "a step carries its row changes",
    "alembic.*Step.delete_version_num": "a step carries its row changes",
    "alembic.*Step.*_from_script": "ScriptDirectory._upgrade_revs and its like make steps",
    "alembic.*.StampStep.stamp_revision": "a stamp has nothing to call",
    "alembic.*.StampStep.__init__": "a step knows its history; there is none without",
    "alembic.*.BatchOperations.__init__": "made by batch_alter_table, which says which table it is about",
    "alembic.ddl.[mps][yoq]*Impl.correct_for_autogen_constraints": "a parameter is called as DefaultImpl calls it",
    "alembic.ddl.*.render_ddl_sql_expr": "what DefaultImpl takes, and keywords",
    "alembic.ddl.postgresql.PostgresqlImpl.render_type": "a parameter is called as DefaultImpl calls it",
    "alembic.ddl.mysql.MySQL[!I]*": "the mysql package has statements of its own for a change of a column",
    "alembic.ddl.postgresql.CreateExcludeConstraintOp.__init__": "theirs takes a private argument more",
    "alembic.*.add_nextrev": "the graph knows a revision's followers; nothing is added to a revision",
}


def reason(name: str) -> str | None:
    return next((text for pattern, text in NOT_IMITATED.items() if fnmatchcase(name, pattern)), None)


SERVED = sorted(name for name in NAMES if reason(name) is None)


@pytest.fixture(autouse=True)
def bridge() -> Iterator[None]:
    whimbrel_alembic.install()
    yield
    whimbrel_alembic.uninstall()


def find(name: str) -> Any:
    """Import the module as its users do, and walk to the name; ``None`` for what only objects have."""
    parts = name.split(".")
    cut = max(cut for cut in range(1, len(parts)) if ".".join(parts[:cut]) in MODULES)
    found: Any = importlib.import_module(".".join(parts[:cut]))
    for attribute in parts[cut:]:
        if attribute in ADDED and attribute not in vars(found):
            return added(attribute, in_batch="BatchOperations" in parts)
        if isinstance(found, type) and not hasattr(found, attribute):
            assert declared(found, attribute), f"{name} is not served"
            return None
        assert hasattr(found, attribute), f"{name} is not served"
        found = getattr(found, attribute)
    return found


def declared(cls: type, attribute: str) -> bool:
    """Whether the objects of a class have an attribute: it is annotated, a slot, or set by a method."""
    return any(
        attribute in getattr(base, "__annotations__", {})
        or attribute in getattr(base, "__slots__", ())
        or f"self.{attribute}" in inspect.getsource(base)
        for base in cls.__mro__
        if base.__module__.startswith("whimbrel")
    )


def added(verb: str, *, in_batch: bool) -> Any:
    """The verb as ``op``, or ``batch``, has it in a run on its database."""
    run = MigrationContext.configure(dialect_name=ADDED[verb], opts={"as_sql": True})
    found = run.registry.batch_verb(verb) if in_batch else run.registry.verb(verb)
    assert found is not None, f"{verb} is not served"
    return partial(found, Operations(run))


@pytest.mark.parametrize("name", SERVED)
def test_the_name_is_served_with_its_parameters(name: str) -> None:
    found, wanted = find(name), NAMES[name]
    if wanted == "class":
        assert isinstance(found, type), name
    if not isinstance(wanted, list) or found is None or not callable(found):
        return
    ours = list(inspect.signature(found).parameters.values())
    ours = ours[1:] if ours and ours[0].name in ("self", "cls") else ours
    known = {item.name: item for item in ours}
    takes_any = any(item.kind is inspect.Parameter.VAR_KEYWORD for item in ours)
    named = [item for item in wanted if not item.startswith("*")]
    missing = [item for item in named if item.rstrip("=") not in known and not takes_any]
    assert not missing, f"{name}: no parameter {missing}"
    positional = [item.rstrip("=") for item in itertools.takewhile(lambda item: not item.startswith("*"), wanted)]
    in_order = [item.name for item in ours if item.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    any_number = any(item.kind is inspect.Parameter.VAR_POSITIONAL for item in ours)
    assert any_number or in_order[: len(positional)] == positional, f"{name}: order"
    if any(item in ("*arg", "*args") for item in wanted):
        return  # how a proxy shows itself; the parameters stand where it leads to
    optional = {item.rstrip("=") for item in wanted if item.endswith("=")}
    demanded = {
        item.name
        for item in ours
        if item.default is item.empty and item.kind not in (item.VAR_KEYWORD, item.VAR_POSITIONAL)
    }
    assert not demanded & optional, f"{name}: demands {demanded & optional}"
    assert demanded <= {item.rstrip("=") for item in named}, f"{name}: demands {demanded}"


def test_nearly_all_of_them_are_served() -> None:
    assert len(NAMES) == 1143
    assert len(SERVED) == 1057
    page = (ROOT / "docs" / "alembic.md").read_text(encoding="utf-8")
    assert f"Of the {len(NAMES)} public names of Alembic {whimbrel_alembic.PEER_VERSION}, {len(SERVED)} are" in page


def test_each_reason_still_applies() -> None:
    assert [pattern for pattern in NOT_IMITATED if not any(fnmatchcase(name, pattern) for name in NAMES)] == []
