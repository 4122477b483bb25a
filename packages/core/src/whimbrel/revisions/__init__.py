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

from whimbrel.revisions.graph import RevisionGraph
from whimbrel.revisions.map import RevisionMap
from whimbrel.revisions.plan import Plan, plan_downgrade, plan_stamp, plan_upgrade
from whimbrel.revisions.ranges import Range, parse_range, select_range
from whimbrel.revisions.revision import MAX_REVISION_ID_LENGTH, Revision, verify_rev_id
from whimbrel.revisions.step import MigrationInfo, MigrationStep, RevisionStep, RowChanges, StampStep
from whimbrel.revisions.target import Target, nearest, parse, resolve, resolve_one

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
    "plan_stamp",
    "plan_upgrade",
    "resolve",
    "resolve_one",
    "select_range",
    "verify_rev_id",
]
