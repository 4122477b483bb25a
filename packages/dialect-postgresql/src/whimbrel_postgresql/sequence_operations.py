"""Directives about sequences that belong to no column."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Sequence
from sqlalchemy.schema import CreateSequence, DropSequence

from whimbrel.operations import MigrateOperation, Operations


class CreateSequenceOp(MigrateOperation):
    """Create a sequence.

    :param name: its name.
    :param schema: its schema; ``None`` for the connection's default.
    :param if_not_exists: say nothing when it is there already.
    :param kw: keywords of SQLAlchemy's Sequence: ``start``, ``increment``, ``minvalue``, ``maxvalue``, ``cycle``,
        ``cache``, ``data_type``.
    """

    before_tables = True

    def __init__(self, name: str, *, schema: str | None = None, if_not_exists: bool | None = None, **kw: Any) -> None:
        self.name = name
        self.schema = schema
        self.if_not_exists = if_not_exists
        self.kw = kw
        self.to_sequence()  # a misspelt keyword is told at once

    @classmethod
    def from_sequence(cls, sequence: Sequence) -> CreateSequenceOp:
        """Return the directive that creates a sequence of the models."""
        said = {name: getattr(sequence, name, None) for name in FACTS}
        return cls(sequence.name, schema=sequence.schema, **{name: it for name, it in said.items() if it is not None})

    @classmethod
    def create_sequence(
        cls,
        operations: Operations,
        name: str,
        *,
        schema: str | None = None,
        if_not_exists: bool | None = None,
        **kw: Any,
    ) -> None:
        """Create a sequence: ``op.create_sequence("ticket_numbers", start=1000)``; the parameters of the class."""
        operations.invoke(cls(name, schema=schema, if_not_exists=if_not_exists, **kw))

    def to_sequence(self) -> Sequence:
        """Return the sequence."""
        return Sequence(self.name, schema=self.schema, **self.kw)

    def reverse(self) -> DropSequenceOp:
        """Return the directive that drops the sequence, and knows how to create it again."""
        return DropSequenceOp(self.name, schema=self.schema, _reverse=self)

    def to_diff_tuple(self) -> tuple[str, str | None, str]:
        """Return ``("add_sequence", schema, name)``."""
        return ("add_sequence", self.schema, self.name)


class DropSequenceOp(MigrateOperation):
    """Drop a sequence; PostgreSQL refuses while a default uses it.

    :param name: its name.
    :param schema: its schema; ``None`` for the connection's default.
    :param if_exists: say nothing when it is not there.
    """

    def __init__(
        self,
        name: str,
        *,
        schema: str | None = None,
        if_exists: bool | None = None,
        _reverse: CreateSequenceOp | None = None,
    ) -> None:
        self.name = name
        self.schema = schema
        self.if_exists = if_exists
        self._reverse = _reverse

    @classmethod
    def drop_sequence(
        cls, operations: Operations, name: str, *, schema: str | None = None, if_exists: bool | None = None
    ) -> None:
        """Drop a sequence; the parameters of the class."""
        operations.invoke(cls(name, schema=schema, if_exists=if_exists))

    def reverse(self) -> CreateSequenceOp:
        """Return the directive that creates the sequence again; it begins to count anew.

        :raises ValueError: what it was is not known.
        """
        if self._reverse is None:
            raise ValueError(f"The drop of sequence {self.name} cannot be reversed: what it was is not known.")
        return self._reverse

    def to_diff_tuple(self) -> tuple[str, str | None, str]:
        """Return ``("remove_sequence", schema, name)``."""
        return ("remove_sequence", self.schema, self.name)


FACTS = ("start", "increment", "minvalue", "maxvalue", "cycle", "cache", "data_type")
"""What a sequence says of itself, beside its name."""


def create_sequence(operations: Operations, op: CreateSequenceOp) -> None:
    """Create the sequence."""
    operations.impl.execute(CreateSequence(op.to_sequence(), if_not_exists=bool(op.if_not_exists)))


def drop_sequence(operations: Operations, op: DropSequenceOp) -> None:
    """Drop the sequence."""
    operations.impl.execute(DropSequence(Sequence(op.name, schema=op.schema), if_exists=bool(op.if_exists)))
