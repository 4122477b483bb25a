"""Tables that only one side has."""

from __future__ import annotations

from sqlalchemy import Index, Table

from whimbrel.operations.ops import CreateIndexOp, CreateTableOp, DropTableOp, MigrateOperation
from whimbrel.plugins import hookimpl
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.gone import index_gone
from whimbrel_autogen.pairs import TablePair


@hookimpl
def whimbrel_compare_schema(
    context: AutogenContext, schema: str | None, tables: list[TablePair]
) -> list[MigrateOperation]:
    """Create the tables that the database lacks, drop those that the models lack, each with its indexes."""
    found: list[MigrateOperation] = []
    for pair in tables:
        if pair.reflected is None and pair.models is not None:
            found.append(CreateTableOp.from_table(pair.models))
            found += [CreateIndexOp.from_index(index) for index in _indexes(context, pair.models, reflected=False)]
        elif pair.models is None and pair.database is not None:
            found += [index_gone(context, index) for index in _indexes(context, pair.database, reflected=True)]
            found.append(DropTableOp.from_table(pair.database))
    return found


def _indexes(context: AutogenContext, table: Table, *, reflected: bool) -> list[Index]:
    return [
        index
        for index in sorted(table.indexes, key=lambda index: str(index.name))
        if "duplicates_constraint" not in index.info
        and context.run_object_filters(index, index.name, "index", reflected, None)
    ]
