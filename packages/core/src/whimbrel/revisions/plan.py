"""Plans: what an upgrade, a downgrade or a stamp will do, step by step, before any of it is done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from whimbrel.errors import RelativeRevisionError
from whimbrel.revisions.graph import RevisionGraph
from whimbrel.revisions.lineage import ancestors, descendants, lineage
from whimbrel.revisions.order import newest_first
from whimbrel.revisions.select import needed, unneeded, upgrade_targets
from whimbrel.revisions.step import RevisionStep, RowChanges, StampStep
from whimbrel.revisions.target import branch_root, parse, resolve


class Plan(tuple[RevisionStep | StampStep, ...]):
    """The steps of a run, in the order they are to be taken."""

    __slots__ = ()


def plan_upgrade(graph: RevisionGraph, target: str | Iterable[str] | None, heads: Sequence[str]) -> Plan:
    """Plan the way up to *target*: everything it follows or depends on that is not applied yet, oldest first.

    :param target: an identifier, or several; ``+2`` counts from *heads*.
    :param heads: the rows of the version table.
    :return: no steps when all is applied.
    :raises RevisionError: the identifier, as :func:`~whimbrel.revisions.target.resolve` says.

    Example::

            +-- c1 --+
        a --+        +-- m      plan_upgrade(graph, "m", ("a",))   upgrade a -> c2, a -> c1, c1, c2 -> m
            +-- c2 --+
    """
    heads, implied = _tidied(graph, heads)
    missing = needed(graph, upgrade_targets(graph, target, heads), heads)
    return _plan(_steps_up(graph, missing, heads), implied)


def _steps_up(graph: RevisionGraph, missing: AbstractSet[str], heads: Sequence[str]) -> list[RevisionStep]:
    rows = set(heads)
    steps: list[RevisionStep] = []
    for id_ in reversed(newest_first(graph, missing)):
        covered = [parent for parent in graph.parents(id_) if parent in rows]
        rows.difference_update(covered)
        rows.add(id_)
        steps.append(RevisionStep(graph, graph[id_], True, _joined(covered, id_)))
    return steps


def _tidied(graph: RevisionGraph, heads: Sequence[str]) -> tuple[Sequence[str], tuple[str, ...]]:
    """The rows that count, and those that say nothing because another row needs what they name.

    A run leaves no such rows; a hand, or a ``depends_on`` written after the fact, does.
    """
    if len(heads) < 2:
        return heads, ()
    kept = _topmost(graph, heads)
    counting = set(kept)
    return kept, tuple(row for row in heads if row not in counting)


def _plan(steps: Sequence[RevisionStep], implied: tuple[str, ...]) -> Plan:
    """The plan of *steps*, the first of which also takes away the rows that say nothing."""
    if steps and implied:
        rows = steps[0].rows
        steps[0].rows = rows._replace(deletes=implied + rows.deletes)
    return Plan(steps)


def _joined(old: Sequence[str], new: str) -> RowChanges:
    """The rows *old* become the one row *new*."""
    if not old:
        return RowChanges(inserts=(new,))
    return RowChanges(deletes=tuple(old[:-1]), update=(old[-1], new))


def plan_downgrade(graph: RevisionGraph, target: str, heads: Sequence[str]) -> Plan:
    """Plan the way down to *target*: everything that stands on what is left away, newest first.

    :param target: an identifier; ``-2`` counts from *heads*; with ``label@`` only that branch is taken down.
    :param heads: the rows of the version table.
    :return: no steps when the target is a head already.
    :raises RangeNotAncestorError: the target is not applied.
    :raises RevisionError: the identifier, as :func:`~whimbrel.revisions.target.resolve` says.
    """
    heads, implied = _tidied(graph, heads)
    return _plan(_steps_down(graph, unneeded(graph, target, heads), heads), implied)


def _steps_down(graph: RevisionGraph, gone: AbstractSet[str], heads: Sequence[str]) -> list[RevisionStep]:
    applied = ancestors(graph, heads) if gone else set()
    # How many applied revisions still stand on each parent of what goes: at none, the parent is a head again.
    standing: dict[str, int] = {}
    steps: list[RevisionStep] = []
    for id_ in newest_first(graph, gone):
        bare: list[str] = []
        for parent in graph.parents(id_):
            left = standing.get(parent)
            if left is None:
                left = sum(1 for after in graph.followers(parent) if after in applied)
            standing[parent] = left - 1
            if left == 1:
                bare.append(parent)
        steps.append(RevisionStep(graph, graph[id_], False, _parted(id_, bare)))
    return steps


def plan_one(graph: RevisionGraph, revision: str, heads: Sequence[str], *, is_upgrade: bool) -> Plan:
    """Plan the one step of a revision, which was begun before.

    :param revision: its full id. Before an upgrade all that it follows is applied; before a downgrade nothing that
        follows it.
    :param heads: the rows of the version table.
    :param is_upgrade: which way.
    """
    heads, implied = _tidied(graph, heads)
    steps = _steps_up if is_upgrade else _steps_down
    return _plan(steps(graph, {revision}, heads), implied)


def _parted(old: str, new: Sequence[str]) -> RowChanges:
    """The row *old* becomes the rows *new*."""
    if not new:
        return RowChanges(deletes=(old,))
    return RowChanges(update=(old, new[0]), inserts=tuple(new[1:]))


def plan_stamp(graph: RevisionGraph, targets: str | Iterable[str] | None, heads: Sequence[str]) -> Plan:
    """Plan to set the version table to *targets*, running nothing.

    Rows that a target follows, or that follow it, give way to it; rows of other branches stay.

    :param targets: an identifier, or several; ``base`` takes all rows away, ``label@base`` those of a branch.
    :param heads: the rows of the version table.
    :raises RevisionError: an identifier, as :func:`~whimbrel.revisions.target.resolve` says.
    """
    names = [targets] if isinstance(targets, str) or targets is None else list(targets)
    wanted: dict[str, None] = {}
    cleared: set[str] = set()
    for name in names:
        ids, gone = _stamped(graph, name, heads)
        wanted.update(dict.fromkeys(ids))
        cleared.update(gone)
    steps = _stamp_steps(graph, _topmost(graph, wanted), heads)
    replaced = {row for step in steps for row in step.from_}
    steps += [
        _stamp(graph, (row,), ()) for row in heads if row in cleared and row not in replaced and row not in wanted
    ]
    return Plan(steps)


def _stamped(graph: RevisionGraph, name: str | None, heads: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The ids a stamp asks for, and the rows it takes away without a successor."""
    if name is None:
        return (), heads
    target = parse(graph, name)
    if target.is_relative:
        raise RelativeRevisionError(
            f"A stamp cannot count from where the database is: {name!r}.", name, f"Name the revision: <revision>{name}"
        )
    ids = resolve(graph, name)
    if ids or target.symbol in ("head", "heads"):
        return ids, ()
    if target.label is None:
        return (), heads
    branch = lineage(graph, branch_root(graph, target), dependencies=True)
    return (), [row for row in heads if row in branch]


def _topmost(graph: RevisionGraph, ids: Iterable[str]) -> list[str]:
    """Those of *ids* that no other of them needs: a row never stands beside one that implies it."""
    implied = ancestors(graph, (parent for id_ in ids for parent in graph.parents(id_)))
    return [id_ for id_ in ids if id_ not in implied]


def _stamp_steps(graph: RevisionGraph, wanted: Iterable[str], heads: Sequence[str]) -> list[StampStep]:
    """One step for each of *wanted* that is no row yet, with the rows that give way to it."""
    position = {row: at for at, row in enumerate(heads)}
    # Shared by all: a row gives way to one of them only, and nothing is walked through twice.
    below: set[str] = set()
    above: set[str] = set()
    steps: list[StampStep] = []
    for id_ in wanted:
        older = ancestors(graph, (id_,), skip=below)
        newer = descendants(graph, (id_,), skip=above)
        below |= older
        above |= newer
        old = sorted((row for row in position.keys() & (older | newer)), key=position.__getitem__)
        for row in old:
            del position[row]
        if old != [id_]:
            steps.append(_stamp(graph, tuple(old), (id_,), is_upgrade=newer.isdisjoint(old)))
    return steps


def _stamp(graph: RevisionGraph, old: tuple[str, ...], new: tuple[str, ...], *, is_upgrade: bool = False) -> StampStep:
    if new and new[0] not in old:
        rows = _joined(old, new[0])
    else:
        rows = RowChanges(deletes=tuple(row for row in old if row not in new))
    return StampStep(old, new, is_upgrade, not (old and new), graph, rows)
