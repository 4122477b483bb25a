"""The law of reversing: random changes to random tables, then their reverses, last one first, and all is as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testing.databases import Database
from whimbrel.operations import MigrateOperation, ops
from whimbrel.testing import apply, catalog

NAMES = ["a", "b c", "order", "x%s", "it's", "Größe", 'q"q', "back`tick", "SELECT", ":x", "100%", "é" * 20]
TYPES = {
    "integer": (sa.Integer(), sa.BigInteger()),
    "string": (sa.String(20), sa.String(40)),
    "number": (sa.Numeric(10, 2), sa.Numeric(12, 2)),
    "day": (sa.Date(), sa.DateTime()),
}
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\0\\", exclude_categories=["Cc", "Cs"]), max_size=9)


@dataclass(frozen=True)
class Spec:
    """A column as it is: which of the two types of its kind, whether it may hold NULL, its default."""

    kind: str
    wide: bool
    nullable: bool
    default: str | None

    @property
    def type(self) -> sa.types.TypeEngine[Any]:
        return TYPES[self.kind][self.wide]

    def column(self, name: str) -> sa.Column[Any]:
        return sa.Column(name, self.type, nullable=self.nullable, server_default=self.default)

    def existing(self) -> dict[str, Any]:
        return {
            "existing_type": self.type,
            "existing_nullable": self.nullable,
            "existing_server_default": self.default,
        }


@st.composite
def specs(draw: st.DrawFn) -> Spec:
    kind = draw(st.sampled_from(sorted(TYPES)))
    default = draw(st.none() | defaults(kind))
    return Spec(kind, draw(st.booleans()), draw(st.booleans()) or default is None, default)


def defaults(kind: str) -> st.SearchStrategy[str]:
    numbers = st.integers(0, 99).map(str)
    return {"string": TEXTS, "day": st.just("2024-02-29")}.get(kind, numbers)


@dataclass
class Model:
    """A table, as the changes so far have left it."""

    table: str
    columns: dict[str, Spec]
    indexes: dict[str, str] = field(default_factory=dict)
    uniques: dict[str, str] = field(default_factory=dict)

    def free(self) -> list[str]:
        """The columns that nothing needs."""
        needed = {*self.indexes.values(), *self.uniques.values()}
        return [name for name in self.columns if name not in needed]

    def unused(self, draw: st.DrawFn) -> str:
        """A name that no column has, nor an index."""
        taken = {name.lower() for name in (*self.columns, *self.indexes, *self.uniques, self.table)}
        return draw(st.sampled_from([name for name in NAMES if name.lower() not in taken]))


Change = Callable[[st.DrawFn, Model], MigrateOperation]


def add_column(draw: st.DrawFn, model: Model) -> MigrateOperation:
    name, spec = model.unused(draw), draw(specs())
    model.columns[name] = spec
    return ops.AddColumnOp(model.table, spec.column(name))


def drop_column(draw: st.DrawFn, model: Model) -> MigrateOperation:
    name = draw(st.sampled_from(model.free()))
    column = model.columns.pop(name).column(name)
    return ops.DropColumnOp.from_column_and_tablename(None, model.table, column)


def rename_column(draw: st.DrawFn, model: Model) -> MigrateOperation:
    old, new = draw(st.sampled_from(sorted(model.columns))), model.unused(draw)
    spec = model.columns[new] = model.columns.pop(old)
    for needing in (model.indexes, model.uniques):
        needing.update({name: new for name, column in needing.items() if column == old})
    return ops.AlterColumnOp(model.table, old, modify_name=new, **spec.existing())


def alter_column(draw: st.DrawFn, model: Model) -> MigrateOperation:
    name = draw(st.sampled_from(sorted(model.columns)))
    old = model.columns[name]
    default = draw(st.none() | defaults(old.kind))
    new = replace(old, wide=draw(st.booleans()), nullable=draw(st.booleans()), default=default)
    model.columns[name] = new
    return ops.AlterColumnOp(
        model.table,
        name,
        modify_type=new.type,
        modify_nullable=new.nullable,
        modify_server_default=new.default,
        **old.existing(),
    )


def create_index(draw: st.DrawFn, model: Model) -> MigrateOperation:
    name, column = model.unused(draw), draw(st.sampled_from(sorted(model.columns)))
    model.indexes[name] = column
    return ops.CreateIndexOp(name, model.table, [column], unique=draw(st.booleans()))


def drop_index(draw: st.DrawFn, model: Model) -> MigrateOperation:
    name = draw(st.sampled_from(sorted(model.indexes)))
    table = sa.Table(model.table, sa.MetaData(), sa.Column(model.indexes.pop(name), sa.Integer))
    return ops.DropIndexOp.from_index(sa.Index(name, *table.c))


def create_unique(draw: st.DrawFn, model: Model) -> MigrateOperation:
    name, column = model.unused(draw), draw(st.sampled_from(sorted(model.columns)))
    model.uniques[name] = column
    return ops.CreateUniqueConstraintOp(name, model.table, [column])


def rename_table(draw: st.DrawFn, model: Model) -> MigrateOperation:
    old, model.table = model.table, model.unused(draw)
    return ops.RenameTableOp(old, model.table)


def possible(model: Model, sqlite: bool) -> Iterator[Change]:
    """The changes that make sense now, and that SQLite can do without making the table anew."""
    yield from (add_column, rename_table)
    if model.columns:
        yield from (rename_column, create_index)
        if not sqlite:
            yield from (alter_column, create_unique)
    if model.free():
        yield drop_column
    if model.indexes:
        yield drop_index


@st.composite
def scripts(draw: st.DrawFn, sqlite: bool) -> tuple[MigrateOperation, list[MigrateOperation]]:
    """A table, and changes to it."""
    columns = draw(st.dictionaries(st.sampled_from(NAMES[:4]), specs(), min_size=1, max_size=3))
    model = Model("the table", dict(columns))
    created = [sa.Column("id", sa.Integer, primary_key=True), *(spec.column(name) for name, spec in columns.items())]
    start = ops.CreateTableOp(model.table, created)
    changes = []
    for _ in range(draw(st.integers(1, 6))):
        changes.append(draw(st.sampled_from([*possible(model, sqlite)]))(draw, model))
    return start, changes


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_what_is_reversed_is_as_it_was(database: Database) -> None:
    engine = database.engine()
    sqlite = database.name == "sqlite"

    def now() -> list[str]:
        with engine.connect() as connection:
            return catalog(sa.inspect(connection))

    @settings(max_examples=25 if sqlite else 12, suppress_health_check=list(HealthCheck))
    @given(scripts(sqlite))
    def check(script: tuple[MigrateOperation, list[MigrateOperation]]) -> None:
        start, changes = script
        with engine.begin() as connection:
            drop_everything(connection)
        apply(engine, lambda op: op.invoke(start))
        before = now()
        for change in changes:
            apply(engine, lambda op, change=change: op.invoke(change))
        for change in reversed(changes):
            apply(engine, lambda op, change=change: op.invoke(change.reverse()))
        assert now() == before

    check()


def drop_everything(connection: sa.Connection) -> None:
    """Drop what the last example has left."""
    metadata = sa.MetaData()
    metadata.reflect(connection)
    metadata.drop_all(connection)
