"""A snapshot: what a database has, as models that it could be compared with later."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sqlalchemy import MetaData

from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.objects import build_table
from whimbrel_autogen.produce import schemas

if TYPE_CHECKING:
    from whimbrel.runtime.migration import MigrationContext


def read_metadata(context: MigrationContext, metadata: MetaData | Sequence[MetaData]) -> MetaData:
    """Return the tables of a database that a comparison with models looks at.

    A foreign key to a table that it does not look at is left out.

    :param context: the run, connected.
    :param metadata: the models.
    """
    comparison = AutogenContext(context, metadata)
    found = MetaData()
    for _, pairs in schemas(comparison):
        for pair in pairs:
            if pair.reflected is not None:
                build_table(pair.reflected, found, context.impl)
    for table in found.tables.values():
        for constraint in list(table.foreign_key_constraints):
            if constraint.elements[0].target_fullname.rpartition(".")[0] not in found.tables:
                table.constraints.discard(constraint)
    return found
