"""The order of what was found: what is referred to is there before, and gone after, what refers to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence, Set
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
"""The changes of one table, in the order in which they can be made; :meth:`_Order._place` knows the exceptions."""


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
        self._counts_as_key = context.dialect.name in ("mysql", "mariadb")
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
            for key in self._changed_parents_first(self._changes.keys() - self._creates.keys() - self._drops.keys())
            for op in self._changes_of(key)
        ]
        return [*self._before, *first, *early, *created, *changed, *late, *last, *dropped, *self._after]

    # -- tables that come and go --------------------------------------------------------------------------------

    def _created(self) -> tuple[list[MigrateOperation], list[MigrateOperation]]:
        """Return what creates tables, and the foreign keys that close a circle of them, to be added afterwards."""
        references = {key: self._references(op, _is_made_for) for key, op in self._creates.items()}
        found: list[MigrateOperation] = []
        late: list[MigrateOperation] = []
        done: set[Key] = set()
        for key in parents_first({key: set(to) for key, to in references.items()}):
            op = self._creates[key]
            open_ = [item for to, items in references[key].items() if to not in done | {key} for item in items]
            if open_:
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
        references = {
            key: self._references(op, _is_lost_for) if op is not None else {} for key, op in originals.items()
        }
        found: list[MigrateOperation] = []
        early: list[MigrateOperation] = []
        done: set[Key] = set()
        for key in parents_first({key: set(to) for key, to in references.items()}):
            original = originals[key]
            open_ = [item for to, items in references[key].items() if to not in done | {key} for item in items]
            drop = self._drops[key]
            if open_ and original is not None:
                early += [
                    ModifyTableOps(key[1], [CreateForeignKeyOp.from_constraint(item).reverse()], schema=drop.schema)
                    for item in open_
                ]
                drop = _with_columns(original, _without(original.columns, open_)).reverse()
            found[:0] = [*self._changes_of(key), drop]
            done.add(key)
        return found, early

    def _references(
        self, op: CreateTableOp, matters: Callable[[ForeignKeyConstraint, MigrateOperation], bool]
    ) -> dict[Key, list[ForeignKeyConstraint]]:
        """Return the foreign keys to tables that come or go too, or whose changes matter to them, by table."""
        found: dict[Key, list[ForeignKeyConstraint]] = {}
        for item in op.columns:
            if isinstance(item, ForeignKeyConstraint):
                target = self._target(item)
                changed = any(matters(item, change) for change in self._changes.get(target, ()))
                if target in self._creates or target in self._drops or changed:
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
        return [ModifyTableOps(key[1], sorted(ops, key=self._place), schema=ops[0].schema)]  # type: ignore[attr-defined]  # all have one

    def _place(self, op: MigrateOperation) -> tuple[int, int]:
        place = next(number for number, kind in enumerate(_WITHIN_A_TABLE) if isinstance(op, kind))
        early, late = _WITHIN_A_TABLE.index(DropIndexOp), _WITHIN_A_TABLE.index(CreateCheckConstraintOp)
        if isinstance(op, DropConstraintOp):
            # A foreign key is dropped before the unique constraint it may rest upon.
            return place, 0 if op.constraint_type == "foreignkey" else 2
        if self._counts_as_key and isinstance(op, AlterColumnOp) and op.kw.get("autoincrement") is not None:
            return (0, 1) if op.kw["autoincrement"] is False else (late, 1)
        if isinstance(op, AddColumnOp) and op.column.computed is not None:
            return _WITHIN_A_TABLE.index(AlterColumnOp), 1
        added = op._reverse if isinstance(op, DropColumnOp) else None
        if added is not None and added.column.computed is not None:
            return early, 1
        if added is not None and added.inline_primary_key:
            # Behind columns that come: MySQL has no table without any. Before a primary key that comes.
            return _WITHIN_A_TABLE.index(AddColumnOp), 1
        if isinstance(op, AddColumnOp) and op.inline_primary_key:
            return place, 2
        return place, 0

    def _changed_parents_first(self, keys: Set[Key]) -> list[Key]:
        return parents_first(
            {key: {to for to in self._added_references(key) if to in keys and to != key} for key in keys}
        )

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
        touched = (self._changes.keys() | self._drops.keys()) - self._creates.keys()
        places = {key: place for place, key in enumerate(self._changed_parents_first(touched - self._drops.keys()))}
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


def _is_made_for(item: ForeignKeyConstraint, change: MigrateOperation) -> bool:
    """Return whether a change makes what a foreign key needs: a column, its type, a key."""
    columns = {referred_to(element)[2] for element in item.elements}
    if isinstance(change, AddColumnOp):
        return change.column.name in columns
    if isinstance(change, AlterColumnOp):
        return change.modify_type is not None and change.column_name in columns
    if isinstance(change, CreateIndexOp):
        return bool(change.unique)
    return isinstance(change, CreatePrimaryKeyOp | CreateUniqueConstraintOp)


def _is_lost_for(item: ForeignKeyConstraint, change: MigrateOperation) -> bool:
    """Return whether a change takes away what a foreign key needs."""
    reverse = change._reverse if isinstance(change, DropConstraintOp | DropIndexOp | DropColumnOp) else change
    return isinstance(reverse, MigrateOperation) and _is_made_for(item, reverse)


def parents_first(references: dict[Key, set[Key]]) -> list[Key]:
    """Return the keys, each after those it refers to; within a circle, by name.

    :param references: what each key refers to.
    """
    waiting = {key: (references[key] - {key}) & references.keys() for key in sorted(references, key=_by_name)}
    followers: dict[Key, list[Key]] = {}
    for key, to in waiting.items():
        for other in to:
            followers.setdefault(other, []).append(key)
    order: list[Key] = []
    ready = [key for key, to in waiting.items() if not to]
    while waiting:
        ready = ready or [next(iter(waiting))]
        freed: list[Key] = []
        for key in ready:
            del waiting[key]
            for follower in followers.get(key, ()):
                if follower in waiting:
                    waiting[follower].discard(key)
                    freed += [] if waiting[follower] else [follower]
        order += ready
        ready = sorted(freed, key=_by_name)
    return order


def _by_name(key: Key) -> tuple[str, str]:
    return key[0] or "", key[1]
