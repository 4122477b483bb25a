"""Directives about sequences that belong to no column."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import Sequence
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateSequence, DropSequence, ExecutableDDLElement
from sqlalchemy.sql.compiler import DDLCompiler

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


class AlterSequenceOp(MigrateOperation):
    """Change how a sequence counts from now on; the number it is at stays.

    https://www.postgresql.org/docs/current/sql-altersequence.html

    :param name: its name.
    :param facts: what changes: ``start``, ``increment``, ``minvalue``, ``maxvalue``, ``cycle``, ``cache``.
    :param existing: what they are now, so that the change can be reversed.
    :param schema: its schema; ``None`` for the connection's default.
    """

    def __init__(
        self,
        name: str,
        facts: Mapping[str, int],
        *,
        existing: Mapping[str, int] | None = None,
        schema: str | None = None,
    ) -> None:
        unknown = sorted(facts.keys() - _CLAUSES.keys())
        if unknown or not facts:
            raise TypeError(
                f"alter_sequence() takes {', '.join(_CLAUSES)} by name, such as {{'increment': 5}}, not "
                f"{', '.join(unknown) or 'nothing'}."
            )
        self.name = name
        self.facts = dict(facts)
        self.existing = existing
        self.schema = schema

    @classmethod
    def alter_sequence(
        cls,
        operations: Operations,
        name: str,
        facts: Mapping[str, int],
        *,
        existing: Mapping[str, int] | None = None,
        schema: str | None = None,
    ) -> None:
        """Change a sequence: ``op.alter_sequence("ticket_numbers", {"increment": 5})``; the parameters of the class."""
        operations.invoke(cls(name, facts, existing=existing, schema=schema))

    def reverse(self) -> AlterSequenceOp:
        """Return the directive that gives back how it counted.

        :raises ValueError: that is not known.
        """
        if self.existing is None or self.facts.keys() - self.existing.keys():
            raise ValueError(
                f"The change of sequence {self.name} cannot be reversed: existing does not say what it was."
            )
        was = {name: self.existing[name] for name in self.facts}
        return AlterSequenceOp(self.name, was, existing=self.facts, schema=self.schema)

    def to_diff_tuple(self) -> tuple[str, str | None, str, Mapping[str, int], Mapping[str, int]]:
        """Return ``("modify_sequence", schema, name, what it is, what it is to be)``."""
        return ("modify_sequence", self.schema, self.name, dict(self.existing or {}), self.facts)


class AlterSequence(ExecutableDDLElement):
    """Change how a sequence counts."""

    def __init__(self, op: AlterSequenceOp) -> None:
        self.op = op


@compiles(AlterSequence, "postgresql")
def _alter_sequence(element: AlterSequence, compiler: DDLCompiler, **kw: Any) -> str:
    op = element.op
    name = compiler.preparer.format_sequence(Sequence(op.name, schema=op.schema))
    words = (
        ("CYCLE" if value else "NO CYCLE") if fact == "cycle" else f"{_CLAUSES[fact]} {int(value)}"
        for fact, value in op.facts.items()
    )
    return f"ALTER SEQUENCE {name} {' '.join(words)}"


_CLAUSES: Final = {
    "start": "START WITH",
    "increment": "INCREMENT BY",
    "minvalue": "MINVALUE",
    "maxvalue": "MAXVALUE",
    "cycle": "CYCLE",
    "cache": "CACHE",
}

FACTS = ("start", "increment", "minvalue", "maxvalue", "cycle", "cache", "data_type")
"""What a sequence says of itself, beside its name."""


def create_sequence(operations: Operations, op: CreateSequenceOp) -> None:
    """Create the sequence."""
    operations.impl.execute(CreateSequence(op.to_sequence(), if_not_exists=bool(op.if_not_exists)))


def alter_sequence(operations: Operations, op: AlterSequenceOp) -> None:
    """Change the sequence."""
    operations.impl.execute(AlterSequence(op))


def drop_sequence(operations: Operations, op: DropSequenceOp) -> None:
    """Drop the sequence."""
    operations.impl.execute(DropSequence(Sequence(op.name, schema=op.schema), if_exists=bool(op.if_exists)))
