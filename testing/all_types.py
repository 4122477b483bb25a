"""Every type that SQLAlchemy has, for corpora of columns: its generic ones and those of one dialect."""

from __future__ import annotations

from collections.abc import Collection
from types import ModuleType
from typing import Any

import sqlalchemy as sa
from sqlalchemy.types import TypeEngine

_ABSTRACT = {
    *("MatchType", "NamedType", "NullType", "TupleType"),
    *("TypeDecorator", "TypeEngine", "UserDefinedType", "Variant"),
}
"""Bases of other types, and types of expressions: no column is declared with them."""
_WORDS: dict[str, tuple[Any, ...]] = {"ARRAY": (sa.Integer(),), "Enum": ("a", "b"), "ENUM": ("a", "b"), "SET": ("a",)}
_NAMED: dict[str, dict[str, Any]] = {
    "Enum": {"name": "all_enum"},
    "ENUM": {"name": "all_enum"},
    "DOMAIN": {"name": "all_domain", "data_type": sa.Integer()},
}
_SIZED = {"NVARCHAR", "String", "Unicode", "VARBINARY", "VARCHAR"}


def type_classes(dialect: ModuleType) -> dict[str, type[TypeEngine[Any]]]:
    """Return the classes that a column can be declared with, by their names.

    :param dialect: the module of a dialect, such as ``sqlalchemy.dialects.postgresql``.
    """
    names = {name: getattr(sa.types, name) for name in dir(sa.types) if not name.startswith("_")}
    names |= {name: getattr(dialect, name) for name in dialect.__all__}
    return {
        name: value
        for name, value in sorted(names.items())
        if isinstance(value, type) and issubclass(value, TypeEngine) and name not in _ABSTRACT
    }


def column_of_each_type(dialect: ModuleType, *, but: Collection[str]) -> list[sa.Column[Any]]:
    """Return a column of each type; the types are told no more than they have to be.

    :param dialect: the module of a dialect.
    :param but: the names of those that the database does not have.
    """
    classes = [(name, class_) for name, class_ in type_classes(dialect).items() if name not in but]
    # Numbered: some databases take "Date" and "DATE" for one name.
    return [sa.Column(f"{name}_{place}", made(name, class_)) for place, (name, class_) in enumerate(classes)]


def made(name: str, class_: Any) -> TypeEngine[Any]:
    """Return an instance of a type.

    :param name: its name.
    :param class_: its class.
    """
    size = {"length": 20} if name in _SIZED else {}
    found: TypeEngine[Any] = class_(*_WORDS.get(name, ()), **_NAMED.get(name, {}), **size)
    return found


def rejected(engine: sa.Engine, type_: TypeEngine[Any]) -> bool:
    """Return whether there can be no column of a type: SQLAlchemy cannot spell it, or the server does not know it.

    :param engine: the database.
    :param type_: the type.
    """
    try:
        sa.Table("of_one_type", sa.MetaData(), sa.Column("x", type_)).create(engine)
    except (sa.exc.CompileError, sa.exc.DBAPIError):
        return True
    return False
