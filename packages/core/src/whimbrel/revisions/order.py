"""In which order revisions are listed and run."""

from __future__ import annotations

from collections.abc import Collection, Set

from whimbrel.revisions.graph import RevisionGraph


def newest_first(graph: RevisionGraph, ids: Set[str]) -> list[str]:
    """Return *ids* so that each comes before all it follows or depends on, branch after branch.

    A branch is walked down as far as it goes before the next one is begun, so that what belongs together stands
    together. Between equals the order in which the graph was given its revisions decides.

    :param ids: any ids of the graph.

    Example::

            +-- c1 -- d1
        a --+                  newest_first: d1 c1 c2 a
            +-- c2
    """
    parents = graph.parents  # asked twice of each of thousands
    waiting: dict[str, int] = {}
    for id_ in ids:
        for parent in parents(id_):
            waiting[parent] = waiting.get(parent, 0) + 1
    tips = [id_ for id_ in _in_given_order(graph, ids) if id_ not in waiting]
    tips.reverse()
    ordered: list[str] = []
    while tips:
        id_ = tips.pop()
        ordered.append(id_)
        for parent in reversed(parents(id_)):
            left = waiting[parent] - 1
            waiting[parent] = left
            if not left and parent in ids:
                tips.append(parent)
    return ordered


def _in_given_order(graph: RevisionGraph, ids: Set[str]) -> Collection[str]:
    if len(ids) == 1:
        return ids
    return [id_ for id_ in graph.ids if id_ in ids]
