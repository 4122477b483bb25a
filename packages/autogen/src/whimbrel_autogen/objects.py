"""From what a database says of a table to SQLAlchemy's Table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Column,
    Computed,
    ForeignKeyConstraint,
    Identity,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy.engine.interfaces import ReflectedColumn, ReflectedIndex
from sqlalchemy.schema import FetchedValue, conv

from whimbrel.ddl import exact_text
from whimbrel.impl import DefaultImpl, ReflectedTable


def build_table(reflected: ReflectedTable, metadata: MetaData, impl: DefaultImpl) -> Table:
    """Return the Table of what was reflected.

    Its foreign keys name what they refer to; that need not be in *metadata*.

    :param reflected: what the database says.
    :param metadata: what the Table becomes a part of.
    :param impl: knows which options this database has.
    """
    options = {name: value for name, value in reflected.options.items() if name.startswith(f"{impl.dialect.name}_")}
    table = Table(
        reflected.name,
        metadata,
        *(_column(info) for info in reflected.columns),
        schema=reflected.schema,
        comment=reflected.comment,
        **options,
    )
    key = reflected.primary_key
    if key["constrained_columns"]:
        table.append_constraint(
            PrimaryKeyConstraint(*key["constrained_columns"], name=_name(key.get("name")), **_options(key))
        )
    for unique in reflected.unique_constraints:
        table.append_constraint(
            UniqueConstraint(
                *unique["column_names"],
                name=_name(unique["name"]),
                **_known(impl.adjust_reflected_dialect_options(unique, "unique_constraint")),
            )
        )
    for foreign in reflected.foreign_keys:
        prefix = ".".join(filter(None, (foreign["referred_schema"], foreign["referred_table"])))
        table.append_constraint(
            ForeignKeyConstraint(
                foreign["constrained_columns"],
                [f"{prefix}.{column}" for column in foreign["referred_columns"]],
                name=_name(foreign["name"]),
                **dict(foreign.get("options") or {}),
            )
        )
    for check in reflected.check_constraints:
        table.append_constraint(
            CheckConstraint(exact_text(check["sqltext"]), name=_name(check["name"]), **_options(check))
        )
    for index in reflected.indexes:
        _append_index(table, index, impl.adjust_reflected_dialect_options(index, "index"))
    return table


def _column(info: ReflectedColumn) -> Column[Any]:
    items: list[Any] = []
    keywords: dict[str, Any] = {}
    default: Any = info.get("default")  # a string, but in the hands of a dialect that reflects more
    if "computed" in info:
        items.append(Computed(exact_text(info["computed"]["sqltext"]), persisted=info["computed"].get("persisted")))
    elif "identity" in info:
        known = {name: value for name, value in info["identity"].items() if value is not None}
        items.append(Identity(**known))  # type: ignore[arg-type]  # the Inspector's names are the parameters'
    elif isinstance(default, FetchedValue):
        keywords["server_default"] = default
    elif default is not None:
        keywords["server_default"] = exact_text(default)
    if "autoincrement" in info:
        keywords["autoincrement"] = info["autoincrement"]
    return Column(
        info["name"], info["type"], *items, nullable=info["nullable"], comment=info.get("comment"), **keywords
    )


def _append_index(table: Table, index: ReflectedIndex, options: dict[str, Any]) -> None:
    expressions = index.get("expressions")
    names = index["column_names"]
    parts: list[Any] = []
    for place, name in enumerate(names):
        if name is not None and name in table.c:
            parts.append(table.c[name])
        elif expressions:
            parts.append(exact_text(expressions[place]))
    if not parts:
        return  # nothing of it can be said: an expression that SQLAlchemy does not reflect
    sorting = index.get("column_sorting") or {}
    for place, part in enumerate(parts):
        if isinstance(part, Column) and part.name in sorting:
            for word in sorting[part.name]:
                part = getattr(part, word)()
            parts[place] = part
    words = {name: _condition(name, value) for name, value in _known(options).items()}
    made = Index(_name(index["name"]), *parts, unique=bool(index["unique"]), _table=table, **words)
    if "duplicates_constraint" in index:
        made.info["duplicates_constraint"] = index["duplicates_constraint"]


def _condition(name: str, value: Any) -> Any:
    # SQLAlchemy gives the condition of an index as a string, and would read it as text() does, parameters and all.
    return exact_text(value) if name.endswith("_where") and isinstance(value, str) else value


def _name(name: str | None) -> str | None:
    return None if name is None else conv(name)  # a naming convention has nothing to add to it


def _options(info: Any) -> dict[str, Any]:
    return _known(info.get("dialect_options") or {})


def _known(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value is not None}
