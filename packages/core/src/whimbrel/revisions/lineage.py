"""Who comes before whom: ancestors, descendants, and what is applied."""

from __future__ import annotations

from collections.abc import Iterable, Set

from whimbrel.revisions.graph import RevisionGraph


def ancestors(
    graph: RevisionGraph, ids: Iterable[str], *, dependencies: bool = True, skip: Set[str] = frozenset()
) -> set[str]:
    """Return *ids* and everything they follow.

    :param dependencies: follow ``depends_on`` too.
    :param skip: leave these out, and do not walk through them.
    """
    found: set[str] = set()
    todo = list(ids)
    while todo:
        id_ = todo.pop()
        if id_ not in found and id_ not in skip:
            found.add(id_)
            todo += graph.parents(id_) if dependencies else graph[id_].down_revisions
    return found


def descendants(
    graph: RevisionGraph,
    ids: Iterable[str],
    *,
    dependencies: bool = True,
    within: Set[str] | None = None,
    skip: Set[str] = frozenset(),
) -> set[str]:
    """Return *ids* and everything that follows them.

    :param dependencies: follow ``depends_on`` too.
    :param within: leave out, and do not walk through, what is not in here.
    :param skip: leave these out, and do not walk through them.
    """
    found: set[str] = set()
    todo = list(ids)
    while todo:
        id_ = todo.pop()
        if id_ not in found and id_ not in skip and (within is None or id_ in within):
            found.add(id_)
            todo += graph.followers(id_) if dependencies else graph.children(id_)
    return found


def lineage(graph: RevisionGraph, id_: str, *, dependencies: bool = False) -> set[str]:
    """Return the revision, all it follows and all that follow it: what a branch label stands for.

    :param dependencies: follow ``depends_on`` too.
    """
    found = ancestors(graph, (id_,), dependencies=dependencies)
    return found | descendants(graph, (id_,), dependencies=dependencies)


def tips(graph: RevisionGraph, ids: Set[str]) -> list[str]:
    """Return those of *ids* that no other of them follows or depends on, in the graph's order."""
    return [id_ for id_ in graph.ids if id_ in ids and not any(after in ids for after in graph.followers(id_))]
