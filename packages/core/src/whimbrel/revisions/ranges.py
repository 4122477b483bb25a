"""History ranges: ``a:b``, ``a:``, ``:b``, ``-3:current``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from whimbrel.errors import ResolutionError
from whimbrel.revisions.graph import RevisionGraph
from whimbrel.revisions.order import newest_first
from whimbrel.revisions.select import above, between
from whimbrel.revisions.target import Target, parse, resolve, walk, walk_down, within_branch

_CURRENT = r"(.*@)?current([+-]\d+)?"


class Range(NamedTuple):
    """Both ends of a range as they were written; empty for an end left open."""

    lower: str
    upper: str

    @property
    def needs_current(self) -> bool:
        """Whether the database has to be asked for its revisions."""
        return any(re.fullmatch(_CURRENT, end) for end in self)


def parse_range(text: str) -> Range:
    """Take a range apart.

    :raises ResolutionError: it is not of the form ``[start]:[end]``.

    Example::

        >>> parse_range("ae10:")
        Range(lower='ae10', upper='')
    """
    lower, colon, upper = text.strip().partition(":")
    if not colon or ":" in upper:
        raise ResolutionError(f"History range {text!r} is not [start]:[end], [start]: or :[end].", text)
    return Range(lower.strip(), upper.strip())


def select_range(graph: RevisionGraph, wanted: Range, current: Sequence[str] = ()) -> list[str]:
    """Return the ids of a range, both ends included, newest first.

    A ``-n`` at the start counts from the end of the range, a ``+n`` at the end from its start; counts that lead
    off the history stop there.

    :param current: the rows of the version table, for the word ``current``.
    :raises RangeNotAncestorError: the start is not below the end.
    :raises ResolutionError: an end names nothing.

    Example::

        a -- b -- c -- d        database at c        -1:current  ->  c b
    """
    lower, upper = (parse(graph, end) if end else None for end in wanted)
    if upper is not None and upper.is_relative and (upper.offset or 0) > 0:
        lowers = _end(graph, lower, current, ())
        uppers = tuple(above(graph, upper, lowers, clip=True))
    else:
        uppers = _end(graph, upper, current, graph.heads)
        lowers = _start(graph, lower, current, uppers)
    if not uppers:
        return []
    if lower is not None:  # its label says which branch the range is about
        uppers = within_branch(graph, lower, uppers)
    if upper is not None and upper.label is not None and len(lowers) > 1:
        # Of several current revisions only those of the branch asked for count.
        lowers = within_branch(graph, upper, lowers) or lowers
    return newest_first(graph, between(graph, uppers, lowers, inclusive=True))


def _start(
    graph: RevisionGraph, lower: Target | None, current: Sequence[str], uppers: Sequence[str]
) -> tuple[str, ...]:
    if lower is None or not lower.is_relative or (lower.offset or 0) > 0:
        return _end(graph, lower, current, ())
    steps = -(lower.offset or 0)
    starts = within_branch(graph, lower, uppers)
    return tuple(dict.fromkeys(_clipped(graph, start, steps, lower.text) for start in starts))


def _clipped(graph: RevisionGraph, start: str, steps: int, argument: str) -> str:
    """What is *steps* below *start*, or as far as there is something."""
    at = start
    for _ in range(steps):
        below, _ = walk_down(graph, at, 1, argument)
        if below is None:
            break
        at = below
    return at


def _end(
    graph: RevisionGraph, target: Target | None, current: Sequence[str], otherwise: Sequence[str]
) -> tuple[str, ...]:
    if target is None:
        return tuple(otherwise)
    if target.symbol != "current":
        return resolve(graph, target.text)
    rows = within_branch(graph, target, current)
    if target.offset is None:
        return rows
    moved = (walk(graph, row, target) for row in rows)
    return tuple(dict.fromkeys(id_ for id_ in moved if id_ is not None))
