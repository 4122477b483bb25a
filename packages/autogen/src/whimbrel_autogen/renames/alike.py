"""When two things look alike, so that the one may be the other under a new name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Column, Table
from sqlalchemy.types import TypeEngine

from whimbrel.impl import ReflectedTable

if TYPE_CHECKING:
    from whimbrel.impl import DefaultImpl


def columns_alike(theirs: Column[Any], ours: Column[Any], impl: DefaultImpl) -> bool:
    """Return whether a column of the database and one of the models look alike.

    They do if their types are of one family, both or neither may hold NULL, both or neither belong to the primary key,
    and both or neither are computed.

    :param theirs: the database's.
    :param ours: the models'.
    :param impl: knows how types are spelt.
    """
    facts = [
        (bool(column.nullable) and not column.primary_key, column.primary_key, column.computed is None)
        for column in (theirs, ours)
    ]
    return facts[0] == facts[1] and types_alike(theirs.type, ours.type, impl)


def types_alike(theirs: TypeEngine[Any], ours: TypeEngine[Any], impl: DefaultImpl) -> bool:
    """Return whether two types are of one family: strings of any length, numbers of any precision, or spelt the same.

    :param theirs: the database's.
    :param ours: the models'.
    :param impl: knows how types are spelt.
    """
    if theirs._type_affinity is ours._type_affinity:
        return True
    return impl.spell_type(theirs) == impl.spell_type(ours)


def tables_alike(theirs: ReflectedTable, ours: Table, impl: DefaultImpl) -> bool:
    """Return whether a table of the database and one of the models look alike.

    They do if at least half of the columns of the larger one are in both, and more than one: by name, with types of
    one family.

    :param theirs: the database's.
    :param ours: the models'.
    :param impl: knows how types are spelt.
    """
    columns = {column.name: column for column in ours.columns}
    both = [info for info in theirs.columns if info["name"] in columns]
    enough = max(2, len(theirs.columns) / 2, len(columns) / 2)
    if len(both) < enough:
        return False
    return sum(types_alike(info["type"], columns[info["name"]].type, impl) for info in both) >= enough
