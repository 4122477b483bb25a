"""What steps of a script lose: said above them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Dialect

from whimbrel.operations.losses import lost_by
from whimbrel.operations.ops import MigrateOperation, OpContainer
from whimbrel_autogen.remarks import remark, remarks_of


def tell_losses(ops: Iterable[MigrateOperation], dialect: Dialect) -> None:
    """Say above each step that loses data what is lost, where nothing was said yet.

    :param ops: the steps.
    :param dialect: spells types.
    """
    for op in ops:
        if isinstance(op, OpContainer):
            tell_losses(op.ops, dialect)
        elif not remarks_of(op) and (text := lost_by(op, dialect)) is not None:
            remark(op, text)
