"""Which branch labels each revision carries, its own and the inherited ones."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from whimbrel.revisions.revision import Revision


class InheritedLabels:
    """The labels of every revision, found in two passes over the history.

    A label holds for the revision that names it, for all that follow, and for what it follows up to the branch
    point or merge before it.

    Sets are kept as whole numbers, one bit a label: neighbours mostly carry the same labels, and share the number.
    A set per revision would grow with revisions times labels.

    :param nodes: the revisions by id.
    :param order: their ids, bases first.
    :param is_branch_point: whether more than one revision comes after an id, dependencies included.
    """

    __slots__ = ("_bits", "_latest", "_names", "_own")

    def __init__(
        self,
        nodes: Mapping[str, Revision],
        order: Sequence[str],
        is_branch_point: Callable[[str], bool],
    ) -> None:
        self._names: list[str] = []
        self._own: dict[str, int] = {}
        self._latest: tuple[int, frozenset[str]] = (0, frozenset())
        self._bits = self._upwards(nodes, order)
        self._downwards(nodes, order, is_branch_point)

    def of(self, revision: str) -> frozenset[str]:
        """The labels of the revision with this id."""
        bits = self._bits.get(revision, 0)
        latest = self._latest
        if bits != latest[0]:
            # Read from the lowest bit up; neighbours, asked one after the other, share the answer.
            read = zip(self._names, reversed(f"{bits:b}"), strict=False)
            latest = self._latest = (bits, frozenset(name for name, bit in read if bit == "1"))
        return latest[1]

    def _upwards(self, nodes: Mapping[str, Revision], order: Sequence[str]) -> dict[str, int]:
        bits: dict[str, int] = {}
        for id_ in order:
            node = nodes[id_]
            mine = 0
            for parent in node.down_revisions:
                inherited = bits.get(parent, 0)
                mine = mine | inherited if mine else inherited
            if node.own_labels:
                own = self._own[id_] = (1 << len(node.own_labels)) - 1 << len(self._names)
                self._names += node.own_labels
                mine |= own
            if mine:
                bits[id_] = mine
        return bits

    def _downwards(
        self, nodes: Mapping[str, Revision], order: Sequence[str], is_branch_point: Callable[[str], bool]
    ) -> None:
        # Only what was named above goes down: what came up through another parent of a merge does not.
        down = self._own
        bits = self._bits
        for id_ in reversed(order):
            named = down.get(id_)
            if not named:
                continue
            for parent in nodes[id_].down_revisions:
                if not is_branch_point(parent) and not nodes[parent].is_merge_point:
                    down[parent] = down.get(parent, 0) | named
                    bits[parent] = bits.get(parent, 0) | named
