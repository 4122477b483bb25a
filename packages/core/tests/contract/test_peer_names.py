"""Every documented public name of Alembic 1.20.1 that belongs to what is built is served here, with its parameters.

``peer_public_names.json`` holds the names, by introspection of the released package. What is not served stands below
with the reason.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import json
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext

NAMES: dict[str, Any] = json.loads(Path(__file__).with_name("peer_public_names.json").read_text())

# Where the things of each module of theirs live here.
HOMES = {
    "alembic.command": "whimbrel.command",
    "alembic.config": "whimbrel.config",
    "alembic.context": "whimbrel.context",
    "alembic.ddl": "whimbrel.impl",
    "alembic.ddl.base": "whimbrel.ddl",
    "alembic.ddl.impl": "whimbrel.impl",
    "alembic.ddl.postgresql": "whimbrel_postgresql.operations",
    "alembic.environment": "whimbrel.runtime.environment",
    "alembic.migration": "whimbrel.runtime.migration",
    "alembic.op": "whimbrel.op",
    "alembic.operations": "whimbrel.operations",
    "alembic.operations.base": "whimbrel.operations",
    "alembic.operations.ops": "whimbrel.operations.ops",
    "alembic.runtime.environment": "whimbrel.runtime.environment",
    "alembic.runtime.migration": "whimbrel.runtime.migration",
    "alembic.script": "whimbrel.script",
    "alembic.script.revision": "whimbrel.script.revision",
    "alembic.script.write_hooks": "whimbrel.script.write_hooks",
    "alembic.util": "whimbrel.errors",
    "alembic.util.exc": "whimbrel.errors",
}

# Verbs that a dialect's package adds to the runs on its database; there are none of these elsewhere.
ADDED = {"create_exclude_constraint": "postgresql"}

# What is not served natively, and why.
ELSEWHERE = {
    "alembic.autogenerate*": "the autogen package serves them; packages/autogen/tests/test_peer_names.py looks",
    "alembic.ddl.impl.DefaultImpl.adjust_reflected_dialect_options": "read_tables() gives what is to be compared",
    "alembic.ddl.impl.DefaultImpl.identity_attrs_ignore": "of an identity, what the models speak of is compared",
    "alembic.ddl.impl.DefaultImpl.type_arg_extract": "types are compared as databases spell them, arguments included",
    "alembic.ddl.mssql*": "the mssql package's own classes are its own",
    "alembic.ddl.oracle*": "the oracle package's own classes are its own",
    "alembic.ddl.mysql*": "the mysql package's own classes are its own",
    "alembic.ddl.postgresql.[!C]*": "the postgresql package's own classes are its own",
    "alembic.ddl.postgresql.Co*": "the postgresql package's own classes are its own",
    "alembic.ddl.postgresql.*.__init__": "theirs takes a private argument more",
    "alembic.ddl.sqlite*": "the sqlite package's own classes are its own",
    "alembic.runtime.plugins*": "Alembic's plugin interface: ours are pluggy hooks; the bridge serves theirs",
    # -- made differently here
    "alembic.operations.batch*": "their batch records calls of an impl; ours collects directives, and draws up a Table",
    "alembic.operations.ops.BatchOperations": "an import of theirs that leaked into the module's public names",
    "alembic.config.CommandLine*": "the command line is click's; the bridge serves theirs",
    "alembic.config.main": "whimbrel.cli.main.main",
    "alembic.command.EnvironmentContext": "an import of theirs that leaked into the module's public names",
    "alembic.command.ScriptDirectory": "an import of theirs that leaked into the module's public names",
    "alembic.environment.Operations": "an import of theirs that leaked into the module's public names",
    "alembic.runtime.environment.Operations": "an import of theirs that leaked into the module's public names",
    "alembic.operations.ops.Operations": "an import of theirs that leaked into the module's public names",
    "alembic.ddl.base.quote_dotted": "a helper of theirs; names are quoted by SQLAlchemy's preparer",
    "alembic.*.create_module_class_proxy": "how their proxies are built; ours need no such step",
    "alembic.ddl.impl.ImplMeta*": "subclasses are found without a metaclass",
    "alembic.*HeadMaintainer*": "a step carries its row changes: plan, then execute",
    "alembic.*Step.merge_branch_idents": "a step carries its row changes",
    "alembic.*Step.unmerge_branch_idents": "a step carries its row changes",
    "alembic.*Step.should_*": "a step carries its row changes",
    "alembic.*Step.update_version_num": "a step carries its row changes",
    "alembic.*Step.insert_version_num": "a step carries its row changes",
    "alembic.*Step.delete_version_num": "a step carries its row changes",
    "alembic.*Step.*_from_script": "the plan makes steps",
    "alembic.*.StampStep.stamp_revision": "a stamp has nothing to call",
    "alembic.*.add_nextrev": "the graph knows a revision's followers; nothing is added to a revision",
    "alembic.script.*.verify_rev_id": "a function: whimbrel.revisions.verify_rev_id",
    "alembic.util.*Dispatch*": "directives are dispatched by the registry of a run",
    "alembic.util.err": "messages are the command line's; errors are raised",
    "alembic.util.msg": "messages are the command line's",
    "alembic.util.warn*": "Python's warnings",
    "alembic.util.obfuscate_url_pw": "whimbrel.redact.redact",
    "alembic.util.rev_id": "whimbrel.script.writer makes ids",
}


def reason(name: str) -> str | None:
    return next((text for pattern, text in ELSEWHERE.items() if fnmatchcase(name, pattern)), None)


def home_of(name: str) -> tuple[str, list[str]] | None:
    """Split a dotted name into our module and the attributes inside."""
    parts = name.split(".")
    for cut in range(len(parts) - 1, 0, -1):
        home = HOMES.get(".".join(parts[:cut]))
        if home is not None:
            return home, parts[cut:]
    return None


SERVED = sorted(name for name in NAMES if reason(name) is None)


def find(name: str) -> Any:
    place = home_of(name)
    assert place is not None, f"{name}: no home"
    module, attributes = place
    found: Any = importlib.import_module(module)
    for attribute in attributes:
        if attribute in ADDED and not module.endswith(ADDED[attribute] + ".operations"):
            return added(attribute, in_batch="BatchOperations" in attributes)
        if isinstance(found, type) and attribute in getattr(found, "__annotations__", {}):
            return None  # an attribute of instances, declared
        if isinstance(found, type) and attribute in getattr(found, "__slots__", ()):
            return None
        if isinstance(found, type) and not hasattr(found, attribute):
            assert f"self.{attribute}" in inspect.getsource(found), f"{name} is not served"
            return None
        if (
            attribute in getattr(found, "__all__", ())
            and module == "whimbrel.context"
            and attribute in ("config", "script")
        ):
            return None
        assert hasattr(found, attribute), f"{name} is not served"
        found = getattr(found, attribute)
    return found


def added(verb: str, *, in_batch: bool) -> Any:
    """The verb as ``op``, or ``batch``, has it in a run on its database."""
    run = MigrationContext.configure(dialect_name=ADDED[verb], opts={"as_sql": True})
    found = run.registry.batch_verb(verb) if in_batch else run.registry.verb(verb)
    assert found is not None, f"{verb} is not served"
    return partial(found, Operations(run))


@pytest.mark.parametrize("name", SERVED)
def test_the_name_is_served_with_its_parameters(name: str) -> None:
    found = find(name)
    wanted = NAMES[name]
    if not isinstance(wanted, list) or found is None or not callable(found):
        return
    ours = inspect.signature(found).parameters
    named = [item.rstrip("=") for item in wanted if not item.startswith("*") and not item.startswith("_")]
    takes_any = any(item.kind is inspect.Parameter.VAR_KEYWORD for item in ours.values())
    missing = [item for item in named if item not in ours and not takes_any]
    assert not missing, f"{name}: no parameter {missing}"
    positional = list(itertools.takewhile(lambda item: not item.startswith("*"), wanted))
    given = [item for item in ours if item != "self"]
    assert given[: len(positional)] == [item.rstrip("=") for item in positional], f"{name}: order"


def test_each_reason_still_applies() -> None:
    assert [pattern for pattern in ELSEWHERE if not any(fnmatchcase(name, pattern) for name in NAMES)] == []
