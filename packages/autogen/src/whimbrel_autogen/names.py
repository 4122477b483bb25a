"""The name that a constraint or an index has in the database, once conventions and lengths had their say."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Constraint, Dialect, Index
from sqlalchemy.schema import conv

from whimbrel.operations.batch.reading import conventional_name
from whimbrel.operations.ops import AddConstraintOp, MigrateOperation

if TYPE_CHECKING:
    from whimbrel.impl import DefaultImpl

Op = TypeVar("Op", bound=MigrateOperation)


def final_name(item: Constraint | Index, dialect: Dialect) -> str | None:
    """Return the name as the database knows it; ``None`` where the database makes one up.

    Naming conventions are applied, and names that are too long are cut as SQLAlchemy does.

    :param item: a constraint or an index that stands in a table.
    :param dialect: knows how long a name may be.
    """
    if item.name is None:
        return None
    preparer = dialect.identifier_preparer
    made = preparer.format_index(item) if isinstance(item, Index) else preparer.format_constraint(item)
    if made is None:
        return None
    name = str(made)
    begin, end = preparer.initial_quote, preparer.final_quote
    if name.startswith(begin) and name.endswith(end) and len(name) > 1:
        name = name[len(begin) : -len(end)].replace(end * 2, end)
    return name.replace("%%", "%") if dialect.paramstyle in ("format", "pyformat") else name


def named(op: Op, item: Constraint | Index, impl: DefaultImpl) -> Op:
    """Return a directive that creates something, and see that a constraint has a name by which it can be dropped.

    :param op: the directive.
    :param item: what it creates.
    :param impl: knows how constraints are called that the models give no name.
    """
    if isinstance(op, AddConstraintOp) and isinstance(item, Constraint) and item.name is None:
        made = conventional_name(op, impl.constraint_convention)
        op.constraint_name = None if made is None else conv(made)
    return op
