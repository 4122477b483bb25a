"""``from whimbrel_postgresql import op``: the verbs of this package, as type checkers see them and as they are."""

from __future__ import annotations

import importlib.util
import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import whimbrel_postgresql
from testing.wings import sql_of
from whimbrel import op as plain_op
from whimbrel.operations import Operations
from whimbrel_postgresql.facade import PostgresqlBatchOperations, PostgresqlOperations
from whimbrel_postgresql.operations import VERBS


def test_it_is_the_op_that_scripts_know() -> None:
    assert whimbrel_postgresql.op is plain_op
    with pytest.raises(AttributeError, match="no attribute 'operations_of_mine'"):
        _ = whimbrel_postgresql.operations_of_mine  # type: ignore[attr-defined]  # the mistake


@pytest.mark.parametrize("verb", VERBS)
def test_each_verb_has_the_parameters_of_its_directive(verb: str) -> None:
    directive = getattr(VERBS[verb][0], verb)
    typed = list(inspect.signature(getattr(PostgresqlOperations, verb)).parameters.values())[1:]
    assert typed == list(inspect.signature(directive).parameters.values())[1:]


BATCH_VERBS = [verb for verb, (directive, _) in VERBS.items() if hasattr(directive, f"batch_{verb}")]


@pytest.mark.parametrize("verb", BATCH_VERBS)
def test_each_verb_of_a_batch_has_the_parameters_of_its_directive(verb: str) -> None:
    directive = getattr(VERBS[verb][0], f"batch_{verb}")
    typed = list(inspect.signature(getattr(PostgresqlBatchOperations, verb)).parameters.values())[1:]
    assert typed == list(inspect.signature(directive).parameters.values())[1:]


def test_a_batch_begins_as_any_does() -> None:
    typed, plain = (inspect.signature(cls.batch_alter_table) for cls in (PostgresqlOperations, Operations))
    assert typed == plain


def test_there_are_no_others() -> None:
    assert own_names(PostgresqlOperations) == {*VERBS, "batch_alter_table"}
    assert own_names(PostgresqlBatchOperations) == set(BATCH_VERBS)


def own_names(cls: type) -> set[str]:
    return {name for name in vars(cls) if not name.startswith("_")}


def test_it_hands_everything_on() -> None:
    """What type checkers are shown does what the run's own op does."""

    def script(op: Operations) -> None:
        op.create_enum_type("mood", ["happy", "glum"], schema="s", if_not_exists=True)
        op.rename_enum_type("mood", "temper", schema="s")
        op.add_enum_value("temper", "sad", after="glum", if_not_exists=True, schema="s")
        op.rename_enum_value("temper", "sad", "blue", schema="s")
        op.replace_enum_values(
            "temper", ["happy"], columns=[("t", "c")], replacements={"blue": "happy"}, existing_values=["x"], schema="s"
        )
        op.drop_enum_type("temper", schema="s", if_exists=True)
        op.create_exclude_constraint("x", "t", ("c", "="), where="c > 5", using="btree", schema="s")
        op.validate_constraint("x", "t", schema="s")
        op.rename_index("ix", "iy", "t", schema="s")
        op.rename_constraint("x", "y", "t", schema="s")
        op.set_storage_parameters("t", {"fillfactor": 70}, existing_parameters={}, schema="s")

    typed = sql_of("postgresql", lambda op: script(PostgresqlOperations(op.migration_context)))
    assert typed == sql_of("postgresql", script)
    assert typed.count("\n\n") == 13


def test_a_batch_hands_everything_on() -> None:
    def script(op: Operations) -> None:
        with op.batch_alter_table("t", schema="s") as batch:
            verb = "create_exclude_constraint"  # not among those that type checkers know of a plain batch
            getattr(batch, verb)("x", ("c", "="), where="c > 5", using="btree")

    def typed(op: Operations) -> None:
        with PostgresqlOperations(op.migration_context).batch_alter_table("t", "s") as batch:
            PostgresqlBatchOperations.create_exclude_constraint(batch, "x", ("c", "="), where="c > 5", using="btree")

    assert sql_of("postgresql", typed) == sql_of("postgresql", script) != ""


SCRIPT = """
from whimbrel_postgresql import op


def upgrade() -> None:
    op.create_table("person")
    op.create_enum_type("mood", ["happy", "glum"], schema="s")
    op.create_exclude_constraint("x", "person", ("stay", "&&"), where="NOT cancelled")
    op.create_enum_type("mood", 5)  # wrong
    op.create_enum_typ("mood", ["happy"])  # wrong
    op.add_enum_value("mood", "sad", behind="glum")  # wrong
    with op.batch_alter_table("person", schema="s", recreate="never") as batch:
        batch.create_exclude_constraint("x", ("stay", "&&"), where="NOT cancelled")
        batch.drop_column("stay", if_exists=True)
        batch.create_exclude_constraint("x", "stay", "&&")  # wrong
        batch.drop_colum("stay")  # wrong
        batch.create_exclude_constrain("x", ("stay", "&&"))  # wrong
    with op.batch_alter_table("person", recreate="perhaps") as batch:  # wrong
        pass
    with op.batch_alter_tabel("person") as unknown:  # wrong
        pass
"""


# Pyright is not in each environment that tests run in: see packages/core/tests/typed.
CHECKERS = {"mypy": ["mypy", "--strict", "--config-file=", "--no-error-summary", "--cache-dir=cache", "script.py"]}
if importlib.util.find_spec("basedpyright") is not None or os.environ.get("WHIMBREL_REQUIRE_PYRIGHT"):
    CHECKERS["pyright"] = ["basedpyright", "--level=error", "--pythonpath", sys.executable, "script.py"]


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_type_checker_finds_the_mistakes_and_nothing_else(checker: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    (tmp_path / "pyrightconfig.json").write_text('{"typeCheckingMode": "standard"}')
    said = subprocess.run(
        [sys.executable, "-m", *CHECKERS[checker]], cwd=tmp_path, capture_output=True, text=True, check=False
    ).stdout
    wrong = {number for number, line in enumerate(SCRIPT.splitlines(), 1) if "# wrong" in line}
    reported = re.findall(r"script\.py:(\d+)\S* (?:- )?error: ", said)
    assert {int(line) for line in reported} == wrong, said
