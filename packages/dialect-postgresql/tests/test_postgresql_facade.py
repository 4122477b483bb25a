"""``from whimbrel_postgresql import op``: the verbs of this package, as type checkers see them and as they are."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import whimbrel_postgresql
from testing.wings import sql_of
from whimbrel import op as plain_op
from whimbrel.operations import Operations
from whimbrel_postgresql.facade import PostgresqlOperations
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


def test_there_are_no_others() -> None:
    assert {name for name in vars(PostgresqlOperations) if not name.startswith("_")} == set(VERBS)


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
        op.set_storage_parameters("t", {"fillfactor": 70}, existing_parameters={}, schema="s")

    typed = sql_of("postgresql", lambda op: script(PostgresqlOperations(op.migration_context)))
    assert typed == sql_of("postgresql", script)
    assert typed.count("\n\n") == 11


SCRIPT = """
from whimbrel_postgresql import op


def upgrade() -> None:
    op.create_table("person")
    op.create_enum_type("mood", ["happy", "glum"], schema="s")
    op.create_exclude_constraint("x", "person", ("stay", "&&"), where="NOT cancelled")
    op.create_enum_type("mood", 5)  # wrong
    op.create_enum_typ("mood", ["happy"])  # wrong
    op.add_enum_value("mood", "sad", behind="glum")  # wrong
"""


def test_a_type_checker_finds_the_mistakes_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    command = ["mypy", "--strict", "--config-file=", "--cache-dir", str(tmp_path / "cache"), "--no-error-summary"]
    said = subprocess.run(
        [sys.executable, "-m", *command, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False
    ).stdout
    wrong = {number for number, line in enumerate(SCRIPT.splitlines(), 1) if "# wrong" in line}
    assert {int(line.split(":")[1]) for line in said.splitlines() if ": error:" in line} == wrong
