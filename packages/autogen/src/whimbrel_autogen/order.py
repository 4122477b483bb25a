"""The order of what was found: what is referred to is there before, and gone after, what refers to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKeyConstraint

from whimbrel.operations.construct import referred_to
from whimbrel.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateCheckConstraintOp,
    CreateForeignKeyOp,
    CreateIndexOp,
    CreatePrimaryKeyOp,
    CreateTableCommentOp,
    CreateTableOp,
    CreateUniqueConstraintOp,
    DropColumnOp,
    DropConstraintOp,
    DropIndexOp,
    DropTableCommentOp,
    DropTableOp,
    MigrateOperation,
    ModifyTableOps,
)
from whimbrel_autogen.names import named

if TYPE_CHECKING:
    from whimbrel_autogen.context import AutogenContext

Key = tuple[str | None, str]

_WITHIN_A_TABLE: tuple[type[MigrateOperation], ...] = (
    DropConstraintOp,
    DropIndexOp,
    AddColumnOp,
    AlterColumnOp,
    CreatePrimaryKeyOp,
    CreateUniqueConstraintOp,
    CreateIndexOp,
    CreateCheckConstraintOp,
    DropColumnOp,
    CreateForeignKeyOp,
    CreateTableCommentOp,
    DropTableCommentOp,
)
"""The changes of one table, in the order in which they can be made."""


def ordered(found: Sequence[MigrateOperation], context: AutogenContext) -> list[MigrateOperation]:
    """Return directives in an order in which they can be run, the changes of one table together.

    :param found: what the subjects found, in any order.
    :param context: the comparison.
    """
    return _Order(found, context).result()


class _Order:
    def __init__(self, found: Sequence[MigrateOperation], context: AutogenContext) -> None:
        self._default = context.dialect.default_schema_name
        self._impl = context.impl
        self._creates = {_key(op): op for op in found if isinstance(op, CreateTableOp)}
        self._drops = {_key(op): op for op in found if isinstance(op, DropTableOp)}
        self._changes: dict[Key, list[MigrateOperation]] = {}
        self._before: list[MigrateOperation] = []
        self._after: list[MigrateOperation] = []
        for op in found:
            if isinstance(op, CreateTableOp | DropTableOp):
                continue
            if isinstance(op, _WITHIN_A_TABLE):
                self._changes.setdefault(_key(op), []).append(op)
            elif op.before_tables:
                self._before.append(op)
            else:
                self._after.append(op)

    def result(self) -> list[MigrateOperation]:
        first, last = self._foreign_keys_apart()
        created, late = self._created()
        dropped, early = self._dropped()
        changed = [
            op
            for key in self._parents_first([key for key in self._changes if key not in self._creates | self._drops])
            for op in self._changes_of(key)
        ]
        return [*self._before, *first, *early, *created, *changed, *late, *last, *dropped, *self._after]

    # -- tables that come and go --------------------------------------------------------------------------------

    def _created(self) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
        """Return what creates tables, and the foreign keys that close a circle of them, to be added afterwards."""
        references = {key: self._references(op) for key, op in self._creates.items()}
        found: list[MigrateOperation] = []
        late: list[MigrateOperation] = []
        done: set[Key] = set()
        for key in _sorted({key: set(to) for key, to in references.items()}):
            op = self._creates[key]
            open_ = [item for to, items in references[key].items() if to not in done | {key} for item in items]
            if open_ and any(to in self._creates for to in references[key]):
                kept = _without(op.columns, open_)
                late += [
                    ModifyTableOps(
                        key[1], [named(CreateForeignKeyOp.from_constraint(item), item, self._impl)], schema=op.schema
                    )
                    for item in open_
                ]
                op = _with_columns(op, kept)
            found.append(op)
            found += self._changes_of(key)
            done.add(key)
        return found, late

    def _dropped(self) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
        """Return what drops tables, and the drops of foreign keys that close a circle of them, to go first."""
        originals = {key: op.reverse() if op._reverse is not None else None for key, op in self._drops.items()}
        references = {key: self._references(op) if op is not None else {} for key, op in originals.items()}
        found: list[MigrateOperation] = []
        early: list[MigrateOperation] = []
        done: set[Key] = set()
        for key in _sorted({key: set(to) for key, to in references.items()}):
            original = originals[key]
            open_ = [item for to, items in references[key].items() if to not in done | {key} for item in items]
            closing = [item for item in open_ if self._target(item) in self._drops]
            drop = self._drops[key]
            if closing and original is not None:
                early += [
                    ModifyTableOps(key[1], [CreateForeignKeyOp.from_constraint(item).reverse()], schema=drop.schema)
                    for item in closing
                ]
                drop = _with_columns(original, _without(original.columns, closing)).reverse()
            found[:0] = [*self._changes_of(key), drop]
            done.add(key)
        return found, early

    def _references(self, op: CreateTableOp) -> dict[Key, list[ForeignKeyConstraint]]:
        found: dict[Key, list[ForeignKeyConstraint]] = {}
        for item in op.columns:
            if isinstance(item, ForeignKeyConstraint):
                target = self._target(item)
                if target in self._creates or target in self._drops:
                    found.setdefault(target, []).append(item)
        return found

    def _target(self, item: ForeignKeyConstraint) -> Key:
        schema, name, _column = referred_to(item.elements[0])
        return (None if schema == self._default else schema, name)

    # -- tables that change -------------------------------------------------------------------------------------

    def _changes_of(self, key: Key) -> list[MigrateOperation]:
        ops = self._changes.get(key)
        if not ops:
            return []
        return [ModifyTableOps(key[1], sorted(ops, key=_place), schema=ops[0].schema)]  # type: ignore[attr-defined]  # all have one

    def _parents_first(self, keys: list[Key]) -> list[Key]:
        return _sorted({key: {to for to in self._added_references(key) if to in keys and to != key} for key in keys})

    def _added_references(self, key: Key) -> Iterable[Key]:
        for op in self._changes[key]:
            if isinstance(op, CreateForeignKeyOp):
                schema = op.kw.get("referent_schema")
                yield (None if schema == self._default else schema, op.referent_table)

    def _foreign_keys_apart(self) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
        """Take foreign keys out of their tables' changes where another table's changes have to come in between.

        :return: those to be dropped first, those to be added last.
        """
        first: list[MigrateOperation] = []
        last: list[MigrateOperation] = []
        touched = {key for key in (*self._changes, *self._drops) if key not in self._creates}
        places = {
            key: place
            for place, key in enumerate(
                self._parents_first([key for key in self._changes if key in touched and key not in self._drops])
            )
        }
        for key, ops in self._changes.items():
            for op in list(ops):
                if isinstance(op, DropConstraintOp) and op.constraint_type == "foreignkey" and op._reverse is not None:
                    target = self._of(op._reverse)
                    if target != key and target in touched:
                        ops.remove(op)
                        first.append(ModifyTableOps(key[1], [op], schema=op.schema))
                elif isinstance(op, CreateForeignKeyOp) and key not in self._creates:
                    target = self._of(op)
                    if target != key and places.get(target, -1) > places.get(key, -1):
                        ops.remove(op)
                        last.append(ModifyTableOps(key[1], [op], schema=op.schema))
        return first, last

    def _of(self, op: Any) -> Key:
        schema = op.kw.get("referent_schema")
        return (None if schema == self._default else schema, op.referent_table)


def _without(items: Sequence[Any], left_out: Sequence[Any]) -> list[Any]:
    return [item for item in items if not any(item is other for other in left_out)]  # a Column's == makes SQL


def _with_columns(op: CreateTableOp, columns: Sequence[Any]) -> CreateTableOp:
    return CreateTableOp(
        op.table_name,
        columns,
        schema=op.schema,
        comment=op.comment,
        info=op.info,
        prefixes=op.prefixes,
        _constraints_included=True,
        **op.kw,
    )


def _key(op: Any) -> Key:
    return (op.schema, op.table_name)


def _place(op: MigrateOperation) -> tuple[int, int]:
    place = next(number for number, kind in enumerate(_WITHIN_A_TABLE) if isinstance(op, kind))
    # A foreign key is dropped before the unique constraint it may rest upon.
    later = isinstance(op, DropConstraintOp) and op.constraint_type != "foreignkey"
    return place, int(later)


def _sorted(references: dict[Key, set[Key]]) -> list[Key]:
    """Return the keys, each after those it refers to; within a circle, by name."""
    order: list[Key] = []
    waiting = dict(sorted(references.items(), key=lambda item: (item[0][0] or "", item[0][1])))
    while waiting:
        ready = [key for key, to in waiting.items() if not (to - {key}) & waiting.keys()]
        for key in ready or [next(iter(waiting))]:
            order.append(key)
            del waiting[key]
    return order
