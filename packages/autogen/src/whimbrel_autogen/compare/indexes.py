"""Indexes and unique constraints: together, because databases take the one for the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from sqlalchemy import Index, UniqueConstraint

from whimbrel.impl import ComparisonResult
from whimbrel.operations.ops import CreateIndexOp, CreateUniqueConstraintOp, MigrateOperation
from whimbrel.plugins import hookimpl
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.names import final_name, named
from whimbrel_autogen.pairs import Pair, TablePair

Key = TypeVar("Key", Index, UniqueConstraint)


@hookimpl
def whimbrel_compare_table(context: AutogenContext, table: TablePair) -> list[MigrateOperation]:
    """Drop and create unique constraints and indexes."""
    if table.same:
        return []
    theirs, ours = table.both()
    uniques = {item for item in theirs.constraints if isinstance(item, UniqueConstraint)}
    indexes = {item for item in theirs.indexes if not context.impl.is_implied_index(item, ours)}
    model_uniques = {item for item in ours.constraints if isinstance(item, UniqueConstraint)}
    model_indexes = set(ours.indexes)
    context.impl.correct_for_autogen_constraints(uniques, indexes, model_uniques, model_indexes)
    keys = _Keys(context, table)
    return [
        *keys.compare(
            uniques, model_uniques, "unique_constraint", CreateUniqueConstraintOp.from_constraint, keys.unique
        ),
        *keys.compare(indexes, model_indexes, "index", CreateIndexOp.from_index, keys.index),
    ]


class _Keys:
    """Compares the unique constraints, then the indexes, of one table."""

    def __init__(self, context: AutogenContext, table: TablePair) -> None:
        self._context = context
        self._table = table

    def compare(
        self,
        database: Iterable[Key],
        models: Iterable[Key],
        kind: str,
        create: Callable[[Key], MigrateOperation],
        same: Callable[[Key, Key], ComparisonResult],
    ) -> list[MigrateOperation]:
        """Return what drops and creates, by name where there is one, by columns where there is none."""
        left = {self._name(item): item for item in sorted(database, key=self._order) if self._is_looked_at(item, kind)}
        wanted = {item: self._partner(item, left) for item in sorted(models, key=self._order)}
        found: list[MigrateOperation] = []
        for item, other in wanted.items():
            if other is not None:
                left.pop(self._name(other), None)
            if not self._wants(item, kind, reflected=False, other=other):
                continue
            if other is None:
                found.append(named(create(item), item, self._context.impl))
            elif same(item, other).is_different:
                found += [create(other).reverse(), named(create(item), item, self._context.impl)]
        for item in left.values():
            if self._wants(item, kind, reflected=True, other=None):
                found.append(create(item).reverse())
        return found

    def unique(self, ours: UniqueConstraint, theirs: UniqueConstraint) -> ComparisonResult:
        """Say whether two unique constraints are the same."""
        said = self._context.subjects.compares_constraint(
            context=self._context, table=self._table, constraint=Pair(theirs, ours)
        )
        if said is not None:
            return ComparisonResult.Different("") if said else ComparisonResult.Equal()
        return self._context.impl.compare_unique_constraint(ours, theirs)

    def index(self, ours: Index, theirs: Index) -> ComparisonResult:
        """Say whether two indexes are the same."""
        said = self._context.subjects.compares_index(context=self._context, table=self._table, index=Pair(theirs, ours))
        if said is not None:
            return ComparisonResult.Different("") if said else ComparisonResult.Equal()
        impl, reflected = self._context.impl, self._table.reflected
        question = impl.index_question(reflected, ours, theirs) if reflected is not None else None
        if question is not None:
            return ComparisonResult.Equal() if self._context.is_same(question) else ComparisonResult.Different("")
        answer = impl.compare_indexes(ours, theirs)
        if answer.is_skip:
            self._context.note(f"Index {theirs.name} of {self._table.name}: {answer.message}")
        return answer

    def _name(self, item: Index | UniqueConstraint) -> str:
        return final_name(item, self._context.dialect) or f"({', '.join(_columns(item))})"

    def _order(self, item: Index | UniqueConstraint) -> str:
        return self._name(item)

    def _partner(self, item: Key, left: dict[str, Key]) -> Key | None:
        """Return what the database has in the place of *item*: of the same name, or, without a name, columns."""
        name = final_name(item, self._context.dialect)
        if name is not None:
            found = left.get(name)
            # SQLite and some other databases keep no name of a unique constraint that was made with one.
            return found if found is not None else left.get(f"({', '.join(_columns(item))})")
        return next((other for other in left.values() if sorted(_columns(other)) == sorted(_columns(item))), None)

    def _is_looked_at(self, item: Index | UniqueConstraint, kind: str) -> bool:
        parents = {"table_name": self._table.name, "schema_name": self._table.schema}
        name = item.name if isinstance(item.name, str) else None
        return self._context.run_name_filters(name, kind, parents)  # type: ignore[arg-type]  # one of two kinds

    def _wants(
        self, item: Index | UniqueConstraint, kind: str, *, reflected: bool, other: Index | UniqueConstraint | None
    ) -> bool:
        name = final_name(item, self._context.dialect)
        return self._context.run_object_filters(item, name, kind, reflected, other)  # type: ignore[arg-type]  # as above


def _columns(item: Index | UniqueConstraint) -> list[str]:
    return [column.name for column in item.columns]
