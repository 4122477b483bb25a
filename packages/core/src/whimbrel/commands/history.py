"""``history``: the revisions, newest first, as lines, as a graph or as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from whimbrel.commands.facts import facts_of, print_json, print_lines
from whimbrel.revisions import Range, parse_range, select_range
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.script import Script


def history(
    config: Config,
    rev_range: str | None = None,
    verbose: bool = False,
    indicate_current: bool = False,
    *,
    graph: bool = False,
    as_json: bool = False,
) -> None:
    """Print the revisions, newest first.

    :param config: the settings.
    :param rev_range: ``start:end``, ``start:`` or ``:end``, both ends included, such as ``-3:``; ``current`` on
        either side asks the database.
    :param verbose: print all that is known of each.
    :param indicate_current: mark the revisions the database is at; this asks the database.
    :param graph: draw the graph.
    :param as_json: print a JSON list instead; with *indicate_current* each has ``is_current``.
    :raises ResolutionError: *rev_range* has no ``:``, or one of its ends names no revision.
    :raises RangeNotAncestorError: its start is not below its end.

    Example::

        whimbrel.command.history(config, rev_range="current:head", graph=True)
    """
    script = ScriptDirectory.from_config(config, to_read=True)
    wanted = parse_range(rev_range) if rev_range is not None else Range("", "")
    current: tuple[str, ...] = ()
    if indicate_current or wanted.needs_current:
        from whimbrel.commands.database import current_rows

        current = current_rows(config, script)
    marked = _all_current(script, current) if indicate_current else frozenset()
    walk = _walk(script, wanted, current)
    if as_json:
        found = [facts_of(item) for item in walk]
        if indicate_current:
            found = [{**item, "is_current": item["revision"] in marked} for item in found]
        print_json(config, found)
    elif graph:
        print_lines(config, _drawn(config, list(walk), marked))
    else:
        print_lines(config, _told(walk, verbose, marked))


def _all_current(script: ScriptDirectory, rows: tuple[str, ...]) -> frozenset[str]:
    """Return the revisions the database is at: its rows, and the heads that those rows imply by depending on them."""
    return frozenset(item.revision for item in script.get_all_current(rows))


def _walk(script: ScriptDirectory, wanted: Range, current: tuple[str, ...]) -> Iterable[Script]:
    if wanted == ("", ""):
        return script.walk_revisions()
    return script.get_revisions(select_range(script.revision_map, wanted, current))


def _told(walk: Iterable[Script], verbose: bool, marked: frozenset[str]) -> Iterator[str]:
    for item in walk:
        yield item.cmd_format(
            verbose,
            include_branches=True,
            include_doc=True,
            include_parents=True,
            indicate_current=item.revision in marked,
        )


def _drawn(config: Config, shown: list[Script], marked: frozenset[str]) -> Iterator[str]:
    from whimbrel.commands.drawing import Node, draw, pen_for

    ids = {item.revision for item in shown}
    nodes = (
        Node(
            item.revision,
            tuple(parent for parent in item.down_revisions if parent in ids),
            _beside(item, item.revision in marked),
            item.revision in marked,
        )
        for item in shown
    )
    return draw(nodes, pen_for(getattr(config.stdout, "encoding", None)))


def _beside(item: Script, is_current: bool) -> str:
    text = item.cmd_format(False, include_branches=True, include_doc=True, indicate_current=is_current)
    return f"{text} (depends on {', '.join(item.depends_on)})" if item.depends_on else text
