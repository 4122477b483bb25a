"""History ranges, ``[start]:[end]``, both ends included, newest first."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from whimbrel.errors import MultipleHeads, RangeNotAncestorError, RelativeRevisionError, ResolutionError
from whimbrel.revisions import RevisionMap, parse_range, select_range

Drawn = Callable[[str], RevisionMap]


@pytest.fixture
def line(history: Drawn) -> RevisionMap:
    return history("a\nb <- a\nc <- b\nd <- c\ne <- d")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":", "e d c b a"),
        ("b:", "e d c b"),
        (":b", "b a"),
        ("b:d", "d c b"),
        ("base:b", "b a"),
        ("head:", "e"),
        ("-1:", "e d"),
        (":-1", "d c b a"),
        (":head-2", "c b a"),
        ("b:+2", "d c b"),
        ("base:+2", "b a"),
        ("b-1:d+1", "e d c b a"),
        ("-2:d", "d c b"),
        ("current:", "e d c"),
        (":current", "c b a"),
        ("-1:current", "c b"),
        ("-3:current", "c b a"),
        ("-9:current", "c b a"),
        ("current:+1", "d c"),
        ("current:+9", "e d c"),
        ("current:current", "c"),
        ("current-1:current+1", "d c b"),
    ],
)
def test_one_line_with_the_database_at_c(line: RevisionMap, text: str, expected: str) -> None:
    assert select_range(line, parse_range(text), ("c",)) == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":", "e m d1 c1 x3 x2 x1 c2 b a"),
        ("b:", "e m d1 c1 c2 b"),
        ("c1:m", "m d1 c1"),
        ("tax@base:", "x3 x2 x1 c2 b a"),
        ("x1:tax@head", "x3 x2 x1"),
        (":tax@head-2", "x1"),
        ("tax@-1:", "x3 x2"),
        ("current:", "e m d1 x3 x2 x1"),
        ("current:heads", "e m d1 x3 x2 x1"),
        (":current", "d1 c1 b a x1"),
        ("-1:current", "d1 c1 x1"),
        ("current:tax@+2", "x3 x2 x1"),
        ("current:cart@+1", "m d1"),
        ("cart@current:", "e m d1"),
    ],
)
def test_branches_with_the_database_at_d1_and_x1(shop: RevisionMap, text: str, expected: str) -> None:
    assert select_range(shop, parse_range(text), ("d1", "x1")) == expected.split()


def test_nothing_applied_yet(line: RevisionMap) -> None:
    assert select_range(line, parse_range("current:"), ()) == ["e", "d", "c", "b", "a"]
    assert select_range(line, parse_range(":current"), ()) == []
    assert select_range(line, parse_range("current:+2"), ()) == ["b", "a"]


def test_only_the_word_itself_asks_the_database() -> None:
    asks = ["current:", ":current", "-3:current", "shop@current:", "current+1:"]
    assert all(parse_range(text).needs_current for text in asks)
    does_not = ["a:b", ":", "currents:", "current_work@head:", "recurrent:"]
    assert not any(parse_range(text).needs_current for text in does_not)


@pytest.mark.parametrize("text", ["", "a", "a-1", "a:b:c", "current"])
def test_not_a_range(text: str) -> None:
    with pytest.raises(ResolutionError, match=r"\[start\]:\[end\]"):
        parse_range(text)


def test_refusals(shop: RevisionMap) -> None:
    with pytest.raises(RangeNotAncestorError) as caught:
        select_range(shop, parse_range("m:c1"))
    assert (caught.value.lower, caught.value.upper) == ("m", "c1")
    with pytest.raises(MultipleHeads):
        select_range(shop, parse_range("head:"))
    with pytest.raises(RelativeRevisionError, match="could start at any of d1, x1"):
        select_range(shop, parse_range("current:+1"), ("d1", "x1"))
    with pytest.raises(RelativeRevisionError, match="at m the way forks"):
        select_range(shop, parse_range("-2:e"))
