"""The tables of one schema, where one may be another under a new name."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import MetaData, Table

from whimbrel.impl import ReflectedTable
from whimbrel_autogen.objects import build_table
from whimbrel_autogen.renames.alike import tables_alike
from whimbrel_autogen.renames.declared import old_name
from whimbrel_autogen.renames.places import Path, Place

if TYPE_CHECKING:
    from whimbrel_autogen.context import AutogenContext


@dataclass(eq=False, slots=True)
class SchemaState:
    """The tables of one schema.

    :param schema: its name; ``None`` for the connection's default.
    :param database: what was reflected of the database's tables, by name.
    :param models: the models' tables, by name.
    """

    schema: str | None
    database: dict[str, ReflectedTable]
    models: dict[str, Table]

    def place(self, context: AutogenContext) -> Place:
        """Return the names of the tables on both sides, but for those that are left out."""
        database = [
            name
            for name, table in self.database.items()
            if not table.opaque and (name in self.models or _database_table_takes_part(context, table))
        ]
        models = [
            name
            for name, table in self.models.items()
            if name in self.database or context.run_object_filters(table, name, "table", False, None)
        ]
        default = context.dialect.default_schema_name
        said = {name: old_name(self.models[name].info, f"table {name}") for name in models}
        return Place(
            "table",
            schema_paths(self.schema, default),
            database,
            models,
            {name: old.removeprefix(f"{self.schema or default}.") for name, old in said.items() if old is not None},
            alike=lambda old, new: tables_alike(self.database[old], self.models[new], context.impl),
            detail=lambda new: f"{len(self.models[new].columns)} columns",
        )


def declared_tables(
    context: AutogenContext, schema: str | None, names: Collection[str], models: Mapping[str, Table]
) -> set[str]:
    """Return the tables that are declared to be renamed, of a schema whose tables are not looked at by themselves.

    :param context: the comparison.
    :param schema: the schema.
    :param names: the tables in the database.
    :param models: the models' tables.
    """
    said = [(old_name(table.info, f"table {name}"), name) for name, table in models.items()]
    for declaration in context.renames.declarations:
        if declaration.old[:-1] == (schema,):
            said.append((declaration.old[-1], declaration.new[-1]))
    found = {(old.removeprefix(f"{schema}."), new) for old, new in said if old is not None}
    return {old for old, new in found if old in names and old not in models and new in models and new not in names}


def schema_paths(schema: str | None, default: str | None) -> list[Path]:
    """Return how a schema may be called, the way that messages have it first.

    :param schema: its name; ``None`` for the connection's default.
    :param default: the name of the connection's default.
    """
    if schema is not None:
        return [(schema,)]
    return [(), (default,)] if default else [()]


def _database_table_takes_part(context: AutogenContext, table: ReflectedTable) -> bool:
    if not context.filters_objects:
        return True
    built = build_table(table, MetaData(), context.impl)
    return context.run_object_filters(built, table.name, "table", True, None)
