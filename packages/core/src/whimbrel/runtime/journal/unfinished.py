"""What a person reads of a revision that was interrupted: what is done, what is left, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from whimbrel.errors import UnfinishedRevision
from whimbrel.revisions import RevisionStep, plan_one
from whimbrel.runtime.journal.table import Entry
from whimbrel.script import Script, ScriptDirectory

_SHOWN: Final = 300  # characters of a statement


def unfinished(
    entries: Sequence[Entry],
    why: str,
    *,
    step: RevisionStep | None = None,
    last_is_done: bool | None = True,
    left: Sequence[str] = (),
    tables: Sequence[str] = (),
) -> UnfinishedRevision:
    """Return what to raise.

    :param entries: what is noted, in order; at least one.
    :param why: goes on after "was interrupted in upgrade() and".
    :param step: the step that was to go on.
    :param last_is_done: whether the last of them was executed; ``None`` where nobody can tell.
    :param left: statements of the script, as it is now, that follow.
    :param tables: what has to be known of tables that were made anew.
    """
    first = entries[0]
    statements = [item.statement for item in entries]
    done = statements if last_is_done is not False else statements[:-1]
    path = f"\n{step.revision.path}" if step is not None and isinstance(step.revision, Script) else ""
    parts = [f"Revision {first.revision} was interrupted in {first.direction}() and {why}{path}"]
    parts.append("\n".join(["Done:", *(listed(done) or ["  nothing"])]))
    if last_is_done is None:
        parts[-1] += "\n     (the last one may or may not be: look)"
    if left:
        parts.append("\n".join(["Left, as the script is now:", *listed(left, len(done) + 1)]))
    parts += tables
    by_hand = "Put the database right by hand" if tables else f"{_restoring(first)}\nOr put the database right by hand"
    return UnfinishedRevision(
        "\n".join(parts),
        f"{by_hand}, and say what it has now:\n"
        f"  whimbrel repair --mark-applied {first.revision}      {_after(first, done=True)}\n"
        f"  whimbrel repair --mark-rolled-back {first.revision}  {_after(first, done=False)}",
        revision=first.revision,
        direction=first.direction,
        done=tuple(done),
        left=tuple(left),
    )


def plan_unfinished(script: ScriptDirectory, first: Entry, heads: Sequence[str]) -> RevisionStep:
    """Return the step that was interrupted.

    :param script: the version files.
    :param first: the first thing noted of it.
    :param heads: the rows of the version table.
    :raises UnfinishedRevision: no file has it any more.
    """
    if first.revision not in script.revision_map:
        raise unfinished([first], "no version file has that id any more.", last_is_done=None)
    plan = plan_one(script.revision_map, first.revision, heads, is_upgrade=first.direction == "upgrade")
    step = plan[0]
    assert isinstance(step, RevisionStep)
    return step


def otherwise(entry: Entry, now: str) -> str:
    """Return why a revision cannot go on whose statement *entry* is another one *now*."""
    return (
        f"its script does something else now. Its statement {entry.position + 1} was\n    {shortened(entry.statement)}"
        f"\nand is now\n    {shortened(now)}"
    )


def listed(statements: Sequence[str], start: int = 1) -> list[str]:
    """Return a line for each statement, with its number.

    :param statements: SQL text.
    :param start: the first number.
    """
    return [f"  {number}. {shortened(text)}" for number, text in enumerate(statements, start)]


def shortened(text: str) -> str:
    """Return a statement in one line that is not too long."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]} ..."


def _restoring(first: Entry) -> str:
    return (
        f"With {first.direction}() beginning as it did then, this goes on behind what is done, and stops after this "
        "revision:\n  whimbrel resume"
    )


def _after(first: Entry, *, done: bool) -> str:
    if done:
        return f"all that {first.direction}() does is there"
    return f"nothing that {first.direction}() does is there"
