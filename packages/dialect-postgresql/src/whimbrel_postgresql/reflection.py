"""A table as SQLAlchemy reflects it, completed by what its reflection of PostgreSQL leaves out."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, Connection, Constraint, String, Table, text
from sqlalchemy.dialects.postgresql import ENUM
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import conv
from sqlalchemy.sql.compiler import DDLCompiler

from whimbrel.ddl.quoting import quoted_table
from whimbrel.operations.construct import scratch_table
from whimbrel.operations.directives.base import RunContext
from whimbrel.operations.ops import AddConstraintOp
from whimbrel_postgresql.serial import counts

_COLLATIONS = text(
    """
    SELECT a.attname, CASE WHEN n.nspname = 'pg_catalog' THEN c.collname
                           ELSE n.nspname || '.' || c.collname END AS collation
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
    JOIN pg_collation c ON c.oid = a.attcollation JOIN pg_namespace n ON n.oid = c.collnamespace
    WHERE a.attrelid = to_regclass(:table) AND a.attnum > 0 AND NOT a.attisdropped
      AND a.attcollation <> t.typcollation
    """
)

_EXCLUSIONS = text(
    """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = to_regclass(:table) AND contype = 'x' ORDER BY conname
    """
)


class TextConstraint(Constraint):
    """A constraint in the words of the server.

    :param words: what stands after its name, such as ``EXCLUDE USING gist (room WITH =, stay WITH &&)``.
    :param name: its name.
    """

    __visit_name__ = "whimbrel_text_constraint"

    def __init__(self, words: str, name: str) -> None:
        super().__init__(name=name)
        self.words = words

    def _copy(self, **kw: Any) -> TextConstraint:
        return TextConstraint(self.words, conv(str(self.name)))


@compiles(TextConstraint, "postgresql")
def _text_constraint(element: TextConstraint, compiler: DDLCompiler, **kw: Any) -> str:
    name = compiler.preparer.format_constraint(element)
    return f"CONSTRAINT {name} {element.words}"


@AddConstraintOp.register_add_constraint("whimbrel_text_constraint")
class AddTextConstraintOp(AddConstraintOp):
    """Add a constraint in the words of the server.

    :param constraint_name: its name.
    :param table_name: the table.
    :param condition: what stands after its name, as SQL text.
    :param schema: the table's schema.
    """

    constraint_type = "exclude"

    def __init__(
        self, constraint_name: str | None, table_name: str, condition: str, *, schema: str | None = None
    ) -> None:
        self.constraint_name = constraint_name
        self.table_name = table_name
        self.condition = condition
        self.schema = schema

    @classmethod
    def from_constraint(cls, constraint: Constraint) -> AddTextConstraintOp:
        """Return the directive that adds *constraint*, which stands in a table."""
        assert isinstance(constraint, TextConstraint)
        table: Table = constraint.table
        return cls(str(constraint.name), table.name, constraint.words, schema=table.schema)

    def to_constraint(self, migration_context: RunContext | None = None) -> TextConstraint:
        """Return the constraint, in a scratch table."""
        constraint = TextConstraint(self.condition, str(self.constraint_name))
        scratch_table(self.table_name, migration_context, constraint, schema=self.schema)
        return constraint


def completed(table: Table, connection: Connection) -> Table:
    """Give a reflected table its collations and exclusion constraints, and the sequences that it counts by.

    A column of SERIAL has the next number of its sequence as a plain default, which the new table goes on using.

    :param table: the table.
    :param connection: to the database.
    """
    spelt = {"table": quoted_table(connection.dialect, table)}
    collations = {row.attname: row.collation for row in connection.execute(_COLLATIONS, spelt)}
    for column in table.columns:
        _complete(column, collations.get(column.name))
    for name, words in connection.execute(_EXCLUSIONS, spelt):
        if not any(constraint.name == name for constraint in table.constraints):
            table.append_constraint(TextConstraint(words, conv(name)))
    return table


def _complete(column: Column[Any], collation: str | None) -> None:
    if collation is not None and isinstance(column.type, String):
        column.type.collation = collation
    if isinstance(column.type, ENUM):
        column.type.create_type = False  # it is there
    if counts(column.server_default):
        column.autoincrement = False  # else SQLAlchemy spells SERIAL, which makes another sequence
