"""RevisionMap: the history under the names that scripts and env.py files use."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from whimbrel.revisions import target as identifiers
from whimbrel.revisions.graph import RevisionGraph
from whimbrel.revisions.lineage import lineage
from whimbrel.revisions.order import newest_first
from whimbrel.revisions.revision import Revision
from whimbrel.revisions.select import above, between, unneeded

Identifier = str | Iterable[str] | None


class RevisionMap(RevisionGraph):
    """All revisions of a project, by id, and the questions asked of them.

    :param generator: called once, at once; returns the revisions in any order.
    :raises RevisionError: as :class:`~whimbrel.revisions.graph.RevisionGraph` says.

    Example::

        >>> history = RevisionMap(lambda: [Revision("a", None), Revision("b", "a")])
        >>> history.heads
        ('b',)
    """

    def __init__(self, generator: Callable[[], Iterable[Revision]]) -> None:
        super().__init__(generator())

    def get_revision(self, id_: str | None) -> Revision | None:
        """Return the revision that an identifier names, None for ``base``.

        :param id_: see :meth:`resolve`.
        :raises MultipleHeads: it names several.
        :raises ResolutionError: it names none.
        """
        found = identifiers.resolve_one(self, id_)
        return None if found is None else self[found]

    def get_revisions(self, id_: Identifier) -> tuple[Revision, ...]:
        """Return the revisions that an identifier, or several of them, name; none for ``base``.

        :param id_: see :meth:`resolve`.
        :raises ResolutionError: one of them names none.
        """
        return tuple(self[found] for found in identifiers.resolve(self, id_))

    def resolve(self, identifier: Identifier) -> tuple[str, ...]:
        """Return the ids that an identifier names; see :func:`whimbrel.revisions.target.resolve`."""
        return identifiers.resolve(self, identifier)

    def nearest(self, identifier: str) -> tuple[str, ...]:
        """Return ids and labels that look like *identifier*, nearest first, for a message."""
        return identifiers.nearest(self, identifier)

    def get_current_head(self, branch_label: str | None = None) -> str | None:
        """Return the id of the one head, None for an empty history.

        :param branch_label: the head of this branch.
        :raises MultipleHeads: there are several.
        """
        return identifiers.resolve_one(self, "head" if branch_label is None else f"{branch_label}@head")

    def filter_for_lineage(
        self, targets: Iterable[Revision], check_against: str | None, include_dependencies: bool = False
    ) -> tuple[Revision, ...]:
        """Return those revisions that are on one line with another: before it, after it, or itself.

        :param targets: the revisions to choose from.
        :param check_against: an identifier of that other one; a label before ``@`` counts, ``head`` does not.
        :param include_dependencies: follow ``depends_on`` too.
        """
        others = tuple(targets)
        if check_against is None:
            return others
        parsed = identifiers.parse(self, check_against)
        name = parsed.label if parsed.label is not None else parsed.symbol
        if name in ("", "base", "head", "heads"):
            return others
        line = lineage(self, identifiers.exactly(self, name, check_against), dependencies=include_dependencies)
        return tuple(node for node in others if node.revision in line)

    def iterate_revisions(
        self,
        upper: Identifier,
        lower: Identifier,
        implicit_base: bool = False,
        inclusive: bool = False,
        assert_relative_length: bool = True,
        select_for_downgrade: bool = False,
    ) -> Iterator[Revision]:
        """Yield the revisions from *upper* down to *lower*, newest first.

        :param upper: where to begin: an identifier or several; ``+2`` counts from *lower*.
        :param lower: where to end.
        :param implicit_base: all that *upper* needs and *lower* does not, instead of what descends from *lower*.
        :param inclusive: yield *lower* too.
        :param assert_relative_length: raise when ``+2`` leads off the end; otherwise stop there.
        :param select_for_downgrade: what a downgrade from the rows *upper* to *lower* takes away.
        :raises RangeNotAncestorError: *lower* is not below *upper*.
        """
        if select_for_downgrade:
            found = unneeded(self, "base" if lower is None else str(lower), identifiers.resolve(self, upper))
        else:
            uppers, lowers = self._ends(upper, lower, clip=not assert_relative_length)
            found = between(self, uppers, lowers, inclusive=inclusive, implicit_base=implicit_base)
        for id_ in newest_first(self, found):
            yield self[id_]

    def _ends(self, upper: Identifier, lower: Identifier, *, clip: bool) -> tuple[Sequence[str], Sequence[str]]:
        lowers = identifiers.resolve(self, lower)
        parsed = identifiers.parse(self, upper) if isinstance(upper, str) else None
        if parsed is not None and parsed.is_relative and (parsed.offset or 0) > 0:
            return above(self, parsed, lowers, clip=clip), lowers
        uppers = identifiers.resolve(self, upper)
        if isinstance(lower, str):  # its label says which branch the range is about
            uppers = identifiers.within_branch(self, identifiers.parse(self, lower), uppers)
        return uppers, lowers

    def walk(self) -> Iterator[Revision]:
        """Yield all revisions, newest first, branch after branch."""
        for id_ in newest_first(self, self._nodes.keys()):
            yield self[id_]
