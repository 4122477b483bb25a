"""A law: whatever columns and tables are renamed, once that is declared all rows stay, and nothing is missing after."""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testing.comparing import carried_out, compared
from testing.databases import Database
from testing.wings import catalog

NAMES = ["a", "b", "nick", "Nick Name", "order", "value", "c", "d"]
NEW_NAMES = ["new", "Mixed Case", "group", "z", "y", "x1", "w", "v"]
TYPES: list[tuple[sa.types.TypeEngine[Any], Any]] = [
    (sa.Integer(), 7),
    (sa.String(30), "seven"),
    (sa.Numeric(8, 2), 7),
    (sa.Boolean(), True),
]


class Named(NamedTuple):
    """A column before and after.

    :param old: its name before.
    :param new: its name after; the same if it was not renamed.
    :param type_: the place of its type in TYPES.
    :param nullable: whether it may hold NULL.
    :param unique: whether it is unique.
    :param index: whether there is an index on it.
    """

    old: str
    new: str
    type_: int
    nullable: bool
    unique: bool
    index: bool


class Shape(NamedTuple):
    """Two tables before and after, the second one with a reference to the first.

    :param new_table: what the first one is called after.
    :param new_key: what its key is called after.
    :param columns: its columns.
    """

    new_table: str
    new_key: str
    columns: list[Named]

    def models(self, *, after: bool) -> sa.MetaData:
        """Return the models before or after, what was renamed declared."""
        found = sa.MetaData()
        table = self.new_table if after else "thing"
        key = self.new_key if after else "id"
        columns = [self._column(named, after=after) for named in self.columns]
        parts: list[Any] = [sa.Column(key, sa.Integer, primary_key=True, info=_was("id", key)), *columns]
        for place, named in enumerate(self.columns):
            name = named.new if after else named.old
            parts += [sa.UniqueConstraint(name, name=f"uq_{place}")] if named.unique else []
            parts += [sa.Index(f"ix_{place}", name)] if named.index else []
        sa.Table(table, found, *parts, info=_was("thing", table))
        sa.Table(
            "part",
            found,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("thing_id", sa.Integer),
            sa.ForeignKeyConstraint(["thing_id"], [f"{table}.{key}"], name="fk_part_thing"),
        )
        return found

    @staticmethod
    def _column(named: Named, *, after: bool) -> sa.Column[Any]:
        name = named.new if after else named.old
        return sa.Column(name, TYPES[named.type_][0], nullable=named.nullable, info=_was(named.old, name))

    def rows(self, database: Database, *, after: bool) -> list[tuple[Any, ...]]:
        """Return the rows of the first table."""
        table = self.models(after=after).tables[self.new_table if after else "thing"]
        with database.engine().connect() as connection:
            return [tuple(row) for row in connection.execute(sa.select(table))]


def _was(old: str, new: str) -> dict[str, str]:
    return {"renamed_from": old} if old != new else {}


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    number = draw(st.integers(1, 4))
    olds = draw(st.permutations(NAMES))[:number]
    news = draw(st.permutations(NEW_NAMES))[:number]
    columns = [
        Named(
            old,
            new if draw(st.booleans()) else old,
            draw(st.integers(0, len(TYPES) - 1)),
            draw(st.booleans()),
            draw(st.booleans()),
            draw(st.booleans()),
        )
        for old, new in zip(olds, news, strict=True)
    ]
    return Shape(draw(st.sampled_from(["thing", "Other Thing"])), draw(st.sampled_from(["id", "thing_id"])), columns)


@pytest.mark.parametrize("backend", ["sqlite", "postgresql", "mysql"])
def test_rows_survive_and_nothing_is_missing(backend: str, new_shared_database: Any) -> None:
    database: Database = new_shared_database(backend)

    @settings(max_examples=25 if backend == "sqlite" else 8, deadline=None, suppress_health_check=list(HealthCheck))
    @given(shape=shapes(), as_batch=st.booleans())
    def law(shape: Shape, as_batch: bool) -> None:
        before, after = shape.models(after=False), shape.models(after=True)
        with database.engine().begin() as connection:
            before.create_all(connection)
            values = {named.old: TYPES[named.type_][1] for named in shape.columns}
            connection.execute(before.tables["thing"].insert(), {"id": 1, **values})
            connection.execute(before.tables["part"].insert(), {"id": 1, "thing_id": 1})
        try:
            was, had = catalog(database), shape.rows(database, after=False)
            found = compared(database, after, render_as_batch=as_batch)
            assert "drop_" not in found.upgrade
            carried_out(database, found.upgrade, found.imports)
            assert shape.rows(database, after=True) == had
            assert compared(database, after).upgrade == "pass"
            carried_out(database, found.downgrade, found.imports)
            assert shape.rows(database, after=False) == had
            assert catalog(database) == was
        finally:
            with database.engine().begin() as connection:
                after.drop_all(connection)
                before.drop_all(connection)

    law()
