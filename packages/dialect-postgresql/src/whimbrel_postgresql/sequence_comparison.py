"""Sequences that belong to no column: those that the database lacks, and those that count otherwise there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from whimbrel.operations import MigrateOperation
from whimbrel_postgresql.sequence_operations import AlterSequenceOp, CreateSequenceOp

_SEQUENCES: Final = sa.text(
    """
    SELECT sequencename AS name, start_value AS start, increment_by AS increment, min_value AS minvalue,
        max_value AS maxvalue, cycle, cache_size AS cache
    FROM pg_sequences WHERE schemaname = :schema
    """
)
"""https://www.postgresql.org/docs/current/view-pg-sequences.html"""

_COMPARED: Final = ("start", "increment", "minvalue", "maxvalue", "cycle", "cache")


def compare_sequences(context: Any, schema: str | None, tables: Sequence[Any]) -> list[MigrateOperation]:
    """Return what creates the sequences of the models that a schema lacks, and alters those that count otherwise.

    What the models do not say of one is as the database has it. One that only the database has may be anybody's: it is
    left alone.

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
    rows = context.connection.execute(_SEQUENCES, {"schema": schema or default})
    there = {row["name"]: row for row in rows.mappings()}
    return [change for name in sorted(wanted) if (change := _change(wanted[name], there.get(name))) is not None]


def _change(sequence: sa.Sequence, there: Mapping[str, Any] | None) -> MigrateOperation | None:
    if there is None:
        return CreateSequenceOp.from_sequence(sequence)
    said = {name: value for name in _COMPARED if (value := getattr(sequence, name)) is not None}
    changed = {name: value for name, value in said.items() if value != there[name]}
    if not changed:
        return None
    existing = {name: there[name] for name in changed}
    return AlterSequenceOp(sequence.name, changed, existing=existing, schema=sequence.schema)


def _declared(context: Any) -> Iterator[sa.Sequence]:
    """Yield the sequences that ``MetaData.create_all()`` would create."""
    for metadata in context.metadatas:
        for sequence in metadata._sequences.values():  # SQLAlchemy has no public name for them
            if not (sequence.optional and context.dialect.sequences_optional):
                yield sequence
