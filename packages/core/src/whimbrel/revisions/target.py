"""What an identifier such as ``ae10``, ``shop@head`` or ``ae10+2`` names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence, Set
from typing import NamedTuple

from whimbrel.errors import AmbiguousRevision, MultipleHeads, RelativeRevisionError, ResolutionError
from whimbrel.revisions.graph import RevisionGraph
from whimbrel.revisions.lineage import lineage

_OFFSET = r"(?s)(.*?)([+-]\d+)"


class Target(NamedTuple):
    """An identifier taken apart.

    ==================  =======  =========  ========
    identifier          label    symbol     offset
    ==================  =======  =========  ========
    ``ae10``            None     ``ae10``   None
    ``shop@head``       shop     ``head``   None
    ``ae10+2``          None     ``ae10``   2
    ``-1``              None     (empty)    -1
    ``shop@+2``         shop     (empty)    2
    ==================  =======  =========  ========
    """

    text: str
    label: str | None
    symbol: str
    offset: int | None

    @property
    def is_relative(self) -> bool:
        """It counts from where one stands: ``+2``, ``shop@-1``."""
        return not self.symbol and self.offset is not None


def parse(graph: RevisionGraph, identifier: str) -> Target:
    """Take *identifier* apart; what is an id or a label as it stands is left whole.

    :raises ResolutionError: it says nothing.
    """
    if identifier in graph or identifier in graph.labels:
        return Target(identifier, None, identifier, None)
    label, _, rest = identifier.rpartition("@")
    offset: int | None = None
    if rest not in graph and rest not in graph.labels and (parts := re.fullmatch(_OFFSET, rest)):
        rest, offset = parts[1], int(parts[2])
    if not rest and offset is None:
        raise ResolutionError(f"{identifier!r} names no revision.", identifier, "Name a revision, or heads, or base.")
    return Target(identifier, label or None, rest, offset)


def resolve(graph: RevisionGraph, identifier: str | Iterable[str] | None) -> tuple[str, ...]:
    """Return the ids that *identifier* names; none for ``base`` and None.

    :param identifier: an id, a unique prefix of one, a branch label, ``head``, ``heads``, ``base``, any of these
        after ``label@`` (or ``id@``), any of these with ``+2`` or ``-1`` after it; or several identifiers.
    :raises ResolutionError: it names nothing.
    :raises AmbiguousRevision: the prefix fits several revisions.
    :raises MultipleHeads: ``head`` where there are several.
    :raises RelativeRevisionError: the count leads off the end, or the way forks.

    Example::

        a -- b -- c      resolve("c-1")  -> ("b",)
    """
    if identifier is None:
        return ()
    if not isinstance(identifier, str):
        return tuple(dict.fromkeys(id_ for one in _several(identifier) for id_ in resolve(graph, one)))
    target = parse(graph, identifier)
    if target.offset is None:
        return named(graph, target)
    if target.is_relative:
        if target.offset >= 0:
            raise RelativeRevisionError(
                f"{target.text!r} does not say from where to count.", target.text, f"Say so: <revision>{target.text}"
            )
        starts = within_branch(graph, target, graph.heads)
        ends = (walk_down(graph, start, -target.offset, target.text)[0] for start in starts)
        return tuple(dict.fromkeys(id_ for id_ in ends if id_ is not None))
    found = walk(graph, _at_most_one(graph, named(graph, target), target.text), target)
    return () if found is None else (found,)


def _several(identifiers: Iterable[str]) -> Iterable[str]:
    given: object = identifiers  # whatever a database driver made of a column of text
    if isinstance(given, bytes) or not isinstance(given, Iterable):
        raise ResolutionError(
            f"Revision identifier {given!r} is not a string.",
            repr(given),
            "Check how the database driver returns text.",
        )
    return identifiers


def resolve_one(graph: RevisionGraph, identifier: str | None) -> str | None:
    """Return the one id that *identifier* names, None for ``base``; see :func:`resolve`.

    :raises MultipleHeads: it names several.
    """
    return _at_most_one(graph, resolve(graph, identifier), identifier)


def _at_most_one(graph: RevisionGraph, ids: Sequence[str], argument: str | None) -> str | None:
    if len(ids) > 1:
        raise MultipleHeads(ids, argument, paths_of(graph, ids))
    return ids[0] if ids else None


def named(graph: RevisionGraph, target: Target) -> tuple[str, ...]:
    """Return the ids that *target* names when its offset is left aside."""
    if target.symbol == "base":
        if target.label is not None:
            branch_root(graph, target)
        return ()
    if target.symbol == "heads":
        # A head that another one depends on is implied by it; named by its branch it still counts.
        return graph.effective_heads if target.label is None else within_branch(graph, target, graph.heads)
    if target.symbol == "head":
        heads = within_branch(graph, target, graph.heads)
        _at_most_one(graph, heads, target.text)
        return heads
    found = exactly(graph, target.symbol, target.text)
    if not within_branch(graph, target, (found,)):
        raise ResolutionError(
            f"Revision {found} is not a member of branch {target.label!r}.",
            target.text,
            f"Leave {target.label}@ away, or name a revision of that branch.",
        )
    return (found,)


def exactly(graph: RevisionGraph, name: str, argument: str) -> str:
    """Return the id that *name* is: an id, a branch label, or the beginning of one id.

    :param argument: the whole identifier, for messages.
    """
    if name in graph:
        return name
    if (labelled := graph.labels.get(name)) is not None:
        return labelled
    fits = [id_ for id_ in graph.ids if id_.startswith(name)] if name else []
    if len(fits) > 1:
        raise AmbiguousRevision(argument, fits)
    if not fits:
        raise ResolutionError(
            f"Can't locate revision identified by {argument!r}.", argument, _remedy(graph, name, argument)
        )
    return fits[0]


def _remedy(graph: RevisionGraph, name: str, argument: str) -> str:
    if name == "current":
        return "The word current stands for the database's revisions in ranges only:  whimbrel history -r current:head"
    near = [argument.replace(name, other, 1) if name else other for other in nearest(graph, name)]
    return f"Did you mean {' or '.join(near)}?" if near else "See what there is:  whimbrel history"


def branch_root(graph: RevisionGraph, target: Target) -> str:
    """Return the id that the part before ``@`` stands for: a label's revision, or an id."""
    return exactly(graph, target.label or "", target.text)


def within_branch(graph: RevisionGraph, target: Target, ids: Sequence[str]) -> tuple[str, ...]:
    """Return those of *ids* that are on the branch before ``@``; all of them when there is none."""
    if target.label is None:
        return tuple(ids)
    branch = lineage(graph, branch_root(graph, target))
    return tuple(id_ for id_ in ids if id_ in branch)


def walk(graph: RevisionGraph, start: str | None, target: Target) -> str | None:
    """Return what is *target*'s offset away from *start*; None is the base."""
    offset = target.offset or 0
    if offset < 0 and start is not None:
        return walk_down(graph, start, -offset, target.text)[0]
    branch = None if target.label is None else lineage(graph, branch_root(graph, target))
    return walk_up(graph, start, offset, target.text, branch)


def walk_down(graph: RevisionGraph, start: str, steps: int, argument: str) -> tuple[str | None, str]:
    """Return what *start* follows after *steps* steps, None for the base, and the step above it.

    :raises RelativeRevisionError: there are not so many steps, or a merge is in the way.
    """
    at: str | None = start
    above = start
    for step in range(steps):
        if at is None:
            raise too_far(argument, step)
        above = at
        before = graph[at].down_revisions
        if len(before) > 1:
            raise _forks(argument, at, before)
        at = before[0] if before else None
    return at, above


def walk_up(
    graph: RevisionGraph, start: str | None, steps: int, argument: str, branch: Set[str] | None, *, clip: bool = False
) -> str | None:
    """Return what follows *start*, None for the base, after *steps* steps.

    :param branch: where the way forks, only these ids count.
    :param clip: stop at the end rather than raise.
    :raises RelativeRevisionError: there are not so many steps (*steps* below 1 never lead anywhere), or it forks.
    """
    if steps < 1:
        raise too_far(argument, 0)
    at = start
    for step in range(steps):
        after: Collection[str] = graph.bases if at is None else graph.children(at)
        if branch is not None:
            after = [id_ for id_ in after if id_ in branch]
        if len(after) > 1:
            raise _forks(argument, at or "base", after)
        if not after:
            if clip:
                break
            raise too_far(argument, step)
        (at,) = after
    return at


def too_far(argument: str, there: int) -> RelativeRevisionError:
    """The error for a count that leads off the end after *there* steps."""
    end = f"after {there} step{'' if there == 1 else 's'}" if there else "at once"
    return RelativeRevisionError(f"{argument!r} leads off the end of the history {end}.", argument)


def _forks(argument: str, at: str, ways: Collection[str]) -> RelativeRevisionError:
    return RelativeRevisionError(
        f"{argument!r} is ambiguous: at {at} the way forks to {', '.join(ways)}.",
        argument,
        "Name the revision itself, or a branch: <branch label>@<offset>.",
    )


def paths_of(graph: RevisionGraph, ids: Iterable[str]) -> list[str]:
    """Return the file of each id, for an error; nothing unless every one has a file."""
    paths = [graph[id_].path for id_ in ids]
    return [path for path in paths if path is not None] if None not in paths else []


def nearest(graph: RevisionGraph, name: str, limit: int = 3) -> tuple[str, ...]:
    """Return ids and labels that *name* may be a slip of, for a message.

    :param limit: how many at most.

    Example::

        >>> nearest(RevisionGraph([Revision("ae1027a6acf", None)]), "ae1072a6acf")
        ('ae1027a6acf',)
    """
    from difflib import get_close_matches

    words = [*graph.labels, "head", "heads", "base"]
    slips = [id_ for id_ in graph.ids if _is_slip(name, id_)]
    return tuple(dict.fromkeys([*slips[:limit], *get_close_matches(name, words, limit, 0.7)]))[:limit]


def _is_slip(name: str, id_: str) -> bool:
    """Whether the two differ in one place only, by a character or two; the typed one may be a prefix."""
    if len(name) < 4 or len(name) > len(id_) + 1:
        return False
    against = id_ if len(id_) <= len(name) + 1 else id_[: len(name)]
    shorter = min(len(name), len(against))
    front = 0
    while front < shorter and name[front] == against[front]:
        front += 1
    back = 0
    while back < shorter - front and name[-1 - back] == against[-1 - back]:
        back += 1
    return max(len(name), len(against)) - front - back <= 2
