"""The graph of ``history --graph``: what is put in is what is seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testing.counting import calls_of
from whimbrel.commands.drawing import ASCII, LINES, WIDEST, Node, draw, pen_for


def drawn(*arrows: str, pen=LINES):
    """Draw revisions given as "child: parent parent", newest first."""
    nodes = []
    for arrow in arrows:
        name, _, parents = arrow.partition(":")
        nodes.append(Node(name, tuple(parents.split()), name, marked=name.isupper()))
    return "\n" + "\n".join(draw(nodes, pen))


def test_a_line():
    assert (
        drawn("c:b", "b:a", "a")
        == """
●  c
●  b
●  a"""
    )


def test_the_revision_the_database_is_at_has_a_mark_of_its_own():
    assert (
        drawn("c:B", "B:a", "a")
        == """
●  c
◆  B
●  a"""
    )


def test_two_heads():
    assert (
        drawn("c:a", "b:a", "a")
        == """
●  c
│ ●  b
├─╯
●  a"""
    )


def test_a_fork_and_its_merge():
    assert (
        drawn("m:b c", "b:a", "c:a", "a")
        == """
●  m
├─╮
● │  b
│ ●  c
├─╯
●  a"""
    )


def test_two_histories_that_never_meet():
    assert (
        drawn("b:a", "y:x", "x", "a")
        == """
●  b
│ ●  y
│ ●  x
●  a"""
    )


def test_a_free_lane_is_used_again():
    assert (
        drawn("c:a", "b:a", "a:0", "z:0", "0")
        == """
●  c
│ ●  b
├─╯
●  a
│ ●  z
├─╯
●  0"""
    )


def test_a_lane_that_only_passes_by_stays_upright():
    assert (
        drawn("p:e", "q:x", "r:e", "e:x", "x")
        == """
●  p
│ ●  q
│ │ ●  r
├─│─╯
● │  e
├─╯
●  x"""
    )


def test_two_lanes_to_one_revision_meet_there_and_not_before():
    assert (
        drawn("f:d", "g:a", "d:b a", "b:a", "a")
        == """
●  f
│ ●  g
● │  d
├─│─╮
● │ │  b
├─┴─╯
●  a"""
    )


def test_three_parents():
    assert (
        drawn("m:a b c", "a", "b", "c")
        == """
●  m
├─┬─╮
● │ │  a
  ● │  b
    ●  c"""
    )


def test_plain_characters_where_the_terminal_has_no_others():
    assert (
        drawn("m:b c", "b:a", "c:a", "a", pen=ASCII)
        == """
*  m
+-+
* |  b
| *  c
+-+
*  a"""
    )


@pytest.mark.parametrize(
    ("encoding", "pen"), [("utf-8", LINES), ("ascii", ASCII), ("latin-1", ASCII), ("no such", ASCII), (None, LINES)]
)
def test_the_pen_fits_the_encoding(encoding, pen):
    assert pen_for(encoding) is pen


def test_more_heads_than_anyone_can_follow():
    lines = list(draw([Node(f"h{n}", ("a",), f"h{n}") for n in range(WIDEST + 2)] + [Node("a", (), "a")]))
    assert lines[WIDEST + 1] == "│ " * WIDEST + "… ●  h25"
    assert lines[-1] == "●  a"
    assert max(map(len, lines)) < 3 * WIDEST


@st.composite
def histories(draw_from, revisions, parents):
    """Histories that never have more than WIDEST lanes: each revision leaves one lane a parent."""
    assert revisions * parents <= WIDEST
    nodes = [Node("0", (), "r0")]
    for n in range(1, draw_from(st.integers(1, revisions))):
        found = draw_from(st.sets(st.integers(0, n - 1), max_size=parents))
        nodes.append(Node(str(n), tuple(str(parent) for parent in found), f"r{n}"))
    return nodes[::-1]


def parents_seen(lines, row, column):
    """Follow the lines down from a revision, as an eye does, and return the revisions they lead to."""
    found = set()
    routes = [(row + 1, column, "down")]
    while routes:
        row, column, going = routes.pop()
        cell = lines[row][column]
        if cell == "●":
            found.add(lines[row].rsplit("  r", 1)[1])
        elif going == "down":
            routes += [(row + 1, column, "down")] if cell in "│├┤┬┼╮╭" else []
            routes += [(row, column - 1, "left")] if cell in "┤┴┬┼╯╮" else []
            routes += [(row, column + 1, "right")] if cell in "├┴┬┼╰╭" else []
        else:
            step = -1 if going == "left" else 1
            if cell in "─│┴┬┼":
                routes.append((row, column + step, going))
            if cell in "├┤┬┼╮╭":
                routes.append((row + 1, column, "down"))
    return found


@given(st.one_of(histories(24, 1), histories(12, 2), histories(8, 3)))
def test_the_lines_lead_from_each_revision_to_its_parents_and_nowhere_else(nodes):
    lines = list(draw(nodes))
    rows = [row for row, line in enumerate(lines) if "●" in line]
    assert [lines[row].rsplit("  ", 1)[1] for row in rows] == [node.text for node in nodes]
    for row, node in zip(rows, nodes, strict=True):
        if node.parents:
            assert parents_seen(lines, row, lines[row].index("●")) == set(node.parents), "\n" + "\n".join(lines)


@pytest.mark.parametrize("shape", ["line", "star", "ladder"])
def test_work_grows_with_the_number_of_revisions(shape):
    def history(size):
        if shape == "line":
            return [Node(str(n), (str(n - 1),) if n else (), "") for n in reversed(range(size))]
        if shape == "star":
            return [*(Node(str(n), ("0",), "") for n in range(size, 0, -1)), Node("0", (), "")]
        return [Node(str(n), tuple({str(max(n - 1, 0)), str(max(n - 9, 0))}) if n else (), "") for n in range(size)][
            ::-1
        ]

    small, large = history(1_000), history(10_000)
    # Ten times as many; the square would be a hundred times the work.
    assert calls_of(lambda: list(draw(large))) < calls_of(lambda: list(draw(small))) * 12
