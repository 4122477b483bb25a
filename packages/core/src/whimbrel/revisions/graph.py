"""The history as a graph: revisions, the arrows between them, and their order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from whimbrel.errors import DuplicateBranchLabel, DuplicateRevision, MissingAncestor
from whimbrel.revisions.cycles import cycle_error
from whimbrel.revisions.labels import InheritedLabels
from whimbrel.revisions.revision import Revision


class RevisionGraph:
    """Revisions and their arrows: ``down_revision`` makes the branches, ``depends_on`` only says what comes first.

    Everything is checked when it is made, in one pass; the answers after that take time in proportion to what they
    return.

    :param revisions: the revisions, in any order; the order they come in decides between equals in lists.
    :raises DuplicateRevision: two of them have one id.
    :raises DuplicateBranchLabel: two of them name one label, or a label is also an id.
    :raises MissingAncestor: one follows or depends on something that is not there.
    :raises CycleDetected: they form a circle.
    :raises DependencyCycleDetected: they form a circle when dependencies count.
    """

    def __init__(self, revisions: Iterable[Revision]) -> None:
        self._nodes: dict[str, Revision] = {}
        self._labels: dict[str, str] = {}
        self._dependencies: dict[str, tuple[str, ...]] = {}
        self._children: dict[str, list[str]] = {}
        self._dependents: dict[str, list[str]] = {}
        self._inherited: InheritedLabels | None = None
        for revision in revisions:
            self._hold(revision)
        for revision in self._nodes.values():
            self._verify_labels(revision)
            self._link(revision, self._arrows(revision))
        self._order: list[str] = self._sorted()
        for revision in self._nodes.values():
            revision._graph = self

    # -- making it ---------------------------------------------------------------------------------------------

    def _hold(self, revision: Revision) -> None:
        id_ = revision.revision
        if (other := self._nodes.get(id_)) is not None:
            raise DuplicateRevision(id_, [path for path in (other.path, revision.path) if path is not None])
        for label in revision.own_labels:
            if label in self._labels:
                raise self._duplicate_label(label, (self._nodes[self._labels[label]], revision))
        self._nodes[id_] = revision
        for label in revision.own_labels:
            self._labels[label] = id_

    def _verify_labels(self, revision: Revision) -> None:
        for label in revision.own_labels:
            if label in self._nodes:
                raise self._duplicate_label(label, (revision, self._nodes[label]))

    @staticmethod
    def _duplicate_label(label: str, holders: Iterable[Revision]) -> DuplicateBranchLabel:
        both = tuple(holders)
        return DuplicateBranchLabel(
            label, [node.revision for node in both], [node.path for node in both if node.path is not None]
        )

    def _arrows(self, revision: Revision) -> tuple[str, ...]:
        """The ids it depends on, labels resolved, once it is sure that all it names is there."""
        for parent in revision.down_revisions:
            if parent not in self._nodes:
                raise MissingAncestor(revision.revision, parent, revision.path)
        if not revision.depends_on:
            return ()
        found: dict[str, None] = {}
        for name in revision.depends_on:
            on = name if name in self._nodes else self._labels.get(name)
            if on is None:
                raise MissingAncestor(revision.revision, name, revision.path, "depends_on")
            # What it follows comes first anyway: naming it again adds no arrow.
            if on not in revision.down_revisions:
                found[on] = None
        return tuple(found)

    def _link(self, revision: Revision, dependencies: tuple[str, ...]) -> None:
        id_ = revision.revision
        for parent in revision.down_revisions:
            if (children := self._children.get(parent)) is None:
                self._children[parent] = [id_]
            else:
                children.append(id_)
        if dependencies:
            self._dependencies[id_] = dependencies
            for on in dependencies:
                self._dependents.setdefault(on, []).append(id_)

    def _sorted(self) -> list[str]:
        """The ids, each after what it comes after: Kahn's algorithm, one pass."""
        waiting: dict[str, int] = {}
        ready: list[str] = []
        for id_, node in self._nodes.items():
            before = len(node.down_revisions) + len(self._dependencies.get(id_, ()))
            if not before:
                ready.append(id_)
            elif before > 1:
                waiting[id_] = before
        for id_ in ready:  # grows while it is walked
            for after in self.followers(id_):
                left = waiting.get(after, 1) - 1
                if left:
                    waiting[after] = left
                else:
                    ready.append(after)
        if len(ready) != len(self._nodes):
            done = set(ready)
            raise cycle_error(self._nodes, [id_ for id_ in self._nodes if id_ not in done], self.parents)
        return ready

    def add_revision(self, revision: Revision, _replace: bool = False) -> None:
        """Take one more revision in, without looking at the others again.

        :param revision: it follows, or depends on, what is there already.
        :param _replace: it takes the place of the revision with its id, as when its file was read anew.
        :raises RevisionError: as for the whole graph, which is left as it was.

        Example::

            >>> graph = RevisionGraph([Revision("a", None)])
            >>> graph.add_revision(Revision("b", "a"))
            >>> graph.children("a")
            ('b',)
        """
        if _replace and revision.revision in self._nodes:
            fresh = RevisionGraph([revision if id_ == revision.revision else node for id_, node in self._nodes.items()])
            self.__dict__.update(fresh.__dict__)
            for node in self._nodes.values():
                node._graph = self
            return
        dependencies = self._arrows(revision)
        self._verify_labels(revision)
        if (holder := self._labels.get(revision.revision)) is not None:
            raise self._duplicate_label(revision.revision, (self._nodes[holder], revision))
        self._hold(revision)
        self._link(revision, dependencies)
        self._order.append(revision.revision)
        self._inherited = None
        revision._graph = self

    # -- asking it ---------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._nodes)

    def __contains__(self, revision: object) -> bool:
        return revision in self._nodes

    def __iter__(self) -> Iterator[Revision]:
        """The revisions, in the order they were given."""
        return iter(self._nodes.values())

    def __getitem__(self, revision: str) -> Revision:
        """The revision with exactly this id; KeyError when there is none."""
        return self._nodes[revision]

    def get(self, revision: str) -> Revision | None:
        """The revision with exactly this id, or None."""
        return self._nodes.get(revision)

    @property
    def ids(self) -> Collection[str]:
        """All ids, in the order they were given."""
        return self._nodes.keys()

    @property
    def labels(self) -> Mapping[str, str]:
        """The branch labels, each with the id of the revision that names it."""
        return self._labels

    @property
    def heads(self) -> tuple[str, ...]:
        """The ids that nothing follows."""
        return tuple(id_ for id_ in self._nodes if id_ not in self._children)

    @property
    def effective_heads(self) -> tuple[str, ...]:
        """The heads that nothing depends on: what the version table holds once everything is applied."""
        return tuple(id_ for id_ in self.heads if id_ not in self._dependents)

    @property
    def bases(self) -> tuple[str, ...]:
        """The ids that follow nothing."""
        return tuple(id_ for id_, node in self._nodes.items() if not node.down_revisions)

    def children(self, revision: str) -> tuple[str, ...]:
        """The ids that follow this id by ``down_revision``."""
        return tuple(self._children.get(revision, ()))

    def followers(self, revision: str) -> Collection[str]:
        """The ids that follow this id, by ``down_revision`` or ``depends_on``."""
        after = self._children.get(revision)
        dependents = self._dependents.get(revision)
        if dependents is None:
            return after or ()
        return dependents if after is None else [*after, *dependents]

    def dependencies(self, revision: str) -> tuple[str, ...]:
        """The ids this id depends on (labels resolved), without those it follows anyway."""
        return self._dependencies.get(revision, ())

    def parents(self, revision: str) -> tuple[str, ...]:
        """The ids this id follows, then those it depends on."""
        before = self._nodes[revision].down_revisions
        dependencies = self._dependencies.get(revision)
        return before if dependencies is None else before + dependencies

    def is_head(self, revision: str) -> bool:
        """Nothing follows this id."""
        return revision not in self._children

    def is_branch_point(self, revision: str) -> bool:
        """More than one revision follows this id."""
        return len(self._children.get(revision, ())) > 1

    def inherited_labels(self, revision: str) -> frozenset[str]:
        """The labels that hold for this id: its own, and those of its branch.

        Example::

            a -- b -- c      b has branch_labels = "shop"
            a: shop          b: shop       c: shop
        """
        if not self._labels:
            return frozenset()
        if self._inherited is None:
            self._inherited = InheritedLabels(self._nodes, self._order, self._parts)
        return self._inherited.of(revision)

    def _parts(self, revision: str) -> bool:
        return len(self._children.get(revision, ())) + len(self._dependents.get(revision, ())) > 1

    def topological(self) -> Sequence[str]:
        """All ids, bases first, each after everything it follows or depends on."""
        return self._order
