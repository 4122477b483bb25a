"""What a batch block has collected, and what "move and copy" is to do: values that a dialect is asked about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Index, Insert, MetaData, Table, select

from whimbrel.operations.construct import make_up_referents
from whimbrel.operations.directives.base import MigrateOperation

TEMPORARY_PREFIX = "_whimbrel_tmp_"
"""What the name of a table under construction begins with."""


@dataclass(frozen=True)
class Batch:
    """What a ``batch_alter_table`` block has collected: what a dialect is asked about, before anything is done.

    :param table_name: the table.
    :param schema: its schema; ``None`` for the connection's default.
    :param directives: the changes, in the order they were asked for, all of this table.
    """

    table_name: str
    schema: str | None
    directives: tuple[MigrateOperation, ...]


@dataclass(frozen=True)
class TableRebuild:
    """A table to be made anew: created under another name, filled from the old one, and put in its place.

    :param old: the table as it is now, as reflected or as ``copy_from`` gave it. Not to be changed.
    :param new: the table as it is to be, under its final name, in a MetaData of its own, with its indexes and comments.
        Where it refers to itself, it names itself.
    :param temporary_name: the name the new table has until the old one is gone; its schema is that of the table.
    :param copied: for each column of *new* that gets values from old rows, by name, the expression over columns of
        *old*; in the order of *new*. A column that is new, or computed, is not in it.
    :param indexes: the indexes of *new*, in the order they are to be created in, after the rows are there.
    :param renamed: the old names of columns that get another, with the new ones.
    :param dropped: the old names of columns that go.
    :param typed_anew: the new names of columns that are added or get another type: what their types bring along (a
        PostgreSQL ENUM) may have to be created. Any other type is there already, and stays.
    :param collation_gone: those of them that had a collation, by ``existing_type``, and whose new type has none.
    """

    old: Table
    new: Table
    temporary_name: str
    copied: Mapping[str, ColumnElement[Any]]
    indexes: tuple[Index, ...] = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    dropped: frozenset[str] = frozenset()
    typed_anew: frozenset[str] = frozenset()
    collation_gone: frozenset[str] = frozenset()

    def temporary_table(self) -> Table:
        """Return a copy of *new* under the temporary name, without its indexes.

        Where the table refers to itself, the copy refers to itself under the temporary name.
        """
        new = self.new
        described: dict[str, Any] = {"comment": new.comment, "info": dict(new.info), "prefixes": list(new._prefixes)}
        columns = [column._copy() for column in new.columns]
        described |= new.dialect_kwargs
        table: Table = Table(self.temporary_name, MetaData(), *columns, schema=new.schema, **described)
        for constraint in new._sorted_constraints:  # Table.to_metadata() takes them in any order
            table.append_constraint(constraint._copy(target_table=table))
        make_up_referents(table)
        return table

    def copy_rows(self, temporary: Table) -> Insert | None:
        """Return the ``INSERT INTO ... SELECT``; ``None`` where no column gets a value from the old table.

        :param temporary: what :meth:`temporary_table` returned.
        """
        if not self.copied:
            return None
        expressions = [expression.label(name) for name, expression in self.copied.items()]
        return temporary.insert().from_select(list(self.copied), select(*expressions), include_defaults=False)


def temporary_name(table_name: str, longest: int) -> str:
    """Return the name a table has while it is under construction.

    :param table_name: its final name.
    :param longest: how many characters the database gives to a name.
    """
    return f"{TEMPORARY_PREFIX}{table_name}"[:longest]
