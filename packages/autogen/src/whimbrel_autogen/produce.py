"""From two states to directives: reads the database, pairs it with the models, asks the subjects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sqlalchemy import MetaData, Table
from sqlalchemy.types import NullType

from whimbrel.garbage import no_garbage_collection
from whimbrel.impl import ReflectedTable
from whimbrel.operations.ops import MigrateOperation, UpgradeOps
from whimbrel_autogen.keys_apart import keys_in_the_way
from whimbrel_autogen.listeners import tell_listeners
from whimbrel_autogen.objects import build_table
from whimbrel_autogen.order import ordered
from whimbrel_autogen.pairs import TablePair
from whimbrel_autogen.registered import comparators
from whimbrel_autogen.renames.search import Search
from whimbrel_autogen.renames.tables import SchemaState, declared_tables
from whimbrel_autogen.same import SameCheck
from whimbrel_autogen.unknown import VERSION_TABLES, without_unknown

if TYPE_CHECKING:
    from whimbrel_autogen.context import AutogenContext


def produce(context: AutogenContext) -> UpgradeOps:
    """Compare the database of *context* with its models.

    :param context: the comparison.
    :return: the directives that bring the database to the models, in an order in which they can be run.
    """
    if not context.table_key_to_table:
        context.note(
            "The models have no tables: target_metadata is empty. Tables get into it when the modules that define them "
            "are imported."
        )
    with no_garbage_collection():
        states = list(_states(context))
        search = Search(context, states)
        renaming = search.run()
        pairs = without_unknown(context, {state.schema: list(_pairs(context, state)) for state in states})
        context.dropped = {
            (pair.schema, pair.name) for tables in pairs.values() for pair in tables if pair.models is None
        }
        found: list[MigrateOperation] = []
        for schema, tables in pairs.items():
            found += context.subjects.compare_schema(context, schema, tables)
        every = [table for tables in pairs.values() for table in tables]
        found += _compared(context, every)
        search.remark(found)
        found += keys_in_the_way(found, every, context)
        upgrade = UpgradeOps([*renaming, *ordered(found, context)])
        comparators.schema(context, upgrade, set(pairs))
        return upgrade


def _compared(context: AutogenContext, tables: list[TablePair]) -> list[MigrateOperation]:
    """Compare the tables that both sides have; those that leave a question to the database twice, the second time with
    its answer.
    """
    both = []
    for table in tables:
        if table.reflected is None or table.models is None:
            continue
        if table.reflected.opaque:
            context.note(f"Table {table.name} is not compared: {table.reflected.opaque}.")
        else:
            both.append(table)
    found: dict[TablePair, list[MigrateOperation]] = {}
    undecided: list[TablePair] = []
    with context.questions.gathered():
        for table in both:
            before = context.questions.waiting
            found[table] = context.subjects.compare_table(context, table)
            if context.questions.waiting > before:
                undecided.append(table)
    for table in undecided:
        found[table] = context.subjects.compare_table(context, table)
    return [op for table in tables for op in comparators.table(context, table, found.get(table, []))]


def schemas(context: AutogenContext) -> Iterator[tuple[str | None, Iterator[TablePair]]]:
    """Yield each schema that is looked at, and the pairs of its tables."""
    for state in _states(context):
        yield state.schema, _pairs(context, state)


def _states(context: AutogenContext) -> Iterator[SchemaState]:
    """Yield the tables of each schema that is looked at."""
    models: dict[str | None, dict[str, Table]] = {}
    default = context.dialect.default_schema_name
    for table in context.table_key_to_table.values():
        schema = None if table.schema == default else table.schema
        models.setdefault(schema, {})[table.name] = table
    for schema in sorted({None, *_listed(context), *models}, key=lambda name: name or ""):
        if context.run_name_filters(schema, "schema", {}):
            ours = models.get(schema, {})
            yield SchemaState(schema, _reflected(context, schema, models), ours)


def _listed(context: AutogenContext) -> set[str | None]:
    """Return the schemas of the database where all of them are asked for."""
    if not context.opts.get("include_schemas"):
        return set()
    default = context.dialect.default_schema_name
    system = context.impl.system_schemas()
    return {None if name == default else name for name in context.inspector.get_schema_names() if name not in system}


def _reflected(
    context: AutogenContext, schema: str | None, models: dict[str | None, dict[str, Table]]
) -> dict[str, ReflectedTable]:
    fold = context.impl.folded_table_name
    called = {(owner, fold(name)): name for owner, tables in models.items() for name in tables}
    names = _table_names(context, schema, models.get(schema, {}), called)
    checks = context.subjects.takes_part("whimbrel.autogenerate.checks")
    reflected: dict[str, ReflectedTable] = {}
    for table in context.impl.read_tables(context.inspector, schema, names, checks=checks):
        table.name = called.get((schema, fold(table.name)), table.name)
        for key in table.foreign_keys:
            target = key["referred_table"]
            key["referred_table"] = called.get((key["referred_schema"], fold(target)), target)
        reflected[table.name] = table
    tell_listeners(context.inspector, reflected.values())
    for table in reflected.values():
        for column in table.columns:
            context.impl.autogen_column_reflect(context.inspector, table, column)
            if isinstance(column["type"], NullType):
                context.note(
                    f"The type of column {table.name}.{column['name']} is not known: it is not compared, and what "
                    "creates the column anew has to be completed by hand."
                )
    return reflected


def _pairs(context: AutogenContext, state: SchemaState) -> Iterator[TablePair]:
    metadata = MetaData()

    def build(table: ReflectedTable) -> Table:
        return build_table(table, metadata, context.impl)

    check = SameCheck(context)
    for name in sorted({*state.database, *state.models}):
        theirs, ours = state.database.get(name), state.models.get(name)
        pair = TablePair(state.schema, name, theirs, ours, build)
        if theirs is not None and ours is not None:
            pair.same = check.is_same(theirs, ours)
            if not pair.same:
                pair.same_columns = check.same_columns(theirs, ours)
        if _takes_part(context, pair):
            yield pair


def _table_names(
    context: AutogenContext,
    schema: str | None,
    models: dict[str, Table],
    called: Mapping[tuple[str | None, str], str],
) -> set[str]:
    """Return the tables of a schema that are looked at: all of one that was asked for, else those of the models.

    :param called: the tables of the models by schema and folded name.
    """
    everything = schema is None or bool(context.opts.get("include_schemas"))
    names = set(context.inspector.get_table_names(schema=schema))
    known = {name for name in names if (schema, context.impl.folded_table_name(name)) in called}
    if not everything:
        names = known | declared_tables(context, schema, names, models)
    run = context.migration_context
    default = context.dialect.default_schema_name
    if (None if run.version_table_schema == default else run.version_table_schema) == schema:
        names.discard(run.version_table)
    others = {*context.impl.not_ours(schema), *VERSION_TABLES, run.options.safety.history_table}
    return {
        name
        for name in names
        if (name in known or name not in others) and context.run_name_filters(name, "table", {"schema_name": schema})
    }


def _takes_part(context: AutogenContext, pair: TablePair) -> bool:
    """Return whether ``include_object`` lets a table take part; it is asked about both sides where both are there."""
    if not context.filters_objects:
        return True
    ours, theirs = pair.models, pair.database
    if ours is not None and not context.run_object_filters(ours, pair.name, "table", False, theirs):
        return False
    return theirs is None or ours is not None or context.run_object_filters(theirs, pair.name, "table", True, None)
