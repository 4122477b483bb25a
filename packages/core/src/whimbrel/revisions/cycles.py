"""Finds one circle in a history that has one, so that the error can name it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from whimbrel.errors import CycleDetected, DependencyCycleDetected, DependencyLoopDetected, LoopDetected
from whimbrel.revisions.revision import Revision


def cycle_error(
    nodes: Mapping[str, Revision], suspects: Collection[str], parents: Callable[[str], tuple[str, ...]]
) -> CycleDetected:
    """Return the error that names a circle among *suspects*.

    :param nodes: all revisions, by id.
    :param suspects: the ids that no order could be found for; at least one circle is among them.
    :param parents: what an id comes after, dependencies included.
    """
    circle = _circle(suspects, lambda id_: nodes[id_].down_revisions)
    by_dependency = not circle
    if by_dependency:
        circle = _circle(suspects, parents)
    paths = [path for id_ in circle if (path := nodes[id_].path) is not None]
    if len(circle) == 1:
        return (DependencyLoopDetected if by_dependency else LoopDetected)(circle[0], paths)
    return (DependencyCycleDetected if by_dependency else CycleDetected)(circle, paths)


def _circle(suspects: Collection[str], parents: Callable[[str], tuple[str, ...]]) -> list[str]:
    """The ids of one circle, each following the next, or nothing."""
    left = set(suspects)
    finished: set[str] = set()
    for start in suspects:
        trail: dict[str, None] = {}
        todo = [(start, iter(parents(start)))] if start not in finished else []
        while todo:
            id_, ahead = todo[-1]
            trail[id_] = None
            for parent in ahead:
                if parent in trail:
                    walked = list(trail)
                    return walked[walked.index(parent) :]
                if parent in left and parent not in finished:
                    todo.append((parent, iter(parents(parent))))
                    break
            else:
                finished.add(id_)
                del trail[id_]
                todo.pop()
    return []
