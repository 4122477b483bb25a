"""Steps that need a type which nobody knows: said above them, for they cannot run before a person writes it."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column
from sqlalchemy.types import NullType, to_instance

from whimbrel.operations.ops import AddColumnOp, AlterColumnOp, CreateTableOp, MigrateOperation, OpContainer
from whimbrel_autogen.remarks import remark


def tell_unknown_types(ops: Iterable[MigrateOperation]) -> None:
    """Say above each step which of its columns have a type that is not known, such as one of an extension.

    :param ops: the steps.
    """
    for op in ops:
        if isinstance(op, OpContainer):
            tell_unknown_types(op.ops)
        elif names := _columns_without_type(op):
            of = f"type of column {names[0]} is" if len(names) == 1 else f"types of columns {' and '.join(names)} are"
            remark(op, f"TODO: the {of} not known. Write it in the place of NullType(), which no database has.")


def _columns_without_type(op: MigrateOperation) -> list[str]:
    if isinstance(op, AlterColumnOp):
        types = [to_instance(type_) for type_ in (op.existing_type, op.modify_type) if type_ is not None]
        return [op.column_name] if any(isinstance(type_, NullType) for type_ in types) else []
    if isinstance(op, AddColumnOp):
        columns = [op.column]
    else:
        columns = [item for item in op.columns if isinstance(item, Column)] if isinstance(op, CreateTableOp) else []
    return [column.name for column in columns if isinstance(column.type, NullType)]
