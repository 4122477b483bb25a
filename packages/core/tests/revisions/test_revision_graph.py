"""The history as a graph: what is refused, what is answered, in which order."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from whimbrel.errors import (
    CycleDetected,
    DependencyCycleDetected,
    DependencyLoopDetected,
    DuplicateBranchLabel,
    DuplicateRevision,
    LoopDetected,
    MissingAncestor,
    MultipleHeads,
)
from whimbrel.revisions import Revision, RevisionMap

Drawn = Callable[[str], RevisionMap]


def test_ends(shop: RevisionMap) -> None:
    assert shop.heads == ("e", "x3")
    assert shop.bases == ("a", "x1")
    assert shop.children("b") == ("c1", "c2")
    assert shop.parents("x2") == ("x1", "c2")
    assert shop.dependencies("x2") == ("c2",)
    assert len(shop) == 10
    assert "e" in shop
    assert "nope" not in shop
    assert shop.get("nope") is None
    assert [revision.revision for revision in shop] == list(shop.ids)
    assert [shop.is_head(id_) for id_ in ("e", "m")] == [True, False]


def test_an_empty_history() -> None:
    empty = RevisionMap(list)
    assert empty.heads == empty.bases == ()
    assert empty.get_current_head() is None
    assert list(empty.walk()) == []


def test_a_head_that_another_one_needs_is_no_row_of_its_own(history: Drawn) -> None:
    """::

    a -- b
         ^
         . needs
    x -- y
    """
    map_ = history(
        """
        a
        b <- a
        x
        y <- x  needs: b
        """
    )
    assert map_.heads == ("b", "y")
    assert map_.effective_heads == ("y",)
    assert map_.resolve("heads") == ("y",)
    with pytest.raises(MultipleHeads):
        map_.resolve("head")


def test_depends_on_may_name_a_branch_label(history: Drawn) -> None:
    map_ = history(
        """
        a  labels: users
        b <- a
        x  needs: users
        """
    )
    assert map_.dependencies("x") == ("a",)


def test_topological_order_and_walk(shop: RevisionMap) -> None:
    order = list(shop.topological())
    assert sorted(order) == sorted(shop.ids)
    assert all(order.index(parent) < order.index(id_) for id_ in order for parent in shop.parents(id_))
    assert [revision.revision for revision in shop.walk()] == ["e", "m", "d1", "c1", "x3", "x2", "x1", "c2", "b", "a"]


class TestLabels:
    def test_they_hold_for_what_follows_and_down_to_the_branch_point(self, history: Drawn) -> None:
        """::

             +-- c -- d (cart) -- e
        a -- b
             +-- f
        """
        map_ = history(
            """
            a
            b <- a
            c <- b
            d <- c  labels: cart
            e <- d
            f <- b
            """
        )
        assert {id_: set(map_.inherited_labels(id_)) for id_ in map_.ids} == {
            "a": set(),
            "b": set(),
            "c": {"cart"},
            "d": {"cart"},
            "e": {"cart"},
            "f": set(),
        }

    def test_down_to_the_base_where_nothing_branches(self, history: Drawn) -> None:
        map_ = history(
            """
            a
            b <- a  labels: cart basket
            c <- b
            """
        )
        assert map_["a"].branch_labels == map_["b"].branch_labels == map_["c"].branch_labels == {"cart", "basket"}

    def test_a_merge_carries_both_sides_up_and_neither_across(self, shop: RevisionMap) -> None:
        assert shop["e"].branch_labels == {"cart", "mail"}
        assert shop["d1"].branch_labels == {"cart"}
        assert shop["c2"].branch_labels == {"mail"}
        assert shop["x3"].branch_labels == {"tax"}

    def test_a_dependency_carries_none(self, history: Drawn) -> None:
        map_ = history(
            """
            a  labels: cart
            x  needs: a  labels: tax
            """
        )
        assert map_["x"].branch_labels == {"tax"}
        assert map_["a"].branch_labels == {"cart"}

    def test_a_revision_added_later_inherits(self, shop: RevisionMap) -> None:
        assert shop["x3"].branch_labels == {"tax"}
        shop.add_revision(Revision("x4", "x3", branch_labels="levy"))
        assert shop["x4"].branch_labels == {"tax", "levy"}
        assert shop["x3"].branch_labels == {"tax", "levy"}


class TestRefusals:
    def test_pain_06_two_files_with_one_id(self) -> None:
        with pytest.raises(DuplicateRevision) as caught:
            RevisionMap(lambda: [Revision("a", None, path="v/a.py"), Revision("a", None, path="v/copy_of_a.py")])
        assert caught.value.revision == "a"
        assert caught.value.paths == ("v/a.py", "v/copy_of_a.py")

    @pytest.mark.parametrize("attribute", ["down_revision", "dependencies"])
    def test_a_missing_ancestor(self, attribute: str) -> None:
        with pytest.raises(MissingAncestor) as caught:
            RevisionMap(lambda: [Revision("b", **{"down_revision": None, attribute: "gone"}, path="v/b.py")])
        assert caught.value.revision == "b"
        assert caught.value.missing == "gone"
        assert caught.value.path == "v/b.py"
        assert caught.value.attribute == ("down_revision" if attribute == "down_revision" else "depends_on")
        assert "v/b.py" in str(caught.value)

    def test_one_label_in_two_places(self) -> None:
        with pytest.raises(DuplicateBranchLabel) as caught:
            RevisionMap(
                lambda: [
                    Revision("a", None, branch_labels="shop", path="v/a.py"),
                    Revision("b", None, branch_labels="shop", path="v/b.py"),
                ]
            )
        assert caught.value.label == "shop"
        assert caught.value.revisions == ("a", "b")
        assert caught.value.paths == ("v/a.py", "v/b.py")

    def test_a_label_that_is_an_id(self) -> None:
        with pytest.raises(DuplicateBranchLabel):
            RevisionMap(lambda: [Revision("a", None, branch_labels="b"), Revision("b", None)])

    def test_a_circle_names_who_is_on_it_and_nobody_else(self, history: Drawn) -> None:
        """::

        z -- a -- b -- c -- d        b follows d too
                  ^---------+
        """
        with pytest.raises(CycleDetected) as caught:
            history(
                """
                z
                a <- z
                b <- a d
                c <- b
                d <- c
                e <- d
                """
            )
        assert not isinstance(caught.value, DependencyCycleDetected)
        assert set(caught.value.revisions) == {"b", "c", "d"}
        assert set(caught.value.paths) == {"versions/b.py", "versions/c.py", "versions/d.py"}

    def test_a_circle_of_dependencies(self, history: Drawn) -> None:
        with pytest.raises(DependencyCycleDetected) as caught:
            history(
                """
                a  needs: c
                b <- a
                c <- b
                """
            )
        assert set(caught.value.revisions) == {"a", "b", "c"}

    def test_loops_that_come_from_an_index(self) -> None:
        """A revision made without its constructor, as the header index makes it, is checked by the graph."""
        follows, needs = Revision("a", None), Revision("a", None)
        follows.down_revisions = ("a",)
        needs.depends_on = ("a",)
        with pytest.raises(LoopDetected):
            RevisionMap(lambda: [follows])
        with pytest.raises(DependencyLoopDetected):
            RevisionMap(lambda: [needs])


class TestAdding:
    def test_a_new_head(self, shop: RevisionMap) -> None:
        shop.add_revision(Revision("f", "e", "x3"))
        assert shop.heads == ("x3", "f")
        assert shop.effective_heads == ("f",)
        assert list(shop.topological())[-1] == "f"
        assert shop["e"].nextrev == {"f"}

    @pytest.mark.parametrize(
        ("revision", "error"),
        [
            (Revision("e", "m"), DuplicateRevision),
            (Revision("f", "gone"), MissingAncestor),
            (Revision("f", "e", "gone"), MissingAncestor),
            (Revision("f", "e", branch_labels="cart"), DuplicateBranchLabel),
            (Revision("f", "e", branch_labels="a"), DuplicateBranchLabel),
            (Revision("cart", "e"), DuplicateBranchLabel),
        ],
    )
    def test_a_refusal_leaves_it_as_it_was(self, shop: RevisionMap, revision: Revision, error: type[Exception]) -> None:
        with pytest.raises(error):
            shop.add_revision(revision)
        assert shop.heads == ("e", "x3")
        assert len(shop) == 10
        assert dict(shop.labels) == {"cart": "c1", "mail": "c2", "tax": "x1"}
        assert shop["e"].is_head

    def test_one_in_the_place_of_another(self, shop: RevisionMap) -> None:
        shop.add_revision(Revision("x3", "x2", "e"), _replace=True)
        assert shop.effective_heads == ("x3",)
        assert shop.parents("x3") == ("x2", "e")
        assert shop["x2"].nextrev == {"x3"}
        with pytest.raises(DependencyCycleDetected):
            shop.add_revision(Revision("x1", None, "x3"), _replace=True)
        assert shop.effective_heads == ("x3",)
        assert shop["x2"].nextrev == {"x3"}


class TestIterating:
    """``iterate_revisions(upper, lower)``: from upper down to lower."""

    @pytest.mark.parametrize(
        ("upper", "lower", "options", "expected"),
        [
            ("e", "base", {}, "e m d1 c1 c2 b a"),
            ("e", "c1", {}, "e m d1"),
            ("e", "c1", {"inclusive": True}, "e m d1 c1"),
            ("e", "c1", {"implicit_base": True}, "e m d1 c2"),
            ("heads", "a", {}, "e m d1 c1 c2 b"),
            ("heads", "a", {"implicit_base": True}, "e m d1 c1 x3 x2 x1 c2 b"),
            ("x3", "x1", {}, "x3 x2"),
            ("x3", "x1", {"implicit_base": True}, "x3 x2 c2 b a"),
            ("x3", ("b", "x1"), {}, "x3 x2 c2"),
            ("heads", "heads", {}, ""),
            ("heads", "tax@base", {}, "x3 x2 x1 c2 b a"),
            ("heads", "cart@base", {}, "e m d1 c1 c2 b a"),
            ("tax@heads", "tax@-1", {}, "x3"),
            ("+1", "c1", {}, "d1"),
            ("+2", "c1", {"implicit_base": True}, "m d1 c2"),
            ("+9", "d1", {"assert_relative_length": False}, "e m"),
            (("e", "x3"), "x1", {"select_for_downgrade": True}, "x3 x2"),
            (("e", "x3"), "b", {"select_for_downgrade": True}, "e m d1 c1 x3 x2 c2"),
            ("base", "base", {}, ""),
        ],
    )
    def test_range(
        self, shop: RevisionMap, upper: object, lower: object, options: dict[str, bool], expected: str
    ) -> None:
        found = shop.iterate_revisions(upper, lower, **options)  # type: ignore[arg-type]  # parametrised
        assert [revision.revision for revision in found] == expected.split()


def test_filter_for_lineage(shop: RevisionMap) -> None:
    everything = shop.get_revisions(tuple(shop.ids))

    def line(name: str | None, **options: bool) -> str:
        return " ".join(node.revision for node in shop.filter_for_lineage(everything, name, **options))

    assert line("c1") == line("cart") == line("cart@head") == "a b c1 d1 m e"
    assert line("x1") == "x1 x2 x3"
    assert line("x2", include_dependencies=True) == "a b c2 x1 x2 x3"
    assert line(None) == line("heads") == " ".join(shop.ids)
