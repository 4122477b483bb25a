"""The columns of one table, where one may be another under a new name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, MetaData, Table

from whimbrel.impl import ReflectedTable
from whimbrel.operations.ops import MigrateOperation
from whimbrel_autogen.altering import altering
from whimbrel_autogen.objects import build_table
from whimbrel_autogen.pairs import Pair
from whimbrel_autogen.renames.alike import columns_alike
from whimbrel_autogen.renames.declared import old_name
from whimbrel_autogen.renames.places import Path, Place
from whimbrel_autogen.renames.tables import schema_paths

if TYPE_CHECKING:
    from whimbrel_autogen.context import AutogenContext


def columns_differ(reflected: ReflectedTable, models: Table) -> bool:
    """Return whether a table may have a column on one side that the other lacks, as few tables have.

    :param reflected: what was reflected.
    :param models: the models' table.
    """
    theirs, ours = [info["name"] for info in reflected.columns], [column.name for column in models.columns]
    return theirs != ours and set(theirs) != set(ours)


class TableColumns:
    """The columns of one table on both sides.

    :param context: the comparison.
    :param reflected: what was reflected, the table under its new name.
    :param models: the models' table.
    :param old_table: the table's name before.
    """

    def __init__(self, context: AutogenContext, reflected: ReflectedTable, models: Table, old_table: str) -> None:
        self._context = context
        self._reflected = reflected
        self._names: list[str] = [info["name"] for info in reflected.columns]
        self._ours: dict[str, Column[Any]] = {column.name: column for column in models.columns}
        self._old_table = old_table
        self.schema = reflected.schema
        self.table_name = reflected.name

    def place(self) -> Place:
        """Return the names of the columns on both sides, but for those that are left out."""
        said = {name: old_name(column.info, f"column {self.table_name}.{name}") for name, column in self._ours.items()}
        return Place(
            "column",
            self._paths(),
            [name for name in self._names if self._is_looked_at(name)],
            [name for name in self._ours if name in self._names or self._takes_part(self._ours[name], reflected=False)],
            {name: old for name, old in said.items() if old is not None},
            alike=lambda old, new: columns_alike(self._built.columns[old], self._ours[new], self._context.impl),
            detail=self._detail,
        )

    def directives(self, names: Mapping[str, str]) -> list[MigrateOperation]:
        """Return what gives columns their new names.

        :param names: the old names, with the new ones.
        """
        found: list[MigrateOperation] = []
        for old, new in names.items():
            pair = Pair(self._built.columns[old], None)
            op = altering(self._context, self.schema, self.table_name, pair)
            op.modify_name = new
            found.append(op)
        return found

    @cached_property
    def _built(self) -> Table:
        return build_table(self._reflected, MetaData(), self._context.impl)

    def _paths(self) -> list[Path]:
        schemas = schema_paths(self.schema, self._context.dialect.default_schema_name)
        if () not in schemas:
            schemas.append(())
        return [(*schema, table) for table in dict.fromkeys((self.table_name, self._old_table)) for schema in schemas]

    def _is_looked_at(self, name: str) -> bool:
        parents = {"table_name": self._old_table, "schema_name": self.schema}
        if not self._context.run_name_filters(name, "column", parents):
            return False
        return name in self._ours or self._takes_part(self._built.columns[name], reflected=True)

    def _takes_part(self, column: Column[Any], *, reflected: bool) -> bool:
        return self._context.run_object_filters(column, column.name, "column", reflected, None)

    def _detail(self, name: str) -> str:
        column = self._ours[name]
        type_ = self._context.impl.spell_type(column.type)
        return " ".join(filter(None, (type_, "NULL" if column.nullable else "NOT NULL")))
