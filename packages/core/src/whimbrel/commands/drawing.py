"""Drawing a history as a graph of lanes, newest revision on top, in one pass."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

WIDEST: Final = 24
"""Lanes that are drawn. A history with more heads at once gets a "…" for the rest: nobody could follow them, and
drawing them all would take time and paper in the square of their number."""

_UP, _DOWN, _LEFT, _RIGHT = 1, 2, 4, 8


class Node(NamedTuple):
    """One revision of the drawing.

    :param id: its id.
    :param parents: the ids below it that the drawing shows too.
    :param text: what stands beside it.
    :param marked: whether it gets the other mark: the database is at it.
    """

    id: str
    parents: tuple[str, ...]
    text: str
    marked: bool = False


class Pen:
    """The characters of a drawing.

    :param boxes: one character for each combination of the directions up 1, down 2, left 4 and right 8.
    :param node: a revision.
    :param marked: a revision that the database is at.
    :param more: stands for the lanes that are not drawn.
    """

    __slots__ = ("boxes", "marked", "more", "node")

    def __init__(self, boxes: str, node: str, marked: str, more: str) -> None:
        self.boxes = boxes
        self.node = node
        self.marked = marked
        self.more = more


LINES: Final = Pen(" ╵╷│╴╯╮┤╶╰╭├─┴┬┼", "●", "◆", "…")
ASCII: Final = Pen(" |||-+++-+++-+++", "*", "@", "~")


def pen_for(encoding: str | None) -> Pen:
    """Return the finest pen that a stream of this *encoding* can write.

    :param encoding: the stream's, as ``sys.stdout.encoding``; ``None`` where it has none and takes any text.
    """
    if encoding is None:
        return LINES
    try:
        (LINES.boxes + LINES.node + LINES.marked + LINES.more).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return LINES


def draw(nodes: Iterable[Node], pen: Pen = LINES) -> Iterator[str]:
    """Yield the lines of the drawing.

    The time taken grows with the number of revisions and arrows: each line looks at no more than :data:`WIDEST` lanes.

    :param nodes: the revisions, each before its parents.
    :param pen: the characters to draw with.

    Example::

        >>> fork = [Node("c", ("a",), "c"), Node("b", ("a",), "b"), Node("a", (), "a")]
        >>> print("\\n".join(draw(fork)))
        ●  c
        │ ●  b
        ├─╯
        ●  a
    """
    lanes = _Lanes()
    for node in nodes:
        own, closing = lanes.arrive(node.id)
        if closing:
            yield _joints(pen, lanes.open, own, closing, _UP)
            lanes.free(closing)
        lanes.open[own] = True
        yield _revision_line(pen, lanes.open, own, node)
        opened = lanes.leave(own, node.parents)
        if opened:
            yield _joints(pen, lanes.open, own, opened, _DOWN)


class _Lanes:
    """Which lane waits for which revision."""

    __slots__ = ("_free", "_waiting", "open")

    def __init__(self) -> None:
        self.open: list[bool] = []
        self._free: list[int] = []
        self._waiting: dict[str, list[int]] = {}

    def arrive(self, revision: str) -> tuple[int, list[int]]:
        """Return the lane of *revision* and the other lanes that end in it."""
        waiting = self._waiting.pop(revision, None)
        if waiting is None:
            return self._take(), []
        waiting.sort()
        return waiting[0], waiting[1:]

    def leave(self, own: int, parents: tuple[str, ...]) -> list[int]:
        """Let lane *own* go on to the first of *parents*, and return the lanes opened for the others.

        Another lane may wait for the same parent already. Joining it here would leave open which of the two lanes
        goes on to where, so they meet at the parent.
        """
        if not parents:
            self.free([own])
            return []
        opened = [self._take() for _ in parents[1:]]
        for parent, lane in zip(parents, [own, *opened], strict=True):
            self._waiting.setdefault(parent, []).append(lane)
            self.open[lane] = True
        return opened

    def free(self, lanes: list[int]) -> None:
        for lane in lanes:
            self.open[lane] = False
            heapq.heappush(self._free, lane)

    def _take(self) -> int:
        if self._free:
            return heapq.heappop(self._free)
        self.open.append(False)
        return len(self.open) - 1


def _revision_line(pen: Pen, lanes: list[bool], own: int, node: Node) -> str:
    bar = pen.boxes[_UP | _DOWN]
    cells = [bar if is_open else " " for is_open in lanes[:WIDEST]]
    mark = pen.marked if node.marked else pen.node
    if own < WIDEST:
        cells[own] = mark
    else:
        cells += [pen.more, mark]
    return f"{' '.join(cells).rstrip()}  {node.text}"


def _joints(pen: Pen, lanes: list[bool], own: int, ends: list[int], vertical: int) -> str:
    """Return the line that ties lane *own* to *ends*, which begin (*vertical* is down) or end (up) in it."""
    shown = len(lanes[:WIDEST])
    corners = dict.fromkeys(ends, vertical)
    left = min(own, *corners)
    right = max(own, *corners)
    corners[own] = _UP | _DOWN
    parts = []
    for lane in range(shown):
        inside = left <= lane <= right
        if lane in corners:
            sides = (_LEFT if lane > left else 0) | (_RIGHT if lane < right else 0)
            parts.append(pen.boxes[corners[lane] | sides])
        elif lanes[lane]:
            # A lane that only passes by stays upright: a crossing would look like a joint.
            parts.append(pen.boxes[_UP | _DOWN])
        else:
            parts.append(pen.boxes[_LEFT | _RIGHT] if inside else " ")
        parts.append(pen.boxes[_LEFT | _RIGHT] if left <= lane < right else " ")
    if right >= shown:
        parts.append(pen.more)
    return "".join(parts).rstrip()
