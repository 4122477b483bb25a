"""``history``: the revisions, newest first, as lines, as a graph or as data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from whimbrel.commands.facts import facts_of, print_json, print_lines
from whimbrel.errors import CommandError
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
    :param rev_range: ``start:end``, ``start:`` or ``:end``, both ends included; ``current`` on either side asks the
        database.
    :param verbose: print all that is known of each.
    :param indicate_current: mark the revisions the database is at; this asks the database.
    :param graph: draw the graph.
    :param as_json: print a JSON list instead; with *indicate_current* each has ``is_current``.
    :raises CommandError: *rev_range* has no ``:``.
    :raises ResolutionError: an end of *rev_range* names no revision.

    Example::

        whimbrel.command.history(config, rev_range="current:head", graph=True)
    """
    script = ScriptDirectory.from_config(config)
    base, head = _ends(rev_range)
    current: tuple[str, ...] = ()
    if indicate_current or "current" in (base, head):
        from whimbrel.commands.database import current_rows

        current = current_rows(config, script)
    marked = _all_current(script, current) if indicate_current else frozenset()
    walk = _walk(script, base, head, current)
    if as_json:
        found = [facts_of(item) for item in walk]
        if indicate_current:
            found = [{**item, "is_current": item["revision"] in marked} for item in found]
        print_json(config, found)
    elif graph:
        print_lines(config, _drawn(config, list(walk), marked))
    else:
        print_lines(config, _told(walk, verbose, marked))


def _ends(rev_range: str | None) -> tuple[str, str]:
    if rev_range is None:
        return "base", "heads"
    start, colon, end = rev_range.partition(":")
    if not colon:
        raise CommandError(
            "History range requires [start]:[end], [start]:, or :[end].",
            f"For one revision:  whimbrel show {rev_range}",
        )
    return start.strip() or "base", end.strip() or "heads"


def _all_current(script: ScriptDirectory, rows: tuple[str, ...]) -> frozenset[str]:
    """Return the revisions the database is at: its rows, and the heads that those rows imply by depending on them."""
    return frozenset(item.revision for item in script.get_all_current(rows))


def _walk(script: ScriptDirectory, base: str, head: str, current: tuple[str, ...]) -> Iterable[Script]:
    lower = current if base == "current" else base
    upper = current if head == "current" else head
    if upper == ():
        return ()
    return script.walk_revisions(base=lower or "base", head=upper)


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
