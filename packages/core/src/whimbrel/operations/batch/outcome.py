"""From a draft to a TableRebuild: the Table it has become, and how the rows get there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, MetaData, Table
from sqlalchemy.schema import SchemaItem

from whimbrel.operations import ops
from whimbrel.operations.batch.columns import DraftColumn, bare_column
from whimbrel.operations.batch.draft import TableDraft
from whimbrel.operations.batch.order import ordered
from whimbrel.operations.batch.reading import constraints_of, indexes_of
from whimbrel.operations.batch.refusal import Listing, refusal
from whimbrel.operations.construct import make_up_referents, own_column, scratch_table
from whimbrel.operations.directives.indexes import index_in
from whimbrel.operations.recreate import TableRebuild, temporary_name


def rebuild_of(
    draft: TableDraft,
    table_args: Sequence[SchemaItem] = (),
    table_kwargs: Mapping[str, Any] | None = None,
    partial_reordering: Sequence[Sequence[str]] = (),
) -> TableRebuild:
    """Return what makes the table of a draft.

    :param draft: the draft, which takes in *table_args*.
    :param table_args: constraints, columns and indexes that it has besides; one named like another replaces it.
    :param table_kwargs: keywords of the Table, which replace those it has.
    :param partial_reordering: each lists columns in the order they are to stand in.
    :raises CommandError: the order cannot be had, or no column is left.
    """
    old = draft.old
    if table_args:
        _take_in(draft, table_args)
    if not draft.columns:
        raise refusal(old, "No column would be left")
    columns = _in_order(draft, partial_reordering)
    new = _table(draft, columns, table_kwargs or {})
    kept = {held.source.name: name for name, held in columns.items() if held.source is not None}
    copied = {name: _expression(held, draft.impl) for name, held in columns.items()}
    return TableRebuild(
        old=old,
        new=new,
        temporary_name=temporary_name(old.name, draft.impl.dialect.max_identifier_length),
        copied={name: expression for name, expression in copied.items() if expression is not None},
        indexes=tuple(
            index_in(new, index.index_name, index.columns, unique=index.unique, **index.kw)
            for index in draft.constraints.indexes
        ),
        renamed={was: name for was, name in kept.items() if was != name},
        dropped=frozenset(column.name for column in old.columns if column.name not in kept),
        typed_anew=frozenset(name for name, held in columns.items() if held.typed_anew),
        collation_gone=frozenset(name for name, held in columns.items() if held.collation_gone),
    )


def _expression(held: DraftColumn, impl: Any) -> ColumnElement[Any] | None:
    """Return the expression over old columns that a column is filled with; ``None`` where it fills itself."""
    if held.source is None or held.column.computed is not None:
        return None
    if held.using is not None:
        return held.using_expression()
    transfer: dict[str, ColumnElement[Any]] = {"expr": held.source}
    if held.typed_anew:
        impl.cast_for_batch_migrate(held.source, transfer, held.column.type)
    return transfer["expr"]


def _in_order(draft: TableDraft, partial_reordering: Sequence[Sequence[str]]) -> dict[str, DraftColumn]:
    groups = [[draft.column(name) for name in group] for group in partial_reordering]
    try:
        order = ordered(list(draft.columns), groups)
    except ValueError as error:
        there = Listing("Columns", draft.columns)
        raise refusal(draft.old, f"partial_reordering contradicts itself: {error}", there) from error
    return {name: draft.columns[name] for name in order}


def _table(draft: TableDraft, columns: Mapping[str, DraftColumn], keywords: Mapping[str, Any]) -> Table:
    """Return the Table of the draft, without its indexes."""
    old = draft.old
    described: dict[str, Any] = {"comment": draft.comment, "info": dict(old.info), "prefixes": list(old._prefixes)}
    described = {**described, **old.dialect_kwargs, **keywords}
    items = [held.column._copy() for held in columns.values()]
    table: Table = Table(old.name, MetaData(), *items, schema=old.schema, **described)
    for directive in _with_primary_key(draft, columns):
        table.append_constraint(directive.to_constraint()._copy(target_table=table))
    make_up_referents(table)
    return table


def _with_primary_key(draft: TableDraft, columns: Mapping[str, DraftColumn]) -> list[ops.AddConstraintOp]:
    """Return what adds the constraints: with the primary key that added columns ask for, where there is none."""
    directives, key = draft.constraints.directives, draft.constraints.primary_key
    asking = [name for name, held in columns.items() if held.in_primary_key]
    if not asking:
        return directives
    if key is None:
        return [ops.CreatePrimaryKeyOp(None, draft.old.name, asking, schema=draft.old.schema), *directives]
    missing = [name for name in asking if name not in key.columns]
    if missing:
        raise refusal(
            draft.old,
            f"Column {missing[0]!r} is to be the primary key, and there is one already: {', '.join(key.columns)}",
            remedy="Say what it is to be:  batch.create_primary_key(name, [columns])",
        )
    return directives


def _take_in(draft: TableDraft, table_args: Sequence[SchemaItem]) -> None:
    """Take in what ``table_args`` has: a column, a constraint or an index replaces that of its name."""
    given = [own_column(item) for item in table_args if isinstance(item, Column)]
    for column in given:
        held = draft.columns.get(column.name)
        source = held.source if held is not None else None
        draft.columns[column.name] = DraftColumn(bare_column(column), source, typed_anew=True)
    others = [item for item in table_args if not isinstance(item, Column)]
    replaced = {column.name for column in given}
    beside = [held.column._copy() for name, held in draft.columns.items() if name not in replaced]
    table = scratch_table(draft.old.name, draft.context, *beside, *given, *others, schema=draft.old.schema)
    for directive, bound_to in constraints_of(table, draft.impl):
        if directive.constraint_name is not None:
            draft.constraints.remove_named(directive.constraint_name)
        elif isinstance(directive, ops.CreateCheckConstraintOp) and draft.constraints.alike(directive) is not None:
            continue  # as the database has told already
        draft.add_constraint(directive, bound_to)
    for index in indexes_of(table, draft.impl):
        draft.constraints.indexes = [held for held in draft.constraints.indexes if held.index_name != index.index_name]
        draft.apply(index)
