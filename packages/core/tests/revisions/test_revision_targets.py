"""What identifiers name, and what is said when they name nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whimbrel.errors import AmbiguousRevision, MultipleHeads, RelativeRevisionError, ResolutionError
from whimbrel.revisions import Revision, RevisionMap, nearest, parse

Drawn = Callable[[str], RevisionMap]


@pytest.mark.parametrize(
    ("identifier", "ids"),
    [
        ("e", "e"),
        ("base", ""),
        (None, ""),
        ("heads", "e x3"),
        ("cart", "c1"),
        ("cart@head", "e"),
        ("cart@heads", "e"),
        ("tax@head", "x3"),
        ("x1@head", "x3"),
        ("b@head", "e"),
        ("tax@base", ""),
        ("@e", "e"),
        ("cart@a", "a"),
        ("cart@m", "m"),
        ("e-1", "m"),
        ("m+1", "e"),
        ("x1+2", "x3"),
        ("tax@head-1", "x2"),
        ("tax@base+1", "x1"),
        ("tax@x3-2", "x1"),
        ("cart@b+1", "c1"),
        ("mail@b+1", "c2"),
        ("a-1", ""),
        ("tax@-1", "x2"),
        (("a", "e", "a"), "a e"),
        (("heads", "x1"), "e x3 x1"),
        ((), ""),
    ],
)
def test_identifiers(shop: RevisionMap, identifier: str | tuple[str, ...] | None, ids: str) -> None:
    assert shop.resolve(identifier) == tuple(ids.split())
    assert [revision.revision for revision in shop.get_revisions(identifier)] == ids.split()


def test_an_identifier_taken_apart(shop: RevisionMap) -> None:
    assert parse(shop, "ae10")[1:] == (None, "ae10", None)
    assert parse(shop, "shop@head")[1:] == ("shop", "head", None)
    assert parse(shop, "ae10+2")[1:] == (None, "ae10", 2)
    assert parse(shop, "-1")[1:] == (None, "", -1)
    assert parse(shop, "shop@+2")[1:] == ("shop", "", 2)
    assert parse(shop, "shop@head-12")[1:] == ("shop", "head", -12)
    assert [parse(shop, name).is_relative for name in ("-1", "tax@+2", "e-1", "e")] == [True, True, False, False]


def test_a_label_may_end_like_a_relative_identifier(history: Drawn) -> None:
    map_ = history(
        """
        a
        b <- a  labels: team-1 networking-foo-expand
        """
    )
    assert map_.resolve("team-1") == ("b",)
    assert map_.resolve("team-1@head") == ("b",)
    assert map_.resolve("networking-foo-expand@head-1") == ("a",)


class TestPrefixes:
    @pytest.fixture
    def hexes(self, history: Drawn) -> RevisionMap:
        return history(
            """
            ae1027a6acf
            ae10b8a3e92 <- ae1027a6acf
            27c6a30d7c24 <- ae10b8a3e92
            27 <- 27c6a30d7c24
            """
        )

    def test_unique(self, hexes: RevisionMap) -> None:
        assert hexes.resolve("ae102") == ("ae1027a6acf",)
        assert hexes.resolve("27c") == ("27c6a30d7c24",)
        assert hexes.resolve("ae10b+1") == ("27c6a30d7c24",)
        assert hexes.resolve("ae102@head") == ("27",)

    def test_an_id_wins_over_a_prefix(self, hexes: RevisionMap) -> None:
        assert hexes.resolve("27") == ("27",)

    def test_ambiguous(self, hexes: RevisionMap) -> None:
        with pytest.raises(AmbiguousRevision) as caught:
            hexes.get_revision("ae10")
        assert caught.value.argument == "ae10"
        assert caught.value.candidates == ("ae1027a6acf", "ae10b8a3e92")
        assert "Give more of its characters." in str(caught.value)

    @given(st.sets(st.text("abc12", min_size=1, max_size=6), min_size=1, max_size=12), st.data())
    def test_law_a_prefix_names_an_id_exactly_when_it_is_the_only_one(self, ids: set[str], data: st.DataObject) -> None:
        map_ = RevisionMap(lambda: [Revision(id_, None) for id_ in sorted(ids)])
        name = data.draw(st.sampled_from(sorted(ids)))
        prefix = name[: data.draw(st.integers(1, len(name)))]
        fits = [id_ for id_ in ids if id_.startswith(prefix)]
        if prefix in ids:
            assert map_.resolve(prefix) == (prefix,)
        elif len(fits) == 1:
            assert map_.resolve(prefix) == (name,)
        else:
            with pytest.raises(AmbiguousRevision) as caught:
                map_.resolve(prefix)
            assert set(caught.value.candidates) == set(fits)


class TestNothing:
    @pytest.mark.parametrize(
        "identifier", ["nope", "nope@head", "nope@base", "nope+1", "cart@nope", "", "cart@", "a:b"]
    )
    def test_no_such_revision(self, shop: RevisionMap, identifier: str) -> None:
        with pytest.raises(ResolutionError) as caught:
            shop.resolve(identifier)
        assert caught.value.argument == identifier

    def test_the_message_says_what_was_asked_and_where_to_look(self, shop: RevisionMap) -> None:
        with pytest.raises(ResolutionError) as caught:
            shop.get_revision("nope")
        assert str(caught.value) == "Can't locate revision identified by 'nope'.\nSee what there is:  whimbrel history"

    def test_pain_23_near_names_are_offered(self, history: Drawn) -> None:
        map_ = history(
            """
            ae1027a6acf
            27c6a30d7c24 <- ae1027a6acf  labels: shoppingcart
            """
        )
        for slip in ("ae1072a6acf", "ae102a6acf", "ae1027a6acff", "ae1027b6acf", "ae1072a", "ae12"):
            assert nearest(map_, slip) == ("ae1027a6acf",)
        assert nearest(map_, "shopingcart") == map_.nearest("shopingcart") == ("shoppingcart",)
        assert nearest(map_, "haeds") == ("heads",)
        assert nearest(map_, "zzzzzzzz") == ()
        with pytest.raises(ResolutionError, match=r"Did you mean shoppingcart@head\?"):
            map_.resolve("shopingcart@head")

    def test_not_on_that_branch(self, shop: RevisionMap) -> None:
        with pytest.raises(ResolutionError, match="Revision c2 is not a member of branch 'cart'"):
            shop.resolve("cart@c2")

    def test_current_belongs_to_ranges(self, shop: RevisionMap) -> None:
        with pytest.raises(ResolutionError, match="whimbrel history -r current:head"):
            shop.resolve("current")

    def test_what_a_driver_returned_is_no_text(self, shop: RevisionMap) -> None:
        with pytest.raises(ResolutionError, match="b'e' is not a string"):
            shop.get_revision(b"e")  # type: ignore[arg-type]  # a driver's mistake


class TestSeveral:
    def test_pain_06_several_heads_name_their_files_and_the_way_to_join_them(self, shop: RevisionMap) -> None:
        with pytest.raises(MultipleHeads) as caught:
            shop.get_revision("head")
        assert caught.value.heads == ("e", "x3")
        assert caught.value.argument == "head"
        assert caught.value.paths == ("versions/e.py", "versions/x3.py")
        message = str(caught.value)
        assert "versions/e.py" in message
        assert 'whimbrel merge -m "merge" e x3' in message

    def test_on_one_branch(self, history: Drawn) -> None:
        map_ = history(
            """
            a  labels: shop
            b <- a
            c <- a
            x
            """
        )
        with pytest.raises(MultipleHeads) as caught:
            map_.get_current_head("shop")
        assert caught.value.heads == ("b", "c")
        assert caught.value.argument == "shop@head"
        assert map_.resolve("shop@heads") == ("b", "c")

    def test_one_is_wanted(self, shop: RevisionMap) -> None:
        with pytest.raises(MultipleHeads):
            shop.get_revision("heads")
        with pytest.raises(MultipleHeads):
            shop.resolve("heads-1")


class TestCounting:
    def test_off_the_end(self, shop: RevisionMap) -> None:
        with pytest.raises(RelativeRevisionError) as caught:
            shop.resolve("x3-4")
        assert str(caught.value) == "'x3-4' leads off the end of the history after 3 steps."
        with pytest.raises(RelativeRevisionError, match="leads off the end of the history at once"):
            shop.resolve("e+1")
        with pytest.raises(RelativeRevisionError):
            shop.resolve("e+0")

    def test_where_the_way_forks(self, shop: RevisionMap) -> None:
        with pytest.raises(RelativeRevisionError) as caught:
            shop.resolve("b+1")
        assert str(caught.value) == (
            "'b+1' is ambiguous: at b the way forks to c1, c2.\n"
            "Name the revision itself, or a branch: <branch label>@<offset>."
        )
        with pytest.raises(RelativeRevisionError, match="at m the way forks to d1, c2"):
            shop.resolve("e-2")
        with pytest.raises(RelativeRevisionError, match="at base the way forks to a, x1"):
            shop.resolve("base+1")

    def test_from_nowhere(self, shop: RevisionMap) -> None:
        with pytest.raises(RelativeRevisionError, match="does not say from where to count"):
            shop.resolve("+1")
