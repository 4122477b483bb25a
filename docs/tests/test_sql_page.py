"""The page of SQL: every verb has a call, its text is so, and so is what databases do with it."""

from __future__ import annotations

import io
import re

import pytest

from testing.databases import Database
from testing.sql_page import DIALECTS, PAGE, Call, Scene, Stage, as_text, calls, said_when_connected
from whimbrel.operations import BatchOperations, Operations
from whimbrel.operations.abstract import AbstractOperations
from whimbrel.runtime.migration import MigrationContext
from whimbrel.testing import changes

CALLS = calls(PAGE.read_text(encoding="utf-8"))
SCENE = Scene(CALLS)
WRITE = "python -m testing.sql_page writes the page anew"
VERBS = sorted({call.verb for call in CALLS if not call.is_start})


def of(verb: str) -> list[Call]:
    return [call for call in CALLS if call.verb == verb and not call.is_start]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_each_operation_has_a_call(dialect: str) -> None:
    context = MigrationContext.configure(dialect_name=dialect, opts={"as_sql": True, "output_buffer": io.StringIO()})
    found = {verb: context.registry.directive(verb) for verb in context.registry.verbs()}
    # Other tests of this process declare verbs, too.
    ours = {verb for verb, directive in found.items() if directive and directive.__module__.startswith("whimbrel")}
    assert (ours | {"batch_alter_table"}) - {call.verb for call in CALLS if dialect in call.dialects} == set()


def test_each_operation_of_a_batch_is_called() -> None:
    verbs = {name for name in dir(BatchOperations) if not name.startswith("_")} - set(dir(AbstractOperations))
    called = {verb for call in of("batch_alter_table") for verb in re.findall(r"batch\.(\w+)\(", call.code)}
    assert (verbs & set(dir(Operations))) - {"batch_alter_table"} - called == set()


@pytest.mark.parametrize("verb", VERBS)
def test_the_text_is_so(verb: str) -> None:
    for call in of(verb):
        assert call.blocks.startswith(as_text(SCENE, call)), f"{call.code}\n{WRITE}"


def test_this_is_executed_and_its_text_does_the_same_and_it_can_be_undone(database: Database) -> None:
    stage = Stage(SCENE, database)
    wrong = []
    for call in CALLS:
        if call.connected and stage.dialect in call.dialects and (found := differences(stage, call)):
            wrong.append(f"{call.code}{found}")
    assert not wrong, "\n\n".join([*wrong, WRITE])


def differences(stage: Stage, call: Call) -> str:
    """What is not so when a call is carried out on a database."""
    outcome = stage.carry_out(call)
    text = SCENE.text(call, stage.dialect)
    said = said_when_connected(call).get(stage.dialect, text)
    found = []
    if outcome.literal and outcome.text != said:
        found.append(f"executed:\n{outcome.text}\ninstead of:\n{said}")
    if outcome.text.startswith("-- refused"):
        return "\n".join(found)
    effect = stage.facts()
    back = stage.undo(outcome.directives) if call.undone(stage.dialect) else None
    if back not in (None, stage.start):
        found.append(f"undone:\n{changes(stage.start, back)}")
    if text != outcome.text and not text.startswith("-- refused"):
        stage.execute(text)
        if (by_text := stage.facts()) != effect:
            found.append(f"by its text:\n{changes(effect, by_text)}")
    return "\n".join(found)
