"""``branches``: where the history forks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from whimbrel.commands.facts import facts_of, print_json, print_lines
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.script import Script


def branches(config: Config, verbose: bool = False, *, as_json: bool = False) -> None:
    """Print each revision that more than one revision follows, and those that follow it.

    :param config: the settings.
    :param verbose: print all that is known of each branch point, and the message of each that follows.
    :param as_json: print a JSON list instead: each branch point with its ``branches``.

    Example::

        whimbrel.command.branches(Config("whimbrel.ini"))
    """
    script = ScriptDirectory.from_config(config, to_read=True)
    forks = [(point, _following(script, point)) for point in _branch_points(script)]
    if as_json:
        print_json(config, [{**facts_of(point), "branches": [facts_of(n) for n in after]} for point, after in forks])
    else:
        print_lines(config, (_told(point, after, verbose) for point, after in forks))


def _branch_points(script: ScriptDirectory) -> list[Script]:
    if not any(revision.is_branch_point for revision in script.revision_map):
        return []  # most histories are one line: there is no order to find
    return [revision for revision in script.walk_revisions() if revision.is_branch_point]


def _following(script: ScriptDirectory, point: Script) -> list[Script]:
    return list(script.get_revisions(sorted(point.nextrev)))


def _told(point: Script, after: list[Script], verbose: bool) -> str:
    return "\n".join(_lines(point, after, verbose)) + "\n"


def _lines(point: Script, after: list[Script], verbose: bool) -> Iterator[str]:
    yield point.cmd_format(verbose, include_branches=True)
    for script in after:
        text = script.cmd_format(False, include_branches=True, include_doc=verbose)
        yield f"{' ' * len(point.revision)} -> {text}"
