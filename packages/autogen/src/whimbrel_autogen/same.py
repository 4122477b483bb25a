"""SameCheck: whether what was reflected of a table, or of a column, is what the models say, told without objects of it.

It may say no too often, never yes: what it cannot tell at a glance is compared with care afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    ForeignKeyConstraint,
    Identity,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.engine.interfaces import ReflectedColumn
from sqlalchemy.types import SchemaType, TypeEngine

from whimbrel.impl import ReflectedTable
from whimbrel.operations.construct import referred_to
from whimbrel_autogen.names import final_name
from whimbrel_autogen.registered import comparators

if TYPE_CHECKING:
    from whimbrel_autogen.context import AutogenContext


class SameCheck:
    """Compares tables at a glance, for one schema.

    :param context: the comparison.
    """

    def __init__(self, context: AutogenContext) -> None:
        self._impl = context.impl
        self._dialect = context.dialect
        self._types = context.opts.get("compare_type", True) is True
        self._defaults = bool(context.opts.get("compare_server_default"))
        self._checks = context.subjects.takes_part("whimbrel.autogenerate.checks")
        self._asks = (
            context.filters_objects
            or context.subjects.asks_strangers
            or callable(context.opts.get("compare_server_default"))
            or comparators.wanted("column", context)
        )
        self._spelled: dict[Any, str] = {}
        self._same_defaults: dict[Any, bool] = {}

    def is_same(self, reflected: ReflectedTable, models: Table) -> bool:
        """Return whether nothing at all differs; ``False`` also where that cannot be told at a glance."""
        if self._asks or not self._types or len(reflected.columns) != len(models.columns):
            return False
        if (reflected.comment or None) != (models.comment or None) and self._dialect.supports_comments:
            return False
        if not all(self._same_column(info, models) for info in reflected.columns):
            return False
        return self._same_keys(reflected, models)

    def same_columns(self, reflected: ReflectedTable, models: Table) -> frozenset[str]:
        """Return the names of the columns in which nothing differs; without those that cannot be told at a glance.

        Nor is one of them that comes into the primary key or leaves it: that changes whether it may be NULL.
        """
        if self._asks or not self._types:
            return frozenset()
        keys = {*reflected.primary_key["constrained_columns"]} ^ {column.name for column in models.primary_key}
        infos = (info for info in reflected.columns if info["name"] not in keys)
        return frozenset(info["name"] for info in infos if self._same_column(info, models))

    def _same_column(self, info: ReflectedColumn, models: Table) -> bool:
        column = models.columns.get(info["name"])
        if column is None or column.name != info["name"]:
            return False
        if info.get("autoincrement") is (column is not models.autoincrement_column):
            return False  # counts on one side only
        if info["nullable"] is not bool(column.nullable) or "computed" in info or "identity" in info:
            return False
        if isinstance(column.server_default, Computed | Identity) or column.computed is not None:
            return False
        if self._dialect.supports_comments and (info.get("comment") or None) != (column.comment or None):
            return False
        theirs, ours = self._spell(info["type"]), self._spell(column.type)
        if theirs != ours or not theirs:
            return False
        if not self._defaults:
            return True
        default = info.get("default")
        if column.server_default is None:
            return default is None
        return isinstance(default, str) and self._same_default(default, column)

    def _same_default(self, default: str, column: Column[Any]) -> bool:
        spelled = self._impl.spell_default(column)
        if spelled == default:
            return True
        key = (_type_key(column.type), default, spelled)
        if key not in self._same_defaults:
            theirs, ours = (self._impl.normalize_default(text, column) for text in (default, spelled))
            self._same_defaults[key] = theirs == ours
        return self._same_defaults[key]

    def _spell(self, type_: TypeEngine[Any]) -> str:
        if not isinstance(type_, Boolean) and isinstance(type_, SchemaType):
            return ""  # has a life of its own in the database
        key = _type_key(type_)
        found = self._spelled.get(key)
        if found is None:
            found = self._spelled[key] = self._impl.spell_type(type_)
        return found

    def _same_keys(self, reflected: ReflectedTable, models: Table) -> bool:
        if any("expressions" in index or index.get("column_sorting") for index in reflected.indexes):
            return False
        if any(_has_options(key) for key in (reflected.primary_key, *reflected.unique_constraints)):
            return False
        keys, uniques, foreign, checks = [], set(), set(), False
        for constraint in models.constraints:
            if isinstance(constraint, PrimaryKeyConstraint | UniqueConstraint) and (
                constraint.deferrable or constraint.dialect_kwargs
            ):
                return False
            if isinstance(constraint, PrimaryKeyConstraint):
                keys = [column.name for column in constraint.columns]
            elif isinstance(constraint, UniqueConstraint):
                uniques.add(
                    (final_name(constraint, self._dialect), tuple(column.name for column in constraint.columns))
                )
            elif isinstance(constraint, ForeignKeyConstraint):
                foreign.add(self._foreign(constraint))
            elif isinstance(constraint, CheckConstraint):
                checks = True
            else:
                return False
        if self._checks and (checks or reflected.check_constraints):
            return False
        return (
            keys == reflected.primary_key["constrained_columns"]
            and uniques == {(item["name"], tuple(item["column_names"])) for item in reflected.unique_constraints}
            and foreign == {_reflected_foreign(item) for item in reflected.foreign_keys}
            and self._same_indexes(reflected, models)
        )

    def _foreign(self, constraint: ForeignKeyConstraint) -> Any:
        if constraint.deferrable or constraint.initially or constraint.match or constraint.dialect_kwargs:
            return None
        targets = [referred_to(element) for element in constraint.elements]
        return (
            final_name(constraint, self._dialect),
            tuple(element.parent.name for element in constraint.elements),
            targets[0][:2],
            tuple(column for _, _, column in targets),
            (constraint.onupdate or "").upper(),
            (constraint.ondelete or "").upper(),
        )

    def _same_indexes(self, reflected: ReflectedTable, models: Table) -> bool:
        ours = set()
        for index in models.indexes:
            if index.dialect_kwargs or not all(isinstance(part, Column) for part in index.expressions):
                return False
            ours.add(self._index(index))
        theirs = {
            (item["name"], tuple(item["column_names"]), bool(item["unique"]))
            for item in reflected.indexes
            if "duplicates_constraint" not in item
        }
        return ours == theirs and not any(_has_options(item) for item in reflected.indexes)

    def _index(self, index: Index) -> Any:
        parts = tuple(part.name for part in index.expressions if isinstance(part, Column))
        return (final_name(index, self._dialect), parts, bool(index.unique))


def _type_key(type_: TypeEngine[Any]) -> Any:
    """Return something by which a type that was seen before is known again; thousands of columns share a few types."""
    key = (type(type_), *vars(type_).items())
    try:
        hash(key)
    except TypeError:
        return type(type_), repr(type_)
    return key


def _reflected_foreign(item: Any) -> Any:
    options = {name: value for name, value in (item.get("options") or {}).items() if value}
    onupdate, ondelete = (str(options.pop(name, "")).upper() for name in ("onupdate", "ondelete"))
    if options:
        return item["name"], "more than can be told at a glance"
    return (
        item["name"],
        tuple(item["constrained_columns"]),
        (item["referred_schema"], item["referred_table"]),
        tuple(item["referred_columns"]),
        onupdate,
        ondelete,
    )


def _has_options(item: Any) -> bool:
    if "duplicates_constraint" in item:
        return False
    return any(value not in (None, [], {}, False) for value in (item.get("dialect_options") or {}).values())
