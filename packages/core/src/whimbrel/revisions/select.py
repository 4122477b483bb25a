"""Which revisions an upgrade, a downgrade or a range is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from whimbrel.errors import RangeNotAncestorError, RelativeRevisionError
from whimbrel.revisions.graph import RevisionGraph
from whimbrel.revisions.lineage import ancestors, descendants, lineage, tips
from whimbrel.revisions.target import (
    Target,
    branch_root,
    named,
    parse,
    resolve,
    resolve_one,
    too_far,
    walk_down,
    walk_up,
)


def between(
    graph: RevisionGraph,
    uppers: Sequence[str],
    lowers: Sequence[str],
    *,
    inclusive: bool = False,
    implicit_base: bool = False,
) -> set[str]:
    """Return what stands above *lowers*, up to and with *uppers*.

    :param lowers: none for everything below *uppers*.
    :param inclusive: with *lowers*.
    :param implicit_base: all that *uppers* need and *lowers* do not, instead of what descends from *lowers*.
    :raises RangeNotAncestorError: one of *lowers* is not below any of *uppers* (not with *implicit_base*).

    Example::

            +-- c1 --+
        a --+        +-- m        between(m, c1): m            implicit_base: m c2
            +-- c2 --+
    """
    # What is needed from other branches counts from above; from below only what follows counts.
    below = ancestors(graph, uppers)
    if not lowers:
        return below
    if implicit_base:
        found = below - ancestors(graph, lowers)
    else:
        if not below.issuperset(lowers):
            raise RangeNotAncestorError(", ".join(lowers), ", ".join(uppers))
        found = descendants(graph, lowers, dependencies=False, within=below).difference(lowers)
    return found | below.intersection(lowers) if inclusive else found


def needed(graph: RevisionGraph, wanted: Sequence[str], heads: Sequence[str]) -> set[str]:
    """Return what has to be applied before all of *wanted* is, when *heads* and what they need is."""
    if set(wanted).issubset(heads):
        return set()
    return ancestors(graph, wanted) - ancestors(graph, heads)


def upgrade_targets(
    graph: RevisionGraph, identifier: str | Iterable[str] | None, heads: Sequence[str]
) -> Sequence[str]:
    """Return the ids that an upgrade to *identifier* leads to.

    :param heads: the rows of the version table; ``+2`` counts from there.
    :raises RelativeRevisionError: ``-1``, or ``+1`` from several rows, or the way forks or ends.
    """
    if not isinstance(identifier, str):
        return resolve(graph, identifier)
    target = parse(graph, identifier)
    if not target.is_relative:
        return resolve(graph, identifier)
    if (target.offset or 0) < 1:
        raise RelativeRevisionError(
            f"{target.text!r} does not count upwards, and an upgrade goes up.", target.text, "Count up, such as +1."
        )
    return above(graph, target, heads)


def above(graph: RevisionGraph, target: Target, heads: Sequence[str], *, clip: bool = False) -> Sequence[str]:
    """Return what is ``+n`` above *heads*, or above what is applied of the branch before ``@``.

    :param clip: stop at the end of the history rather than raise.
    """
    branch: set[str] | None = None
    starts = heads
    if target.label is not None:
        branch = lineage(graph, branch_root(graph, target))
        starts = tips(graph, ancestors(graph, heads) & branch)
    start = _one_start(target, starts, "upgrade")
    end = walk_up(graph, start, target.offset or 0, target.text, branch, clip=clip)
    return () if end is None else (end,)


def _one_start(target: Target, starts: Sequence[str], what: str) -> str | None:
    if len(starts) > 1:
        raise RelativeRevisionError(
            f"{target.text!r} is ambiguous: the {what} could start at any of {', '.join(starts)}.",
            target.text,
            f"Name a branch: <branch label>@{target.offset:+d}.",
        )
    return starts[0] if starts else None


def unneeded(graph: RevisionGraph, identifier: str, heads: Sequence[str]) -> set[str]:
    """Return what has to go so that *identifier* is the newest on its branch.

    Whatever descends from what goes, or depends on it, goes with it.

    :param identifier: where to go; with ``label@`` only that branch is taken down.
    :param heads: the rows of the version table.
    :raises RangeNotAncestorError: the target is not below *heads*.
    :raises RelativeRevisionError: ``+1``, or the way forks or ends.
    :raises MultipleHeads: the target is several revisions.

    Example::

            +-- c1        heads c1, c2:   a      c1, c2 go
        a --+                             c1@a   c1 goes
            +-- c2                        c1@-1  c1 goes
    """
    applied = ancestors(graph, heads)
    target = parse(graph, identifier)
    if target.is_relative:
        return descendants(graph, (_first_to_go(graph, target, heads, applied),), within=applied)
    destination = resolve_one(graph, identifier)
    roots = _bases(graph, target) if destination is None else graph.children(destination)
    if target.label is not None:
        branch = lineage(graph, branch_root(graph, target))
        roots = tuple(id_ for id_ in roots if id_ in branch)
    found = descendants(graph, roots, within=applied)
    if not found and destination is not None and destination not in heads:
        raise RangeNotAncestorError(destination, ", ".join(heads))
    return found


def _bases(graph: RevisionGraph, target: Target) -> tuple[str, ...]:
    """The bases that *target* leads below: the one that ``ae10-3`` walks to, or all."""
    if target.offset is None:
        return graph.bases
    (start,) = named(graph, target)
    return (walk_down(graph, start, -target.offset, target.text)[1],)


def _first_to_go(graph: RevisionGraph, target: Target, heads: Sequence[str], applied: Set[str]) -> str:
    """The lowest revision that ``-n`` takes away."""
    offset = target.offset or 0
    if offset >= 0:
        raise RelativeRevisionError(
            f"{target.text!r} counts upwards, and a downgrade goes down.", target.text, "Count down, such as -1."
        )
    if target.label is None:
        start = heads[0] if heads else None
        if len(heads) > 1:
            _warn_of_choice(target, heads)
    else:
        branch = applied & lineage(graph, branch_root(graph, target))
        # Where another branch goes on from here, this one has not begun.
        ends = [id_ for id_ in tips(graph, branch) if applied.isdisjoint(graph.children(id_))]
        start = _one_start(target, ends, "downgrade")
    if start is None:
        raise too_far(target.text, 0)
    return walk_down(graph, start, -offset, target.text)[1]


def _warn_of_choice(target: Target, heads: Sequence[str]) -> None:
    import warnings

    warnings.warn(
        f"'{target.text}' from several revisions ({', '.join(heads)}) is ambiguous: it counts from {heads[0]}. "
        f"Name a branch: <branch label>@{target.text}",
        stacklevel=4,
    )
