"""A marked password, every command, every way to fail: it is nowhere in what is printed, logged, written or stored."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace

import pytest
import sqlalchemy as sa

from whimbrel.cli.table import COMMANDS

_ALL = """
import json, sys, traceback
from whimbrel.cli.main import main
for words in json.loads(sys.argv[1]):
    try:
        main(words)
    except Exception:
        traceback.print_exc()  # --raiseerr
"""
SECRET = "sa.make_url(op.get_context().config.settings.url.reveal()).password"
FAILS = f"""
op.create_table("half", sa.Column("id", sa.Integer))
op.execute(f"INSERT INTO half (id) SELECT 1 WHERE '{{{SECRET}}}' = ''")
op.execute(f"INSERT INTO nowhere VALUES ('{{{SECRET}}}')")
"""
RAISES = f'raise RuntimeError(f"the password is {{{SECRET}}}")'
WORDS = {
    "init": ["elsewhere"], "revision": ["-m", "x", "--autogenerate"], "merge": ["heads"], "upgrade": ["head"],
    "downgrade": ["-1"], "stamp": ["head"], "show": ["head"], "completion": ["bash"], "edit": ["nope"],
}  # fmt: skip
"""The least that a command needs on its line."""
READING = (
    ["plan"], ["plan", "--json"], ["plan", "--check"], ["plan", "base", "--downgrade"], ["log", "-v"],
    ["log", "--json"], ["current", "-v"], ["current", "--json"], ["repair"], ["repair", "--json"],
    ["history", "-i", "--json"], ["upgrade", "--dry-run", "head"], ["downgrade", "--dry-run", "base"],
)  # fmt: skip


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_over_a_database_that_is_not_there(offline, terminal, name):
    offline.line("a1", "b2")
    words = [name, *WORDS.get(name, [])]
    run_all(terminal, words, ["-v", *words], ["--raiseerr", *words], [*words, "--json"])


@pytest.mark.parametrize("body", [FAILS, RAISES], ids=["a statement", "an error"])
def test_each_command_after_a_failure_that_knew_it(project, terminal, database, body):
    """On MySQL half a revision is left, with a journal that has its statements."""
    project.add("a1")
    project.add("b2", "a1", upgrade=body)
    assert terminal.run("upgrade", "head").code == 1
    # With --raiseerr a script's error is Python's to print, as the script has said it: none is run here.
    raised = (["--raiseerr", *words] for words in READING if "--dry-run" not in words)
    run_all(terminal, ["-v", "upgrade", "head"], *READING, *raised)
    assert stored(terminal, database)


def test_none_is_stored_of_a_run_that_went_well(project, terminal, database):
    project.add("a1", upgrade=f"op.execute(f\"SELECT '{{{SECRET}}}'\")")
    assert terminal.run("upgrade", "head", env={"WHIMBREL_APPLICATION_NAME": "x"}).code == 0
    assert terminal.run("plan", "base", "--downgrade", "--json").code == 0
    assert stored(terminal, database)


def test_a_plan_shows_sql_without_it(project, terminal):
    project.add("a1", upgrade=f"op.execute(f\"CREATE ROLE bob PASSWORD '{{{SECRET}}}'\")")
    said = terminal.run("plan", "--json")
    assert said.code == 0
    (step,) = json.loads(said.out)[0]["steps"]
    assert step["operations"][0]["sql"].startswith("CREATE ROLE bob PASSWORD")


def run_all(terminal, *lines: list[str]) -> None:
    """Run command lines in one process, and look for the password in what they say."""
    terminal._run([sys.executable, "-c", _ALL, json.dumps(lines)], None, None)


def stored(terminal, database) -> list[str]:
    """Return what our tables hold, after looking for the password in it."""
    engine = database.engine()
    rows = []
    with engine.connect() as connection:
        for name in sa.inspect(engine).get_table_names():
            if name.startswith("whimbrel_"):
                found = connection.execute(sa.select(sa.text("*")).select_from(sa.table(name)))
                rows += [f"{name}: {dict(row._mapping)}" for row in found]
    terminal.look_for_the_password(SimpleNamespace(out="\n".join(rows), err=""))
    return rows
