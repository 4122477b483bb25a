"""Sequences that belong to no column: those that the models lack or the database does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import sqlalchemy as sa

from whimbrel.operations import MigrateOperation
from whimbrel_postgresql.sequence_operations import CreateSequenceOp


def compare_sequences(context: Any, schema: str | None, tables: Sequence[Any]) -> list[MigrateOperation]:
    """Return what creates the sequences of the models that a schema lacks.

    One that only the database has may be anybody's: it is left alone.

    :param context: the comparison, of the package that compares.
    :param schema: the schema; ``None`` for the connection's default.
    :param tables: its tables on both sides, as pairs.
    """
    default = context.dialect.default_schema_name
    wanted = {
        sequence.name: sequence
        for sequence in _declared(context)
        if (None if sequence.schema == default else sequence.schema) == schema
    }
    if not wanted:
        return []
    there = set(context.inspector.get_sequence_names(schema=schema))
    return [CreateSequenceOp.from_sequence(wanted[name]) for name in sorted(wanted.keys() - there)]


def _declared(context: Any) -> Iterator[sa.Sequence]:
    """Yield the sequences that ``MetaData.create_all()`` would create."""
    for metadata in context.metadatas:
        for sequence in metadata._sequences.values():  # SQLAlchemy has no public name for them
            if not (sequence.optional and context.dialect.sequences_optional):
                yield sequence
