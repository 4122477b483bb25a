"""The revision graph: strings and tuples in, values out; it knows neither disk nor database.

::

    revision        one node
    graph           all nodes, their arrows and order      (labels, cycles)
    order, lineage  newest first; who comes before whom
    target          what an identifier names
    select, ranges  which revisions an upgrade, a downgrade or a range is about
    map             RevisionMap, the names that scripts use
    step, plan      what will be done, step by step
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.revisions.graph import RevisionGraph
from whimbrel.revisions.map import RevisionMap
from whimbrel.revisions.revision import MAX_REVISION_ID_LENGTH, Revision, verify_rev_id
from whimbrel.revisions.target import Target, nearest, parse, resolve, resolve_one

if TYPE_CHECKING:
    from whimbrel.revisions.plan import Plan, plan_downgrade, plan_one, plan_stamp, plan_upgrade
    from whimbrel.revisions.ranges import Range, parse_range, select_range
    from whimbrel.revisions.step import MigrationInfo, MigrationStep, RevisionStep, RowChanges, StampStep

__all__ = [
    "MAX_REVISION_ID_LENGTH",
    "MigrationInfo",
    "MigrationStep",
    "Plan",
    "Range",
    "Revision",
    "RevisionGraph",
    "RevisionMap",
    "RevisionStep",
    "RowChanges",
    "StampStep",
    "Target",
    "nearest",
    "parse",
    "parse_range",
    "plan_downgrade",
    "plan_one",
    "plan_stamp",
    "plan_upgrade",
    "resolve",
    "resolve_one",
    "select_range",
    "verify_rev_id",
]

# Only some commands need these: ``heads`` plans nothing.
_HOMES = {
    "MigrationInfo": "step",
    "MigrationStep": "step",
    "Plan": "plan",
    "Range": "ranges",
    "RevisionStep": "step",
    "RowChanges": "step",
    "StampStep": "step",
    "parse_range": "ranges",
    "plan_downgrade": "plan",
    "plan_one": "plan",
    "plan_stamp": "plan",
    "plan_upgrade": "plan",
    "select_range": "ranges",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
