"""Laws that hold for every history, checked on random ones against answers found the slow way."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from whimbrel.errors import RangeNotAncestorError
from whimbrel.revisions import Plan, Revision, RevisionMap, RevisionStep, plan_downgrade, plan_stamp, plan_upgrade


@dataclasses.dataclass
class History:
    """A history, what each revision needs, and a state a database may be in."""

    map: RevisionMap
    needs: dict[str, set[str]]
    follows: dict[str, set[str]]

    def closure(self, ids: Iterable[str], arrows: dict[str, set[str]] | None = None) -> set[str]:
        """The ids and all that they need, by the definition."""
        found: set[str] = set()
        for id_ in ids:
            found |= {id_} | self.closure((arrows or self.needs)[id_], arrows)
        return found

    def tops(self, applied: set[str]) -> set[str]:
        """What the version table holds when *applied* is applied: all that nothing else applied needs."""
        return {id_ for id_ in applied if not any(id_ in self.needs[other] for other in applied)}


@st.composite
def histories(draw: st.DrawFn) -> History:
    count = draw(st.integers(1, 12))
    ids = [f"r{at}" for at in range(count)]
    revisions: list[Revision] = []
    needs: dict[str, set[str]] = {}
    follows: dict[str, set[str]] = {}
    for at, id_ in enumerate(ids):
        before = st.sampled_from(ids[:at]) if at else st.nothing()
        down = draw(st.lists(before, max_size=draw(st.sampled_from([0, 1, 1, 1, 2, 3])), unique=True)) if at else []
        depends = draw(st.lists(before, max_size=draw(st.sampled_from([0, 0, 0, 1, 2])), unique=True)) if at else []
        label = f"L{at}" if draw(st.integers(0, 3)) == 0 else None
        revisions.append(Revision(id_, down, depends, label))
        follows[id_] = set(down)
        needs[id_] = {*down, *depends}
    given_order = draw(st.permutations(revisions))
    return History(RevisionMap(lambda: given_order), needs, follows)


def carried_out(history: History, plan: Plan, rows: Iterable[str]) -> set[str]:
    """Carry a plan out on a set of rows; at each step its laws are checked."""
    table = set(rows)
    applied = history.closure(table)
    for step in plan:
        assert isinstance(step, RevisionStep)
        id_ = step.revision.revision
        if step.is_upgrade:
            assert id_ not in applied
            assert history.needs[id_] <= applied, "what it needs runs first"
            applied.add(id_)
        else:
            assert id_ in history.tops(applied), "what needs it is gone first"
            applied.remove(id_)
        for gone in step.rows.deletes:
            table.remove(gone)
        assert table.isdisjoint(step.rows.inserts)
        table.update(step.rows.inserts)
        if step.rows.update is not None:
            old, new = step.rows.update
            table.remove(old)
            assert new not in table
            table.add(new)
        assert table == history.tops(applied), "the rows say what is applied, and nothing twice"
    return table


def states(draw: st.DataObject, history: History) -> tuple[str, ...]:
    some = draw.draw(st.sets(st.sampled_from(sorted(history.map.ids))))
    return tuple(draw.draw(st.permutations(sorted(history.tops(history.closure(some))))))


@given(histories(), st.data())
def test_an_upgrade_applies_what_is_missing_and_nothing_else(history: History, data: st.DataObject) -> None:
    rows = states(data, history)
    wanted = data.draw(st.lists(st.sampled_from(sorted(history.map.ids)), min_size=1, max_size=3))
    plan = plan_upgrade(history.map, wanted, rows)
    after = carried_out(history, plan, rows)
    assert {step.revision.revision for step in plan if step.revision} == (
        history.closure(wanted) - history.closure(rows)
    )
    assert history.closure(after) == history.closure(rows) | history.closure(wanted)
    assert plan_upgrade(history.map, wanted, tuple(after)) == ()


@given(histories(), st.data())
def test_the_steps_up_undone_the_other_way_round_bring_back_the_rows(history: History, data: st.DataObject) -> None:
    rows = states(data, history)
    wanted = data.draw(st.lists(st.sampled_from(sorted(history.map.ids)), min_size=1, max_size=3))
    plan = plan_upgrade(history.map, wanted, rows)
    after = carried_out(history, plan, rows)
    back = [step.undone() for step in reversed(plan) if isinstance(step, RevisionStep)]
    assert len(back) == len(plan)
    assert carried_out(history, Plan(back), after) == set(rows)


@given(histories(), st.data())
def test_up_then_down_leaves_nothing(history: History, data: st.DataObject) -> None:
    top = carried_out(history, plan_upgrade(history.map, "heads", ()), ())
    assert top == set(history.map.effective_heads)
    down = plan_downgrade(history.map, "base", tuple(data.draw(st.permutations(sorted(top)))))
    assert len(down) == len(history.map)
    assert carried_out(history, down, top) == set()


@given(histories(), st.data())
def test_down_then_up_is_where_it_was(history: History, data: st.DataObject) -> None:
    rows = states(data, history)
    target = data.draw(st.sampled_from([*sorted(history.map.ids), "base"]))
    try:
        down = plan_downgrade(history.map, target, rows)
    except RangeNotAncestorError:
        followers = {id_ for id_ in history.map.ids if target in history.closure([id_], history.follows)} - {target}
        assert target not in rows
        assert not followers & history.closure(rows), "refused although there is something to take down"
        return
    below = carried_out(history, down, rows)
    gone = history.closure(rows) - history.closure(below)
    if target == "base":
        assert below == set()
    else:
        assert target in history.closure(below)
        assert all(target in history.closure([id_]) for id_ in gone), "only what stands on the target goes"
        assert not any(target in history.follows[id_] for id_ in history.closure(below)), "and all that follows it"
    assert carried_out(history, plan_upgrade(history.map, rows, tuple(below)), below) == set(rows)


@given(histories(), st.data())
def test_a_branch_taken_down_leaves_the_others(history: History, data: st.DataObject) -> None:
    rows = states(data, history)
    branch = data.draw(st.sampled_from(sorted(history.map.ids)))
    plan = plan_downgrade(history.map, f"{branch}@base", rows)
    below = carried_out(history, plan, rows)
    bases = {id_ for id_ in history.closure([branch], history.follows) if not history.follows[id_]}
    above = {id_ for id_ in history.map.ids if branch in history.closure([id_], history.follows)}
    bases |= {id_ for id_ in history.closure(above, history.follows) if not history.follows[id_] and id_ in above}
    expected = {id_ for id_ in history.closure(rows) if bases.isdisjoint(history.closure([id_]))}
    assert history.closure(below) == expected


@given(histories(), st.data())
def test_a_stamp_puts_its_target_in_the_place_of_its_line(history: History, data: st.DataObject) -> None:
    rows = states(data, history)
    wanted = data.draw(st.lists(st.sampled_from(sorted(history.map.ids)), min_size=1, max_size=3))
    table = set(rows)
    for step in plan_stamp(history.map, wanted, rows):
        assert step.is_stamp
        table.difference_update(step.rows.deletes)
        table.update(step.rows.inserts)
        if step.rows.update is not None:
            table.remove(step.rows.update[0])
            table.add(step.rows.update[1])
    targets = history.tops(history.closure(wanted)) & set(wanted)
    related = {
        row
        for row in rows
        if any(row in history.closure([target]) or target in history.closure([row]) for target in targets)
    }
    assert table == (set(rows) - related) | targets


@given(histories())
def test_walks_are_in_order_and_complete(history: History) -> None:
    walked = [revision.revision for revision in history.map.walk()]
    assert sorted(walked) == sorted(history.map.ids)
    place = {id_: at for at, id_ in enumerate(walked)}
    assert all(place[id_] < place[need] for id_ in walked for need in history.needs[id_])
    order = list(history.map.topological())
    assert sorted(order) == sorted(walked)
    rank = {id_: at for at, id_ in enumerate(order)}
    assert all(rank[need] < rank[id_] for id_ in order for need in history.needs[id_])


@given(histories())
def test_labels_hold_for_all_that_follows(history: History) -> None:
    for label, named in history.map.labels.items():
        carrying = {id_ for id_ in history.map.ids if label in history.map.inherited_labels(id_)}
        following = {id_ for id_ in history.map.ids if named in history.closure([id_], history.follows)}
        before = history.closure([named], history.follows)
        assert following <= carrying <= following | before
        for id_ in carrying - following:
            assert not history.map.is_branch_point(id_)
            assert not history.map[id_].is_merge_point


@settings(max_examples=50)
@given(histories(), st.data())
def test_a_graph_added_to_is_the_graph_made_at_once(history: History, data: st.DataObject) -> None:
    order = list(history.map.topological())
    cut = data.draw(st.integers(0, len(order)))

    def fresh(id_: str) -> Revision:
        old = history.map[id_]
        return Revision(id_, old.down_revisions, old.depends_on, old.own_labels)

    grown = RevisionMap(lambda: [fresh(id_) for id_ in order[:cut]])
    for id_ in order[cut:]:
        grown.inherited_labels(id_)  # asked too early, it must not stick
        grown.add_revision(fresh(id_))
    whole = RevisionMap(lambda: [fresh(id_) for id_ in order])
    assert grown.heads == whole.heads
    assert grown.effective_heads == whole.effective_heads
    assert {id_: grown.inherited_labels(id_) for id_ in order} == {id_: whole.inherited_labels(id_) for id_ in order}
    assert [step.rows for step in plan_upgrade(grown, "heads", ())] == [
        step.rows for step in plan_upgrade(whole, "heads", ())
    ]


@pytest.mark.parametrize("shape", ["line", "ladder"])
def test_depth_is_no_limit(shape: str) -> None:
    """Longer than Python's recursion limit by far."""
    revisions = [Revision("r0", None)]
    for at in range(1, 5000):
        down = [f"r{at - 1}"] if shape == "line" or at < 2 else [f"r{at - 1}", f"r{at - 2}"]
        revisions.append(Revision(f"r{at}", down))
    map_ = RevisionMap(lambda: revisions)
    assert len(plan_downgrade(map_, "base", map_.heads)) == 5000
