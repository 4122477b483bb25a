"""A law over real databases: whatever a block does to a table, its reverse brings the table back, rows and all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testing.databases import Database
from testing.wings import apply, catalog
from whimbrel.operations import MigrateOperation, Operations, ops

NAMES = ["a", "B c", "select", "d'e", "ü", "f%g", "h:i"]
NEW_NAMES = ["x", "Y z", "from", "x'y", "ß", "x%y", "x:y"]
VALUES = {"int": [0, 7, -3], "text": ["", "it's", "50% :x", "é"]}


def type_of(kind: str, wide: bool) -> Any:
    if kind == "int":
        return sa.BigInteger() if wide else sa.Integer()
    return sa.String(40 if wide else 20)


@dataclass
class Drawn:
    """A table, its rows, and the directives that change it: each with all that its reverse wants to know."""

    columns: list[sa.Column[Any]] = field(default_factory=list)
    items: list[Any] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    changes: list[MigrateOperation] = field(default_factory=list)


@st.composite
def drawn(draw: st.DrawFn) -> Drawn:
    found = Drawn()
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=4, unique=True))
    kinds = {name: draw(st.sampled_from(sorted(VALUES))) for name in names}
    nullable = {name: draw(st.booleans()) for name in names}
    defaults = {name: draw(st.sampled_from([None, *map(str, VALUES[kinds[name]])])) for name in names}
    found.columns = [
        sa.Column(name, type_of(kinds[name], False), nullable=nullable[name], server_default=defaults[name])
        for name in names
    ]
    unique = draw(st.sampled_from([None, *names]))
    checked = draw(st.sampled_from([None, *names]))
    indexed = draw(st.sampled_from([None, *names]))
    if unique:
        found.items.append(sa.UniqueConstraint("id", unique, name="uq_was"))
    if checked:
        found.items.append(sa.CheckConstraint(never(checked, kinds[checked]), name="ck_was"))
    if indexed:
        found.items.append(sa.Index("ix_was", indexed))
    for number in range(1, draw(st.integers(0, 3)) + 1):
        values = {name: draw(st.sampled_from(VALUES[kinds[name]])) for name in names}
        found.rows.append({"id": number, "parent": draw(st.sampled_from([None, 1])), **values})
    _draw_changes(draw, found, kinds, nullable, defaults, {"unique": unique, "checked": checked, "indexed": indexed})
    return found


def never(column: str, kind: str) -> sa.ColumnElement[bool]:
    value = sa.literal(99) if kind == "int" else sa.literal("never")
    return sa.column(column) != value


def _draw_changes(draw: st.DrawFn, found: Drawn, kinds: Any, nullable: Any, defaults: Any, items: Any) -> None:
    now = {name: name for name in kinds}

    def rename(name: str) -> MigrateOperation:
        old, now[name] = now[name], draw(st.sampled_from(sorted(set(NEW_NAMES) - set(now.values()))))
        return ops.AlterColumnOp("t", old, modify_name=now[name])

    makers: list[Callable[[str], MigrateOperation]] = [
        rename,
        lambda name: ops.AlterColumnOp(
            "t", now[name], modify_nullable=not nullable[name], existing_nullable=nullable[name]
        ),
        lambda name: ops.AlterColumnOp(
            "t",
            now[name],
            modify_server_default=draw(
                st.sampled_from([None, *map(str, VALUES[kinds[name]])]).filter(lambda new: new != defaults[name])
            ),
            existing_server_default=defaults[name],
        ),
        lambda name: ops.AlterColumnOp(
            "t", now[name], modify_type=type_of(kinds[name], True), existing_type=type_of(kinds[name], False)
        ),
        lambda name: ops.CreateIndexOp("ix_new", "t", ["parent", now[name]]),
        lambda name: ops.CreateUniqueConstraintOp("uq_new", "t", [now[name], "id"]),
        lambda name: ops.CreateCheckConstraintOp("ck_new", "t", never(now[name], kinds[name])),
        lambda name: ops.AddColumnOp(
            "t", sa.Column("added", sa.Integer, server_default="5", nullable=False), insert_before=now[name]
        ),
        lambda name: (
            ops.CreateIndexOp("ix_was", "t", [now[items["indexed"]]]).reverse() if items["indexed"] else rename(name)
        ),
        lambda name: (
            ops.CreateUniqueConstraintOp("uq_was", "t", ["id", now[items["unique"]]]).reverse()
            if items["unique"]
            else rename(name)
        ),
        lambda name: (
            ops.CreateCheckConstraintOp("ck_was", "t", never(now[items["checked"]], kinds[items["checked"]])).reverse()
            if items["checked"]
            else rename(name)
        ),
    ]
    chosen = draw(st.lists(st.sampled_from(range(len(makers))), min_size=1, max_size=5, unique=True))
    for number in chosen:
        found.changes.append(makers[number](draw(st.sampled_from(sorted(now)))))


def state(database: Database) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the catalog, but for quotes in the text of a CHECK, which need not be there, and the rows."""
    lines = sorted(_checked(line).replace('"', "").replace("`", "") for line in catalog(database))
    with database.engine().connect() as connection:
        return lines, [dict(row) for row in connection.execute(sa.text("SELECT * FROM t ORDER BY id")).mappings()]


def _checked(line: str) -> str:
    """Return a line without the bracket after a table's last line, which SQLAlchemy 2.0.36 takes for a CHECK's."""
    one_more = line.startswith("check ") and line.count(")") > line.count("(")
    return line.removesuffix(")") if one_more else line


def holds(database: Database, found: Drawn) -> None:
    def start(op: Operations) -> None:
        op.drop_table("t", if_exists=True)
        table = op.create_table(
            "t",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("parent", sa.Integer),
            *found.columns,
            *found.items,
            sa.ForeignKeyConstraint(["parent"], ["t.id"], name="fk_self", ondelete="CASCADE"),
            sa.Index("ix_parent", "parent"),
        )
        op.bulk_insert(table, found.rows)

    def there(op: Operations) -> None:
        with op.batch_alter_table("t", recreate="always") as batch:
            for change in found.changes:
                batch.invoke(change)

    def back(op: Operations) -> None:
        with op.batch_alter_table("t", recreate="always") as batch:
            for change in reversed(found.changes):
                batch.invoke(change.reverse())

    apply(database, start)
    before = state(database)
    apply(database, there)
    assert state(database) != before
    apply(database, back)
    assert state(database) == before


SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=60, suppress_health_check=SHARED, deadline=None)
@given(drawn())
def test_a_block_and_its_reverse_on_sqlite(sqlite_database: Database, found: Drawn) -> None:
    holds(sqlite_database, found)


@settings(max_examples=4, suppress_health_check=SHARED, deadline=None)
@given(drawn())
def test_a_block_and_its_reverse_on_postgresql(postgresql_database: Database, found: Drawn) -> None:
    holds(postgresql_database, found)


@settings(max_examples=4, suppress_health_check=SHARED, deadline=None)
@given(drawn())
def test_a_block_and_its_reverse_on_mysql(mysql_database: Database, found: Drawn) -> None:
    holds(mysql_database, found)


@pytest.mark.long
@settings(max_examples=400, suppress_health_check=SHARED, deadline=None)
@given(drawn())
def test_many_blocks_and_their_reverse(database: Database, found: Drawn) -> None:
    holds(database, found)
