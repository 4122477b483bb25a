"""Directives about constraints of any kind: what all adds share, and the drop."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal, TypeVar

from sqlalchemy import (
    CheckConstraint,
    Column,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    UniqueConstraint,
)

from whimbrel.errors import CommandError
from whimbrel.operations.construct import construct, scratch_table
from whimbrel.operations.directives.base import BatchInvoker, Invoker, MigrateOperation, RunContext, check_keywords
from whimbrel.operations.registry import register_operation

ConstraintType = Literal["check", "foreignkey", "primary", "unique", "exclude"]
AddConstraintClass = TypeVar("AddConstraintClass", bound="type[AddConstraintOp]")


class AddConstraintOp(MigrateOperation):
    """Add a constraint: the base of one directive for each kind."""

    add_constraint_ops: ClassVar[dict[str, type[AddConstraintOp]]] = {}
    constraint_type: ClassVar[str]

    constraint_name: str | None
    table_name: str
    schema: str | None

    @classmethod
    def register_add_constraint(cls, type_: str) -> Callable[[AddConstraintClass], AddConstraintClass]:
        """Return a class decorator: the directive adds constraints of this kind.

        :param type_: the ``__visit_name__`` of SQLAlchemy's constraint class, such as ``unique_constraint``.
        """

        def register(op_class: AddConstraintClass) -> AddConstraintClass:
            AddConstraintOp.add_constraint_ops[type_] = op_class
            return op_class

        return register

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> AddConstraintOp:
        """Return the directive that adds *constraint*, which stands in a table.

        :raises CommandError: no directive adds constraints of its kind.
        """
        op_class = AddConstraintOp.add_constraint_ops.get(constraint.__visit_name__)
        if op_class is None:
            raise CommandError(
                f"No operation adds a {type(constraint).__name__}.",
                "Write one, decorated with @AddConstraintOp.register_add_constraint"
                f"({constraint.__visit_name__!r}), or use op.execute().",
            )
        return op_class.from_constraint(constraint)

    def to_constraint(self, migration_context: RunContext | None = None) -> Constraint:
        """Return the constraint, in a scratch table.

        :param migration_context: the run, for its naming convention.
        """
        raise NotImplementedError(f"{type(self).__name__} makes no constraint.")

    def reverse(self) -> DropConstraintOp:
        """Return the directive that drops the constraint, and knows how to add it again."""
        return DropConstraintOp(
            self.constraint_name, self.table_name, self.constraint_type, schema=self.schema, _reverse=self
        )

    def to_diff_tuple(self) -> tuple[str, Constraint]:
        """Return ``("add_constraint", constraint)``."""
        return ("add_constraint", self.to_constraint())


@register_operation("drop_constraint")
class DropConstraintOp(MigrateOperation):
    """Drop a constraint.

    :param constraint_name: its name.
    :param table_name: the table.
    :param type_: ``check``, ``foreignkey``, ``primary``, ``unique`` or ``exclude``; some databases (MySQL) want it.
    :param schema: the table's schema.
    :param if_exists: say nothing when it is not there.
    :param kw: dialects' keywords, such as ``mysql_algorithm``.
    """

    def __init__(
        self,
        constraint_name: str | None,
        table_name: str,
        type_: str | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: AddConstraintOp | None = None,
        **kw: Any,
    ) -> None:
        check_keywords("drop_constraint", kw, ("schema", "if_exists", "type_"))
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.constraint_type = type_
        self.schema = schema
        self.if_exists = if_exists
        self.kw = kw
        self._reverse = _reverse

    @classmethod
    def drop_constraint(
        cls,
        operations: Invoker,
        constraint_name: str,
        table_name: str,
        type_: ConstraintType | None = None,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``op.drop_constraint``."""
        operations.invoke(cls(constraint_name, table_name, type_, schema=schema, if_exists=if_exists, **kw))

    @classmethod
    def batch_drop_constraint(
        cls,
        operations: BatchInvoker,
        constraint_name: str | None,
        type_: ConstraintType | None = None,
        *,
        if_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``batch.drop_constraint``."""
        operations.invoke(
            cls(constraint_name, operations.table_name, type_, schema=operations.schema, if_exists=if_exists, **kw)
        )

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> DropConstraintOp:
        """Return the directive that drops *constraint*, and knows how to add it again."""
        return AddConstraintOp.from_constraint(constraint).reverse()

    def to_constraint(self, migration_context: RunContext | None = None) -> Constraint:
        """Return the constraint: as it was, where that is known, else by kind and name alone.

        :param migration_context: the run, for its naming convention.
        :raises TypeError: there is no such kind.
        """
        if self._reverse is not None:
            return self._reverse.to_constraint(migration_context)
        make = _NAMED.get(self.constraint_type)
        if make is None:
            kinds = ", ".join(repr(kind) for kind in _NAMED if kind)
            raise TypeError(f"drop_constraint() takes type_ {kinds} or none, not {self.constraint_type!r}.")
        constraint = construct(make, self.constraint_name, **self.kw)
        scratch_table(self.table_name, migration_context, Column("x"), constraint, schema=self.schema)
        return constraint

    def reverse(self) -> AddConstraintOp:
        """Return the directive that adds the constraint again.

        :raises ValueError: what the constraint was is not known.
        """
        if self._reverse is None:
            raise ValueError(
                f"The drop of constraint {self.constraint_name} cannot be reversed: what it was is not known."
            )
        return self._reverse

    def to_diff_tuple(self) -> tuple[str, Constraint]:
        """Return ``("remove_constraint", constraint)``, or ``("remove_fk", constraint)``."""
        kind = "remove_fk" if self.constraint_type == "foreignkey" else "remove_constraint"
        return (kind, self.reverse().to_constraint())


_NAMED: dict[str | None, Callable[..., Constraint]] = {
    "check": lambda name, **kw: CheckConstraint("", name=name, **kw),
    "foreignkey": lambda name, **kw: ForeignKeyConstraint(["x"], ["x.x"], name=name, **kw),
    "primary": lambda name, **kw: PrimaryKeyConstraint(name=name, **kw),
    "unique": lambda name, **kw: UniqueConstraint("x", name=name, **kw),
    "exclude": lambda name, **kw: Constraint(name=name, **kw),  # PostgreSQL's; its package has the class
    None: lambda name, **kw: Constraint(name=name, **kw),
}
