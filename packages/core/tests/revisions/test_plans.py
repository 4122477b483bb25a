"""Plans: which revisions run, in which order, and what each does to the version table.

In the expected lists a step stands as ``+id`` (upgrade), ``-id`` (downgrade) or ``=`` (stamp), followed by what it
does to the rows: ``insert x``, ``delete x``, ``x -> y`` for an update.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from whimbrel.errors import MultipleHeads, RangeNotAncestorError, RelativeRevisionError, ResolutionError
from whimbrel.revisions import (
    Plan,
    Revision,
    RevisionMap,
    RevisionStep,
    RowChanges,
    StampStep,
    plan_downgrade,
    plan_stamp,
    plan_upgrade,
)

Drawn = Callable[[str], RevisionMap]


def told(plan: Plan) -> list[str]:
    return [f"{_sign(step)}: {', '.join(_rows(step.rows))}" for step in plan]


def _sign(step: RevisionStep | StampStep) -> str:
    return "=" if step.revision is None else f"{'+' if step.is_upgrade else '-'}{step.revision.revision}"


def _rows(rows: RowChanges) -> Iterable[str]:
    yield from (f"delete {id_}" for id_ in rows.deletes)
    yield from (f"insert {id_}" for id_ in rows.inserts)
    if rows.update:
        yield f"{rows.update[0]} -> {rows.update[1]}"


def after(plan: Plan, rows: Iterable[str]) -> str:
    """The rows once the plan is carried out, as a database would have them."""
    table = set(rows)
    for step in plan:
        for id_ in step.rows.deletes:
            table.remove(id_)
        for id_ in step.rows.inserts:
            assert id_ not in table
            table.add(id_)
        if step.rows.update:
            old, new = step.rows.update
            table.remove(old)
            assert new not in table
            table.add(new)
    return " ".join(sorted(table))


def ran(plan: Plan) -> str:
    return " ".join(step.revision.revision for step in plan if step.revision)


class TestUpgrade:
    def test_a_line(self, history: Drawn) -> None:
        map_ = history("a\nb <- a\nc <- b")
        assert told(plan_upgrade(map_, "head", ())) == ["+a: insert a", "+b: a -> b", "+c: b -> c"]
        assert told(plan_upgrade(map_, "b", ("a",))) == ["+b: a -> b"]
        assert plan_upgrade(map_, "head", ("c",)) == ()
        assert plan_upgrade(map_, "a", ("c",)) == ()
        assert plan_upgrade(map_, "base", ("c",)) == ()

    def test_a_branch_gets_a_row_and_a_merge_takes_one_away(self, history: Drawn) -> None:
        """::

            +-- c1 --+
        a --+        +-- m
            +-- c2 --+
        """
        map_ = history("a\nc1 <- a\nc2 <- a\nm <- c1 c2")
        assert told(plan_upgrade(map_, "head", ())) == [
            "+a: insert a",
            "+c2: a -> c2",
            "+c1: insert c1",
            "+m: delete c1, c2 -> m",
        ]
        assert told(plan_upgrade(map_, "m", ("c1", "c2"))) == ["+m: delete c1, c2 -> m"]
        assert told(plan_upgrade(map_, "c1", ("c2",))) == ["+c1: insert c1"]

    def test_what_is_depended_on_comes_first_and_needs_no_row_any_more(self, shop: RevisionMap) -> None:
        assert told(plan_upgrade(shop, "tax@head", ())) == [
            "+a: insert a",
            "+b: a -> b",
            "+c2: b -> c2",
            "+x1: insert x1",
            "+x2: delete x1, c2 -> x2",
            "+x3: x2 -> x3",
        ]
        assert told(plan_upgrade(shop, "m", ("x3",))) == ["+c1: insert c1", "+d1: c1 -> d1", "+m: d1 -> m"]
        assert told(plan_upgrade(shop, "x2", ("e", "x1"))) == ["+x2: x1 -> x2"]

    @pytest.mark.parametrize(
        ("rows", "target", "runs", "rows_after"),
        [
            ("", "heads", "a b c2 x1 x2 x3 c1 d1 m e", "e x3"),
            ("b", "heads", "c2 x1 x2 x3 c1 d1 m e", "e x3"),
            ("c1 c2", "tax@head", "x1 x2 x3", "c1 x3"),
            ("", "tax@+1", "x1", "x1"),
            ("", "tax@+2", "a b c2 x1 x2", "x2"),
            ("b", "tax@+1", "x1", "b x1"),
            ("b", "cart@+1", "c1", "c1"),
            ("b", "mail@+1", "c2", "c2"),
            ("", "cart@+3", "a b c1", "c1"),
            ("c1 c2", "cart@+1", "d1", "c2 d1"),
            ("x3", "mail@+1", "c1 d1 m", "m x3"),
            ("x3", "cart@+2", "c1 d1", "d1 x3"),
            ("x1 b", "x1+1", "c2 x2", "x2"),
            ("d1", "+1", "c2 m", "m"),
            ("", "e-1", "a b c2 c1 d1 m", "m"),
            ("e x3", "c2", "", "e x3"),
        ],
    )
    def test_targets(self, shop: RevisionMap, rows: str, target: str, runs: str, rows_after: str) -> None:
        plan = plan_upgrade(shop, target, tuple(rows.split()))
        assert ran(plan) == runs
        assert after(plan, rows.split()) == rows_after

    def test_several_targets(self, shop: RevisionMap) -> None:
        assert ran(plan_upgrade(shop, ("c1", "x1"), ("b",))) == "x1 c1"

    @pytest.mark.parametrize(
        ("rows", "target", "error"),
        [
            ("", "head", MultipleHeads),
            ("b", "+1", RelativeRevisionError),
            ("", "+1", RelativeRevisionError),
            ("c1 c2", "+1", RelativeRevisionError),
            ("c1 c2", "b@+1", RelativeRevisionError),
            ("x3", "+1", RelativeRevisionError),
            ("x1", "tax@+3", RelativeRevisionError),
            ("b", "-1", RelativeRevisionError),
            ("b", "+0", RelativeRevisionError),
            ("b", "cart@c2", ResolutionError),
            ("b", "nope", ResolutionError),
        ],
    )
    def test_refusals(self, shop: RevisionMap, rows: str, target: str, error: type[Exception]) -> None:
        with pytest.raises(error):
            plan_upgrade(shop, target, tuple(rows.split()))


class TestDowngrade:
    def test_a_line(self, history: Drawn) -> None:
        map_ = history("a\nb <- a\nc <- b")
        assert told(plan_downgrade(map_, "base", ("c",))) == ["-c: c -> b", "-b: b -> a", "-a: delete a"]
        assert told(plan_downgrade(map_, "-1", ("c",))) == ["-c: c -> b"]
        assert told(plan_downgrade(map_, "-3", ("c",))) == ["-c: c -> b", "-b: b -> a", "-a: delete a"]
        assert told(plan_downgrade(map_, "c-1", ("c",))) == ["-c: c -> b"]
        assert plan_downgrade(map_, "c", ("c",)) == ()
        assert plan_downgrade(map_, "base", ()) == ()

    def test_a_merge_falls_apart_and_a_branch_loses_its_row(self, history: Drawn) -> None:
        map_ = history("a\nc1 <- a\nc2 <- a\nm <- c1 c2")
        assert told(plan_downgrade(map_, "base", ("m",))) == [
            "-m: insert c2, m -> c1",
            "-c1: delete c1",
            "-c2: c2 -> a",
            "-a: delete a",
        ]
        assert told(plan_downgrade(map_, "c1", ("m",))) == ["-m: insert c2, m -> c1"]

    def test_what_was_depended_on_gets_its_row_back(self, shop: RevisionMap) -> None:
        assert told(plan_downgrade(shop, "x1", ("x3",))) == ["-x3: x3 -> x2", "-x2: insert c2, x2 -> x1"]
        assert told(plan_downgrade(shop, "x1", ("e", "x3"))) == ["-x3: x3 -> x2", "-x2: x2 -> x1"]

    def test_a_dependency_on_what_is_below_anyway_gets_none(self, history: Drawn) -> None:
        """The peer writes a row for b beside c here, and refuses to upgrade from there.

        ::

            a -- b -- c -- d        d depends on b too
        """
        map_ = history("a\nb <- a\nc <- b\nd <- c needs: b")
        assert told(plan_downgrade(map_, "c", ("d",))) == ["-d: d -> c"]

    @pytest.mark.parametrize(
        ("rows", "target", "runs", "rows_after"),
        [
            ("e x3", "base", "e m d1 c1 x3 x2 x1 c2 b a", ""),
            ("e x3", "a", "e m d1 c1 x3 x2 c2 b", "a x1"),
            ("e x3", "c1", "e m d1", "c1 x3"),
            ("e x3", "x1", "x3 x2", "e x1"),
            ("e x3", "tax@base", "x3 x2 x1", "e"),
            ("e x3", "cart@base", "e m d1 c1 x3 x2 c2 b a", "x1"),
            ("e", "c1", "e m d1", "c1 c2"),
            ("e", "tax@base", "", "e"),
            ("x2", "cart@base", "x2 c2 b a", "x1"),
            ("c1 c2", "b", "c1 c2", "b"),
            ("c1 c2", "cart@b", "c1", "c2"),
            ("c1 c2", "mail@b", "c2", "c1"),
            ("e x3", "mail@b", "e m x3 x2 c2", "d1 x1"),
            ("c1 c2", "cart@-1", "c1", "c2"),
            ("c1 c2", "cart@-2", "c1 c2 b", "a"),
            ("x3 d1", "tax@-3", "x3 x2 x1", "c2 d1"),
            ("d1 x3", "mail@-1", "x3 x2 c2", "d1 x1"),
            ("x1 b", "cart@-1", "b", "a x1"),
            ("x1 b", "b-1", "b", "a x1"),
            ("x1 b", "c1-2", "b", "a x1"),
            ("x1 b", "b-2", "b a", "x1"),
            ("x1 b", "x1-1", "x1", "b"),
            ("x1 b", "tax@x1-1", "x1", "b"),
        ],
    )
    def test_targets(self, shop: RevisionMap, rows: str, target: str, runs: str, rows_after: str) -> None:
        plan = plan_downgrade(shop, target, tuple(rows.split()))
        assert ran(plan) == runs
        assert after(plan, rows.split()) == rows_after

    def test_counting_down_to_the_base_leaves_other_lines_alone(self, history: Drawn) -> None:
        """The peer takes everything down here: to it, one below any base is the base of all.

        ::

            a -- b
            x
        """
        map_ = history("a\nb <- a\nx")
        assert told(plan_downgrade(map_, "a-1", ("b", "x"))) == ["-b: b -> a", "-a: delete a"]

    def test_counting_from_several_rows_takes_the_first_and_warns(self, shop: RevisionMap) -> None:
        with pytest.warns(UserWarning, match="'-1' from several revisions .x3, e. is ambiguous: it counts from x3"):
            plan = plan_downgrade(shop, "-1", ("x3", "e"))
        assert told(plan) == ["-x3: x3 -> x2"]

    @pytest.mark.parametrize(
        ("rows", "target", "error"),
        [
            ("e", "x1", RangeNotAncestorError),
            ("x3", "c2", RangeNotAncestorError),
            ("b", "c1", RangeNotAncestorError),
            ("", "a", RangeNotAncestorError),
            ("", "-1", RelativeRevisionError),
            ("e", "-2", RelativeRevisionError),
            ("e", "+1", RelativeRevisionError),
            ("e", "-0", RelativeRevisionError),
            ("x3", "-4", RelativeRevisionError),
            ("e", "tax@-1", RelativeRevisionError),
            ("c1 c2", "a@-1", RelativeRevisionError),
            ("c2", "cart@-1", RelativeRevisionError),
            ("e x3", "heads", MultipleHeads),
            ("e x3", "cart@c2", ResolutionError),
        ],
    )
    def test_refusals(self, shop: RevisionMap, rows: str, target: str, error: type[Exception]) -> None:
        with pytest.raises(error):
            plan_downgrade(shop, target, tuple(rows.split()))

    def test_a_refusal_names_both_ends(self, shop: RevisionMap) -> None:
        with pytest.raises(RangeNotAncestorError, match="Revision x1 is not an ancestor of revision e"):
            plan_downgrade(shop, "tax", ("e",))


class TestStamp:
    @pytest.mark.parametrize(
        ("rows", "target", "steps"),
        [
            ("", "b", ["=: insert b"]),
            ("b", "b", []),
            ("b", "e", ["=: b -> e"]),
            ("e", "b", ["=: e -> b"]),
            ("e x3", "a", ["=: delete e, x3 -> a"]),
            ("c1 c2", "m", ["=: delete c1, c2 -> m"]),
            ("e x3", "m", ["=: e -> m"]),
            ("x2", "c1", ["=: insert c1"]),
            ("c1 c2", "x3", ["=: c2 -> x3"]),
            ("e x3", "base", ["=: delete e", "=: delete x3"]),
            ("e x3", "tax@base", ["=: delete x3"]),
            ("e x3", "cart@base", ["=: delete e"]),
            ("b", "cart@base", ["=: delete b"]),
            ("", "heads", ["=: insert e", "=: insert x3"]),
            ("x2", "heads", ["=: insert e", "=: x2 -> x3"]),
            ("e x3", "heads", []),
            ("b", "tax@head", ["=: b -> x3"]),
            ("b x1", "cart@head", ["=: b -> e"]),
            ("e", "e-1", ["=: e -> m"]),
        ],
    )
    def test_one_target(self, shop: RevisionMap, rows: str, target: str, steps: list[str]) -> None:
        plan = plan_stamp(shop, target, tuple(rows.split()))
        assert told(plan) == steps
        assert ran(plan) == ""

    @pytest.mark.parametrize(
        ("rows", "targets", "rows_after"),
        [
            ("", ("c1", "c2"), "c1 c2"),
            ("b", ("c1", "c2"), "c1 c2"),
            ("m x1", ("heads",), "e x3"),
            ("d1 x3", ("heads",), "e x3"),
            ("e x3", ("c1", "c2"), "c1 c2"),
            ("e", ("x1", "x1"), "e x1"),
            ("", ("a", "b"), "b"),
            ("e x3", ("base", "x1"), "x1"),
            ("e x3", (), "e x3"),
        ],
    )
    def test_several_targets(self, shop: RevisionMap, rows: str, targets: tuple[str, ...], rows_after: str) -> None:
        assert after(plan_stamp(shop, targets, tuple(rows.split())), rows.split()) == rows_after

    def test_none_is_the_base(self, shop: RevisionMap) -> None:
        assert told(plan_stamp(shop, None, ("e",))) == ["=: delete e"]

    def test_refusals(self, shop: RevisionMap) -> None:
        with pytest.raises(MultipleHeads):
            plan_stamp(shop, "head", ())
        with pytest.raises(ResolutionError):
            plan_stamp(shop, "nope", ())
        for relative in ("+1", "-1", "cart@-1"):
            with pytest.raises(RelativeRevisionError, match="cannot count from where the database is"):
                plan_stamp(shop, relative, ("b",))


class TestRowsThatSayNothing:
    """A row beside one that follows it: written by hand, or left when ``depends_on`` was added after the fact."""

    @pytest.fixture
    def line(self, history: Drawn) -> RevisionMap:
        return history("a\nb <- a\nc <- b\nd <- c")

    def test_the_next_run_takes_it_away(self, line: RevisionMap) -> None:
        assert told(plan_upgrade(line, "head", ("a", "c"))) == ["+d: delete a, c -> d"]
        assert told(plan_downgrade(line, "a", ("a", "c"))) == ["-c: delete a, c -> b", "-b: b -> a"]
        assert told(plan_downgrade(line, "-1", ("a", "c"))) == ["-c: delete a, c -> b"]
        assert told(plan_stamp(line, "d", ("a", "c"))) == ["=: delete a, c -> d"]
        assert told(plan_stamp(line, "c", ("a", "c"))) == ["=: delete a"]

    def test_counting_starts_at_the_row_that_counts(self, line: RevisionMap) -> None:
        assert told(plan_upgrade(line, "+1", ("a", "c"))) == ["+d: delete a, c -> d"]


class TestSteps:
    """What callbacks and log lines are told."""

    def test_up(self, shop: RevisionMap) -> None:
        step = plan_upgrade(shop, "x2", ("c2", "x1"))[0]
        assert isinstance(step, RevisionStep)
        assert (step.is_upgrade, step.is_downgrade, step.is_stamp, step.name) == (True, False, False, "upgrade")
        assert step.revision is shop["x2"]
        assert step.doc == "make x2"
        assert step.short_log == "upgrade x1 -> x2"
        assert str(step) == "upgrade x1 -> x2, make x2"
        assert (step.from_revisions, step.to_revisions) == (("x1", "c2"), ("x2",))
        assert (step.from_revisions_no_deps, step.to_revisions_no_deps) == (("x1",), ("x2",))
        info = step.info
        assert (info.is_upgrade, info.is_stamp, info.is_migration) == (True, False, True)
        assert (info.up_revision_id, info.up_revision_ids) == ("x2", ("x2",))
        assert info.up_revision is shop["x2"]
        assert info.up_revisions == info.destination_revisions == (shop["x2"],)
        assert info.down_revision_ids == info.source_revision_ids == ("x1", "c2")
        assert info.down_revisions == info.source_revisions == (shop["x1"], shop["c2"])
        assert info.destination_revision_ids == ("x2",)
        assert info.revision_map is shop

    def test_down(self, shop: RevisionMap) -> None:
        step = plan_downgrade(shop, "d1", ("m",))[0]
        assert (step.is_upgrade, step.is_downgrade, step.name) == (False, True, "downgrade")
        assert str(step) == "downgrade m -> d1, c2, make m"
        assert (step.from_revisions, step.to_revisions) == (("m",), ("d1", "c2"))
        assert step.info.source_revision_ids == ("m",)
        assert step.info.destination_revision_ids == ("d1", "c2")

    def test_from_and_to_the_base(self, shop: RevisionMap) -> None:
        assert plan_upgrade(shop, "a", ())[0].short_log == "upgrade  -> a"
        assert plan_downgrade(shop, "base", ("a",))[0].short_log == "downgrade a -> "

    def test_stamp(self, shop: RevisionMap) -> None:
        step = plan_stamp(shop, "m", ("c1", "c2"))[0]
        assert isinstance(step, StampStep)
        assert (step.is_upgrade, step.is_stamp, step.name) == (True, True, "stamp_revision")
        assert step.revision is None
        assert str(step) == "stamp_revision c1, c2 -> m"
        assert (step.from_revisions, step.to_revisions) == (("c1", "c2"), ("m",))
        assert step.info.up_revision_id == "m"
        assert step.info.down_revision_ids == ("c1", "c2")
        assert not step.info.is_migration

    def test_stamp_down(self, shop: RevisionMap) -> None:
        step = plan_stamp(shop, "base", ("c1",))[0]
        assert (step.is_upgrade, step.is_downgrade) == (False, True)
        assert (step.from_revisions, step.to_revisions) == (("c1",), ())
        assert step.info.up_revision_ids == ("c1",)
        assert step.info.destination_revision_ids == ()

    def test_made_by_hand(self, shop: RevisionMap) -> None:
        step = RevisionStep(shop, Revision("e", "m", doc="x"), True)
        assert step.rows == RowChanges((), None, ())
        assert repr(step) == "<RevisionStep upgrade m -> e, x>"
