"""Directives about constraints: primary key, unique, foreign key, check; and their drop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal, TypeVar

from sqlalchemy import (
    CheckConstraint,
    Column,
    ColumnElement,
    Constraint,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    TextClause,
    UniqueConstraint,
)
from sqlalchemy.sql.schema import ColumnCollectionConstraint

from whimbrel.ddl.sink import plain_text
from whimbrel.errors import CommandError
from whimbrel.operations.construct import name_columns, scratch_table
from whimbrel.operations.directives.base import Invoker, MigrateOperation, RunContext
from whimbrel.operations.registry import register_operation

ConstraintType = Literal["check", "foreignkey", "primary", "unique"]
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


class _OfColumnsOp(AddConstraintOp):
    """A constraint that lists columns of its table.

    :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
    :param table_name: the table.
    :param columns: names of its columns.
    :param schema: the table's schema.
    :param kw: keywords of SQLAlchemy's constraint class.
    """

    _construct: ClassVar[type[ColumnCollectionConstraint]]

    def __init__(
        self,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        if isinstance(columns, str):
            raise TypeError(f"A constraint takes a list of columns, such as [{columns!r}], not a string.")
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.columns = columns
        self.schema = schema
        self.kw = kw

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> AddConstraintOp:
        """Return the directive that adds *constraint*, which stands in a table."""
        assert isinstance(constraint, ColumnCollectionConstraint)
        return cls(
            _name(constraint),
            constraint.table.name,
            [column.name for column in constraint.columns],
            schema=constraint.table.schema,
            **_keywords(constraint),
        )

    def to_constraint(self, migration_context: RunContext | None = None) -> Constraint:
        """Return the constraint, in a scratch table.

        :param migration_context: the run, for its naming convention.
        """
        constraint = self._construct(*self.columns, name=self.constraint_name, **self.kw)
        scratch_table(self.table_name, migration_context, *name_columns(self.columns), constraint, schema=self.schema)
        return constraint


@register_operation("create_primary_key")
@AddConstraintOp.register_add_constraint("primary_key_constraint")
class CreatePrimaryKeyOp(_OfColumnsOp):
    """Make columns the primary key of their table."""

    constraint_type = "primary"
    _construct = PrimaryKeyConstraint

    @classmethod
    def create_primary_key(
        cls,
        operations: Invoker,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
    ) -> None:
        """Carry out ``op.create_primary_key``."""
        operations.invoke(cls(constraint_name, table_name, columns, schema=schema))


@register_operation("create_unique_constraint")
@AddConstraintOp.register_add_constraint("unique_constraint")
class CreateUniqueConstraintOp(_OfColumnsOp):
    """Forbid two rows that are alike in some columns."""

    constraint_type = "unique"
    _construct = UniqueConstraint

    @classmethod
    def create_unique_constraint(
        cls,
        operations: Invoker,
        constraint_name: str | None,
        table_name: str,
        columns: Sequence[str],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``op.create_unique_constraint``."""
        operations.invoke(cls(constraint_name, table_name, columns, schema=schema, **kw))


@register_operation("create_foreign_key")
@AddConstraintOp.register_add_constraint("foreign_key_constraint")
class CreateForeignKeyOp(AddConstraintOp):
    """Make columns refer to those of another table.

    :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
    :param source_table: the table that refers.
    :param referent_table: the table that is referred to.
    :param local_cols: names of the columns that refer.
    :param remote_cols: names of the columns that are referred to, in the same order.
    :param kw: ``source_schema``, ``referent_schema``, and keywords of SQLAlchemy's ForeignKeyConstraint.
    """

    constraint_type = "foreignkey"

    def __init__(
        self,
        constraint_name: str | None,
        source_table: str,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        **kw: Any,
    ) -> None:
        for columns in (local_cols, remote_cols):
            if isinstance(columns, str):
                raise TypeError(f"create_foreign_key() takes lists of columns, such as [{columns!r}], not a string.")
        self.constraint_name = constraint_name
        self.source_table = source_table
        self.referent_table = referent_table
        self.local_cols = local_cols
        self.remote_cols = remote_cols
        self.kw = kw
        self.table_name = source_table
        self.schema = kw.get("source_schema")

    @classmethod
    def create_foreign_key(
        cls,
        operations: Invoker,
        constraint_name: str | None,
        source_table: str,
        referent_table: str,
        local_cols: Sequence[str],
        remote_cols: Sequence[str],
        *,
        onupdate: str | None = None,
        ondelete: str | None = None,
        deferrable: bool | None = None,
        initially: str | None = None,
        match: str | None = None,
        source_schema: str | None = None,
        referent_schema: str | None = None,
        **dialect_kw: Any,
    ) -> None:
        """Carry out ``op.create_foreign_key``."""
        operations.invoke(
            cls(
                constraint_name,
                source_table,
                referent_table,
                local_cols,
                remote_cols,
                onupdate=onupdate,
                ondelete=ondelete,
                deferrable=deferrable,
                initially=initially,
                match=match,
                source_schema=source_schema,
                referent_schema=referent_schema,
                **dialect_kw,
            )
        )

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateForeignKeyOp:
        """Return the directive that adds *constraint*, which stands in a table."""
        assert isinstance(constraint, ForeignKeyConstraint)
        referent = constraint.elements[0].column.table
        return cls(
            _name(constraint),
            constraint.table.name,
            referent.name,
            [element.parent.name for element in constraint.elements],
            [element.column.name for element in constraint.elements],
            source_schema=constraint.table.schema,
            referent_schema=referent.schema,
            **_keywords(constraint),
        )

    def to_constraint(self, migration_context: RunContext | None = None) -> ForeignKeyConstraint:
        """Return the constraint, in a scratch table.

        :param migration_context: the run, for its naming convention.
        """
        keywords = {name: value for name, value in self.kw.items() if name not in ("source_schema", "referent_schema")}
        prefix = ".".join(filter(None, (self.kw.get("referent_schema"), self.referent_table)))
        constraint = ForeignKeyConstraint(
            self.local_cols,
            [f"{prefix}.{column}" for column in self.remote_cols],
            name=self.constraint_name,
            **keywords,
        )
        scratch_table(
            self.source_table, migration_context, *name_columns(self.local_cols), constraint, schema=self.schema
        )
        return constraint

    def to_diff_tuple(self) -> tuple[str, Constraint]:
        """Return ``("add_fk", constraint)``."""
        return ("add_fk", self.to_constraint())


@register_operation("create_check_constraint")
@AddConstraintOp.register_add_constraint("check_constraint")
@AddConstraintOp.register_add_constraint("table_or_column_check_constraint")
@AddConstraintOp.register_add_constraint("column_check_constraint")
class CreateCheckConstraintOp(AddConstraintOp):
    """Forbid rows that do not meet a condition.

    :param constraint_name: its name; ``None`` to have the naming convention, or the database, make one.
    :param table_name: the table.
    :param condition: SQL text, or an expression.
    :param schema: the table's schema.
    :param kw: keywords of SQLAlchemy's CheckConstraint.
    """

    constraint_type = "check"

    def __init__(
        self,
        constraint_name: str | None,
        table_name: str,
        condition: str | TextClause | ColumnElement[Any],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.condition = condition
        self.schema = schema
        self.kw = kw

    @classmethod
    def create_check_constraint(
        cls,
        operations: Invoker,
        constraint_name: str | None,
        table_name: str,
        condition: str | TextClause | ColumnElement[Any],
        *,
        schema: str | None = None,
        **kw: Any,
    ) -> None:
        """Carry out ``op.create_check_constraint``."""
        operations.invoke(cls(constraint_name, table_name, condition, schema=schema, **kw))

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> CreateCheckConstraintOp:
        """Return the directive that adds *constraint*, which stands in a table."""
        assert isinstance(constraint, CheckConstraint)
        return cls(
            _name(constraint),
            constraint.table.name,
            constraint.sqltext,
            schema=constraint.table.schema,
            **_keywords(constraint),
        )

    def to_constraint(self, migration_context: RunContext | None = None) -> CheckConstraint:
        """Return the constraint, in a scratch table.

        :param migration_context: the run, for its naming convention.
        """
        condition = plain_text(self.condition) if isinstance(self.condition, str) else self.condition
        constraint = CheckConstraint(condition, name=self.constraint_name, **self.kw)
        scratch_table(self.table_name, migration_context, constraint, schema=self.schema)
        return constraint


@register_operation("drop_constraint")
class DropConstraintOp(MigrateOperation):
    """Drop a constraint.

    :param constraint_name: its name.
    :param table_name: the table.
    :param type_: ``check``, ``foreignkey``, ``primary`` or ``unique``; some databases (MySQL) want to know.
    :param schema: the table's schema.
    :param if_exists: say nothing when it is not there.
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
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.constraint_type = type_
        self.schema = schema
        self.if_exists = if_exists
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
    ) -> None:
        """Carry out ``op.drop_constraint``."""
        operations.invoke(cls(constraint_name, table_name, type_, schema=schema, if_exists=if_exists))

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
        constraint = make(self.constraint_name)
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


_NAMED: dict[str | None, Callable[[str | None], Constraint]] = {
    "check": lambda name: CheckConstraint("", name=name),
    "foreignkey": lambda name: ForeignKeyConstraint(["x"], ["x.x"], name=name),
    "primary": lambda name: PrimaryKeyConstraint(name=name),
    "unique": lambda name: UniqueConstraint("x", name=name),
    None: lambda name: Constraint(name=name),
}


def _name(constraint: Constraint) -> str | None:
    """Return the name, and ``None`` where SQLAlchemy has a marker for names that a convention will make."""
    return constraint.name if isinstance(constraint.name, str) else None


def _keywords(constraint: Constraint) -> dict[str, Any]:
    """Return the keywords that make *constraint* again, as far as they say anything."""
    names = ("deferrable", "initially", "onupdate", "ondelete", "match", "use_alter", "comment", "info")
    said = {name: value for name in names if (value := getattr(constraint, name, None))}
    if constraint.deferrable is not None:
        said["deferrable"] = constraint.deferrable
    return {**said, **constraint.dialect_kwargs}
