"""CHECK constraints that have a name; taken part in only when asked for, since databases spell them anew."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Table

from whimbrel.impl import Expressions
from whimbrel.operations.ops import CreateCheckConstraintOp, MigrateOperation
from whimbrel.plugins import hookimpl
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.names import final_name
from whimbrel_autogen.pairs import Pair, TablePair


@hookimpl
def whimbrel_compare_table(context: AutogenContext, table: TablePair) -> list[MigrateOperation]:
    """Drop and create CHECK constraints by name; where both sides have one, their texts are compared."""
    theirs, ours = table.both()
    database = _named(theirs.constraints, context)
    models = {
        name: item
        for name, item in _named(ours.constraints, context).items()
        if not _comes_with_its_type(context, theirs, item)
    }
    found: list[MigrateOperation] = []
    for name, item in models.items():
        other = database.get(name)
        if not context.run_object_filters(item, name, "check_constraint", False, other):
            continue
        if other is None:
            found.append(CreateCheckConstraintOp.from_constraint(item))
        elif _differs(context, table, Pair(other, item)):
            found += [
                CreateCheckConstraintOp.from_constraint(other).reverse(),
                CreateCheckConstraintOp.from_constraint(item),
            ]
    nameless = [
        item
        for item in ours.constraints
        if isinstance(item, CheckConstraint) and context.impl.wants(item) and final_name(item, context.dialect) is None
    ]
    for name, item in database.items():
        made_up = [not _differs(context, table, Pair(item, other)) for other in nameless if name not in models]
        if name in models or any(made_up):
            continue
        if context.run_object_filters(item, name, "check_constraint", True, None):
            found.append(CreateCheckConstraintOp.from_constraint(item).reverse())
    return found


def _named(constraints: object, context: AutogenContext) -> dict[str, CheckConstraint]:
    found: dict[str, CheckConstraint] = {}
    for item in constraints:  # type: ignore[attr-defined]  # a set of any constraints
        if isinstance(item, CheckConstraint) and context.impl.wants(item):
            name = final_name(item, context.dialect)
            if name is not None:
                found[name] = item
    return dict(sorted(found.items()))


def _comes_with_its_type(context: AutogenContext, theirs: Table, item: CheckConstraint) -> bool:
    """Return whether a CHECK belongs to a type that a column is added with, or altered to: it comes with that."""
    if not getattr(item, "_type_bound", False):
        return False
    compared = context.opts.get("compare_type", True) is not False
    return any(
        column.name not in theirs.columns
        or (compared and context.impl.compare_type(theirs.columns[column.name], column))
        for column in item.columns
    )


def _differs(context: AutogenContext, table: TablePair, pair: Pair[CheckConstraint]) -> bool:
    theirs, ours = pair
    assert theirs is not None
    assert ours is not None
    said = context.subjects.compares_constraint(context=context, table=table, constraint=pair)
    if said is not None:
        return bool(said)
    answer = context.impl.compare_check_constraint(ours, theirs)
    if not answer.is_different or table.reflected is None:
        return False
    database, models = (context.impl.render_ddl_sql_expr(item.sqltext) for item in (theirs, ours))
    return not context.is_same(Expressions("check", table.reflected, None, database, models))
