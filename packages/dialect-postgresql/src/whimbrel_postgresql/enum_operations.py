"""Directives about enum types: create, drop, rename, and their values."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Any

from sqlalchemy.dialects.postgresql import ENUM, CreateEnumType

from whimbrel.errors import CommandError
from whimbrel.operations import MigrateOperation, Operations
from whimbrel_postgresql.named_types import AddEnumValue, DropType, EnsureType, RenameEnumValue, RenameType


class EnumTypeOp(MigrateOperation):
    """A change to an enum type: the base of the others.

    :param name: the type, unquoted.
    :param schema: its schema; ``None`` for the connection's default.
    """

    def __init__(self, name: str, *, schema: str | None = None) -> None:
        self.name = name
        self.schema = schema


class CreateEnumTypeOp(EnumTypeOp):
    """Create an enum type.

    :param name: its name.
    :param values: its values, in the order in which they compare.
    :param schema: its schema.
    :param if_not_exists: say nothing when there is a type of that name already.
    """

    before_tables = True

    def __init__(
        self, name: str, values: Sequence[str], *, schema: str | None = None, if_not_exists: bool | None = None
    ) -> None:
        super().__init__(name, schema=schema)
        self.values = checked_values("create_enum_type", values)
        self.if_not_exists = if_not_exists

    @classmethod
    def create_enum_type(
        cls,
        operations: Operations,
        name: str,
        values: Sequence[str],
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
    ) -> None:
        """Create an enum type: ``op.create_enum_type("mood", ["happy", "sad"])``; the parameters of the class."""
        operations.invoke(cls(name, values, schema=schema, if_not_exists=if_not_exists))

    def to_enum(self) -> ENUM:
        """Return the type, for a column: it leaves creating and dropping to the directives."""
        return ENUM(*self.values, name=self.name, schema=self.schema, create_type=False)

    def reverse(self) -> DropEnumTypeOp:
        """Return the directive that drops the type, and knows how to create it again.

        It keeps quiet where the type is gone already: dropping the last column that had it may have taken it along.
        """
        return DropEnumTypeOp(self.name, schema=self.schema, if_exists=True, _reverse=self)

    def to_diff_tuple(self) -> tuple[str, str | None, str, tuple[str, ...]]:
        """Return ``("add_enum_type", schema, name, values)``."""
        return ("add_enum_type", self.schema, self.name, self.values)


class DropEnumTypeOp(EnumTypeOp):
    """Drop an enum type; PostgreSQL refuses while something has it.

    :param name: its name.
    :param schema: its schema.
    :param if_exists: say nothing when it is not there.
    """

    def __init__(
        self,
        name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: CreateEnumTypeOp | None = None,
    ) -> None:
        super().__init__(name, schema=schema)
        self.if_exists = if_exists
        self._reverse = _reverse

    @classmethod
    def drop_enum_type(
        cls, operations: Operations, name: str, *, schema: str | None = None, if_exists: bool | None = None
    ) -> None:
        """Drop an enum type; the parameters of the class."""
        operations.invoke(cls(name, schema=schema, if_exists=if_exists))

    def reverse(self) -> CreateEnumTypeOp:
        """Return the directive that creates the type again.

        :raises ValueError: what its values were is not known.
        """
        if self._reverse is None:
            raise ValueError(f"The drop of enum type {self.name} cannot be reversed: its values are not known.")
        return self._reverse

    def to_diff_tuple(self) -> tuple[str, str | None, str]:
        """Return ``("remove_enum_type", schema, name)``."""
        return ("remove_enum_type", self.schema, self.name)


class RenameEnumTypeOp(EnumTypeOp):
    """Give an enum type another name; its columns follow.

    :param old_name: its name now.
    :param new_name: its name afterwards.
    :param schema: its schema, which it keeps.
    """

    def __init__(self, old_name: str, new_name: str, *, schema: str | None = None) -> None:
        super().__init__(old_name, schema=schema)
        self.new_name = new_name

    @classmethod
    def rename_enum_type(
        cls, operations: Operations, old_name: str, new_name: str, *, schema: str | None = None
    ) -> None:
        """Give an enum type another name; the parameters of the class."""
        operations.invoke(cls(old_name, new_name, schema=schema))

    def reverse(self) -> RenameEnumTypeOp:
        """Return the directive that gives the old name back."""
        return RenameEnumTypeOp(self.new_name, self.name, schema=self.schema)


class AddEnumValueOp(EnumTypeOp):
    """Add a value to an enum type, without touching any row.

    :param name: the type.
    :param value: the new value.
    :param before: the value that it comes before; without it and *after*, it comes last.
    :param after: the value that it comes after.
    :param if_not_exists: say nothing when it is there already.
    :param schema: the type's schema.
    :param autocommit: commit it at once, outside of the transaction, so that the same revision can use the value.
    """

    before_tables = True

    def __init__(
        self,
        name: str,
        value: str,
        *,
        before: str | None = None,
        after: str | None = None,
        if_not_exists: bool | None = None,
        schema: str | None = None,
        autocommit: bool = False,
        _reverse: MigrateOperation | None = None,
    ) -> None:
        if before is not None and after is not None:
            raise CommandError(
                f"add_enum_value({name!r}, {value!r}) is told both before={before!r} and after={after!r}.",
                "Give one of them.",
            )
        super().__init__(name, schema=schema)
        self.value = value
        self.before = before
        self.after = after
        self.if_not_exists = if_not_exists
        self.autocommit = autocommit
        self._reverse = _reverse

    @classmethod
    def add_enum_value(
        cls,
        operations: Operations,
        name: str,
        value: str,
        *,
        before: str | None = None,
        after: str | None = None,
        if_not_exists: bool | None = None,
        schema: str | None = None,
        autocommit: bool = False,
    ) -> None:
        """Add a value to an enum type; the parameters of the class."""
        operations.invoke(
            cls(
                name,
                value,
                before=before,
                after=after,
                if_not_exists=if_not_exists,
                schema=schema,
                autocommit=autocommit,
            )
        )

    def reverse(self) -> MigrateOperation:
        """Return what takes the value away again, which is known where autogenerate has found it missing.

        :raises NotImplementedError: it is not known; PostgreSQL itself takes no value away.
        """
        if self._reverse is not None:
            return self._reverse
        raise NotImplementedError(
            f"PostgreSQL cannot take value {self.value!r} away from enum type {self.name}. "
            "op.replace_enum_values() makes the type anew without it."
        )

    def to_diff_tuple(self) -> tuple[str, str | None, str, str]:
        """Return ``("add_enum_value", schema, name, value)``."""
        return ("add_enum_value", self.schema, self.name, self.value)


class RenameEnumValueOp(EnumTypeOp):
    """Give a value of an enum type another name, at once in every row that has it.

    :param name: the type.
    :param old_value: the value now.
    :param new_value: the value afterwards.
    :param schema: the type's schema.
    """

    before_tables = True

    def __init__(self, name: str, old_value: str, new_value: str, *, schema: str | None = None) -> None:
        super().__init__(name, schema=schema)
        self.old_value = old_value
        self.new_value = new_value

    @classmethod
    def rename_enum_value(
        cls, operations: Operations, name: str, old_value: str, new_value: str, *, schema: str | None = None
    ) -> None:
        """Give a value of an enum type another name; the parameters of the class."""
        operations.invoke(cls(name, old_value, new_value, schema=schema))

    def reverse(self) -> RenameEnumValueOp:
        """Return the directive that gives the old name back."""
        return RenameEnumValueOp(self.name, self.new_value, self.old_value, schema=self.schema)

    def to_diff_tuple(self) -> tuple[str, str | None, str, str, str]:
        """Return ``("rename_enum_value", schema, name, old value, new value)``."""
        return ("rename_enum_value", self.schema, self.name, self.old_value, self.new_value)


def checked_values(verb: str, values: Sequence[str]) -> tuple[str, ...]:
    """Return the values of an enum type.

    :param verb: the operation, for the message.
    :param values: the values as they were given.
    :raises TypeError: they are no list of strings.
    """
    if isinstance(values, str) or not all(isinstance(value, str) for value in values):
        raise TypeError(f'{verb}() takes a list of strings, such as ["happy", "sad"], not {values!r}.')
    return tuple(values)


# -- what each becomes ------------------------------------------------------------------------------------------------


def create_enum_type(operations: Operations, op: CreateEnumTypeOp) -> None:
    """Create the type."""
    enum: Any = op.to_enum()
    operations.impl.execute(EnsureType(enum) if op.if_not_exists else CreateEnumType(enum))


def drop_enum_type(operations: Operations, op: DropEnumTypeOp) -> None:
    """Drop the type."""
    operations.impl.execute(DropType(op.name, op.schema, if_exists=op.if_exists))


def rename_enum_type(operations: Operations, op: RenameEnumTypeOp) -> None:
    """Give the type its new name."""
    operations.impl.execute(RenameType(op.name, op.new_name, op.schema))


def add_enum_value(operations: Operations, op: AddEnumValueOp) -> None:
    """Add the value."""
    with operations.get_context().autocommit_block() if op.autocommit else nullcontext():
        operations.impl.execute(
            AddEnumValue(op.name, op.value, op.schema, before=op.before, after=op.after, if_not_exists=op.if_not_exists)
        )


def rename_enum_value(operations: Operations, op: RenameEnumValueOp) -> None:
    """Give the value its new name."""
    operations.impl.execute(RenameEnumValue(op.name, op.old_value, op.new_value, op.schema))
