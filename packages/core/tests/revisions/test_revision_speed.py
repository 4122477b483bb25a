"""Twenty thousand revisions: time grows with their number, not with its square; memory stays small."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from collections.abc import Callable

import pytest

from testing.counting import calls_of
from whimbrel.revisions import (
    Revision,
    RevisionMap,
    parse_range,
    plan_downgrade,
    plan_stamp,
    plan_upgrade,
    select_range,
)


def line(count: int) -> list[Revision]:
    return [Revision(f"{at:012x}", f"{at - 1:012x}" if at else None) for at in range(count)]


def branchy(count: int) -> list[Revision]:
    """A merge every ten, a label every hundred, and a second line that depends on the first every ten."""
    made = [Revision("trunk0", None), Revision("side0", None, branch_labels="side")]
    last, side = "trunk0", "side0"
    for at in range(1, count // 13):
        for step in range(8):
            made.append(
                Revision(f"t{at}_{step}", last, branch_labels=f"label{at}" if at % 8 == 0 and not step else None)
            )
            last = f"t{at}_{step}"
        made.append(Revision(f"l{at}", last))
        made.append(Revision(f"r{at}", last))
        made.append(Revision(f"m{at}", (f"l{at}", f"r{at}")))
        made.append(Revision(f"s{at}", side, last))
        made.append(Revision(f"u{at}", f"s{at}"))
        last, side = f"m{at}", f"u{at}"
    return made


def star(count: int) -> list[Revision]:
    """Everything follows one, half of it is depended on: as many heads as revisions."""
    made = [Revision("root", None)]
    made += [Revision(f"a{at}", "root") for at in range(count // 2)]
    made += [Revision(f"b{at}", "root", f"a{at}") for at in range(count // 2)]
    return made


def everything(revisions: list[Revision]) -> None:
    map_ = RevisionMap(lambda: revisions)
    heads = map_.effective_heads
    assert len(plan_upgrade(map_, "heads", ())) == len(revisions)
    assert plan_upgrade(map_, "heads", heads) == ()
    assert len(plan_downgrade(map_, "base", heads)) == len(revisions)
    plan_stamp(map_, "heads", map_.bases)
    middle = revisions[len(revisions) // 2].revision
    assert select_range(map_, parse_range(f"{middle}:"))
    assert sum(1 for _ in map_.walk()) == len(revisions)
    assert all(revision.branch_labels is not None for revision in revisions)
    map_.add_revision(Revision("another", revisions[-1].revision))


@pytest.mark.parametrize("shape", [line, branchy, star])
def test_work_grows_with_the_number_of_revisions(shape: Callable[[int], list[Revision]]) -> None:
    small, large = (shape(size) for size in (1_000, 8_000))
    # Eight times as many: eight times the work; sixty-four times if it were quadratic.
    assert calls_of(lambda: everything(large)) < calls_of(lambda: everything(small)) * 10


@pytest.mark.parametrize("shape", [line, branchy])
def test_memory_of_twenty_thousand(shape: Callable[[int], list[Revision]]) -> None:
    tracemalloc.start()
    try:
        revisions = shape(20_000)
        map_ = RevisionMap(lambda: revisions)
        plan_upgrade(map_, "heads", ())
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 30 * 2**20


def test_start_up_loads_nothing_heavy() -> None:
    code = "import sys; before = {*sys.modules}; import whimbrel.revisions; print(*{*sys.modules} - before)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert "whimbrel.revisions.graph" in loaded
    heavy = {"sqlalchemy", "mako", "pluggy", "inspect", "dataclasses", "difflib", "asyncio", "subprocess"}
    assert heavy.isdisjoint(loaded)
