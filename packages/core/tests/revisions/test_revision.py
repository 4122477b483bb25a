"""One revision: its id, and what it says of itself."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whimbrel.errors import DependencyLoopDetected, InvalidRevisionId, LoopDetected
from whimbrel.revisions import MAX_REVISION_ID_LENGTH, Revision, RevisionMap, verify_rev_id


@pytest.mark.parametrize(
    "id_", ["ae1027a6acf", "1", "2024.01.31_add_users", "a_b", "é", "a/b", "a,b", "bases", "x" * 255]
)
def test_an_id_may_be(id_: str) -> None:
    verify_rev_id(id_)
    assert Revision(id_, None).revision == id_


@pytest.mark.parametrize(
    ("id_", "reason"),
    [
        ("", "it is empty"),
        ("shop@head", "it contains '@'"),
        ("a:b", "it contains ':'"),
        ("a+1", "it contains '+'"),
        ("a-1", "it contains '-'"),
        ("add users", "it contains a space"),
        ("a\nb", "it contains a line break"),
        ("a\x00b", "it contains '\\x00'"),
        ("head", "'head' is a word of its own in identifiers"),
        ("current", "'current' is a word of its own in identifiers"),
        ("x" * 500, "it has 500 characters, 255 are the most"),
    ],
)
def test_pain_13_an_id_is_refused_when_it_is_made(id_: str, reason: str) -> None:
    with pytest.raises(InvalidRevisionId) as caught:
        Revision(id_, None, path="versions/one.py")
    assert reason in str(caught.value)
    assert "versions/one.py" in str(caught.value)
    assert caught.value.revision == id_
    assert caught.value.path == "versions/one.py"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
def test_every_accepted_id_can_be_named_again(id_: str) -> None:
    try:
        verify_rev_id(id_)
    except InvalidRevisionId:
        return
    assert 0 < len(id_) <= MAX_REVISION_ID_LENGTH
    map_ = RevisionMap(lambda: [Revision(id_, None), Revision("other" + "x" * 250, None)])
    assert map_.resolve(id_) == (id_,)
    assert map_.resolve(f"{id_}@head") == (id_,)


def test_it_is_what_it_follows_that_counts_not_how_it_is_written() -> None:
    assert Revision("b", "a").down_revision == "a"
    assert Revision("b", ["a"]).down_revision == "a"
    assert Revision("b", ("a", "c")).down_revision == ("a", "c")
    assert Revision("b", None).down_revision is None
    assert Revision("b", ()).down_revision is None
    assert Revision("b", ("a", "a")).down_revisions == ("a",)
    assert Revision("b", "a", ("x",)).dependencies == "x"
    assert Revision("b", "a", branch_labels="shop").branch_labels == {"shop"}


def test_by_itself_it_is_base_and_head() -> None:
    alone = Revision("a", None, doc="create users")
    assert (alone.is_base, alone.is_head, alone.is_branch_point, alone.is_merge_point) == (True, True, False, False)
    assert alone.nextrev == frozenset()
    assert alone.longdoc == "create users"


def test_in_a_map_it_knows_its_neighbours(shop: RevisionMap) -> None:
    b, m = shop["b"], shop["m"]
    assert b.nextrev == {"c1", "c2"}
    assert (b.is_branch_point, b.is_head, b.is_base) == (True, False, False)
    assert (m.is_merge_point, m.is_branch_point) == (True, False)
    assert shop["e"].is_head
    assert shop["d1"].branch_labels == {"cart"}


def test_its_repr_can_be_read_by_a_person() -> None:
    assert repr(Revision("b", "a")) == "Revision('b', 'a')"
    assert repr(Revision("c", ("a", "b"), "x", "shop")) == (
        "Revision('c', ('a', 'b'), dependencies='x', branch_labels=('shop',))"
    )


def test_it_cannot_follow_or_need_itself() -> None:
    with pytest.raises(LoopDetected) as loop:
        Revision("a", ("b", "a"), path="versions/a.py")
    assert loop.value.revisions == ("a",)
    assert "versions/a.py" in str(loop.value)
    with pytest.raises(DependencyLoopDetected):
        Revision("a", None, "a")
