"""Foreign keys."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKeyConstraint

from whimbrel.impl.comparing import plain_name
from whimbrel.operations.construct import referred_to
from whimbrel.operations.ops import CreateForeignKeyOp, MigrateOperation
from whimbrel.plugins import hookimpl
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.names import named
from whimbrel_autogen.pairs import TablePair


@hookimpl
def whimbrel_compare_table(context: AutogenContext, table: TablePair) -> list[MigrateOperation]:
    """Drop and add foreign keys; one that both have under two names, or that only one side names, is the same."""
    if table.same:
        return []
    theirs, ours = table.both()
    database, models = set(theirs.foreign_key_constraints), set(ours.foreign_key_constraints)
    context.impl.correct_for_autogen_foreignkeys(database, models)
    database = {item for item in database if _is_looked_at(context, table, item)}
    facts = {item: _facts(item, context) for item in database | models}
    kept = _matched(sorted(models, key=lambda item: str(facts[item])), database, facts)
    found: list[MigrateOperation] = []
    for item in sorted(database - set(kept.values()), key=lambda item: str(item.name)):
        other = next((one for one in models - kept.keys() if _columns(one) == _columns(item)), None)
        if context.run_object_filters(item, plain_name(item.name), "foreign_key_constraint", True, other):
            found.append(CreateForeignKeyOp.from_constraint(item).reverse())
    for item in sorted(models - kept.keys(), key=lambda item: str(facts[item])):
        other = next((one for one in database - set(kept.values()) if _columns(one) == _columns(item)), None)
        if context.run_object_filters(item, plain_name(item.name), "foreign_key_constraint", False, other):
            found.append(named(CreateForeignKeyOp.from_constraint(item), item, context.impl))
    return found


def _is_looked_at(context: AutogenContext, table: TablePair, item: ForeignKeyConstraint) -> bool:
    parents = {"table_name": table.name, "schema_name": table.schema}
    return context.run_name_filters(plain_name(item.name), "foreign_key_constraint", parents)


def _matched(
    models: list[ForeignKeyConstraint], database: set[ForeignKeyConstraint], facts: dict[ForeignKeyConstraint, Any]
) -> dict[ForeignKeyConstraint, ForeignKeyConstraint]:
    """Return the models' keys that the database has, and which; a key of the same name goes before others."""
    kept: dict[ForeignKeyConstraint, ForeignKeyConstraint] = {}
    free = sorted(database, key=lambda item: str(item.name))
    for item in models:
        same = [other for other in free if facts[other] == facts[item]]
        if same:
            chosen = next((other for other in same if other.name == item.name), same[0])
            kept[item] = chosen
            free.remove(chosen)
    return kept


def _columns(item: ForeignKeyConstraint) -> list[str]:
    return [element.parent.name for element in item.elements]


def _facts(item: ForeignKeyConstraint, context: AutogenContext) -> tuple[Any, ...]:
    """Return all that counts of a foreign key: not its name."""
    default = context.dialect.default_schema_name
    targets = [referred_to(element) for element in item.elements]
    schema, name, _ = targets[0]
    return (
        tuple(_columns(item)),
        None if schema == default else schema,
        name,
        tuple(column for _, _, column in targets),
        *(_action(value) for value in (item.onupdate, item.ondelete)),
        bool(item.deferrable) if context.dialect.name not in ("mysql", "mariadb") else False,
        (item.initially or "IMMEDIATE").upper() if item.deferrable else "IMMEDIATE",
    )


def _action(word: str | None) -> str:
    word = (word or "").upper()
    return "" if word == "NO ACTION" else word
