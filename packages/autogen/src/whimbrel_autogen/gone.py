"""The directive for an index that goes together with its table: nothing is left to do but on the way back."""

from __future__ import annotations

from sqlalchemy import Index

from whimbrel.operations.ops import CreateIndexOp, DropIndexOp
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.render.operations import renderers


class IndexGoneOp(DropIndexOp):
    """The drop of an index whose table is dropped next: in scripts it is not said, its reverse is.

    A server refuses to drop an index that a foreign key rests upon, be it one of the same table.
    """


def index_gone(context: AutogenContext, index: Index) -> DropIndexOp:
    """Return the directive that drops an index, or leaves that to the drop of its table.

    :param context: the comparison.
    :param index: an index of a table that is to be dropped.
    """
    created = CreateIndexOp.from_index(index)
    drop = created.reverse()
    # A foreign key rests upon a unique index, and on MySQL, at either end, upon any.
    if not index.unique and context.dialect.name not in ("mysql", "mariadb"):
        return drop
    return IndexGoneOp(drop.index_name, drop.table_name, schema=drop.schema, _reverse=created, **drop.kw)


@renderers.dispatch_for(IndexGoneOp)
def _nothing(autogen_context: AutogenContext, op: IndexGoneOp) -> list[str]:
    return []
