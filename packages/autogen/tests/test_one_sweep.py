"""What a comparison asks of a database does not become more with the tables; nor does it leave anything behind."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from testing.databases import Database
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import produce_migrations
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.order import parents_first

MOST = 20


def models(count: int, *, changed: bool = False) -> sa.MetaData:
    """Return *count* tables; where they are changed, each differs in another way, and in what only a server can tell.

    A default is spelled as the database prints it in no case: it is always asked about.
    """
    metadata = sa.MetaData()
    for number in range(count):
        change = number % 5 if changed else None
        name = f"table_{number}"
        sa.Table(
            name,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("parent_id", sa.ForeignKey(f"table_{max(number - 1, 0)}.id", name=f"fk_{name}")),
            sa.Column("name", sa.String(60 if change == 0 else 50), nullable=change == 1, comment="A name"),
            sa.Column("size", sa.Integer, server_default=sa.text(f"(1 + {number})" if change == 2 else "(1 + 1)")),
            sa.Column("born", sa.DateTime, server_default=sa.func.current_timestamp()),
            *([sa.Column("added", sa.Integer)] if change == 3 else []),
            sa.UniqueConstraint("name", name=f"uq_{name}"),
            sa.Index(f"ix_{name}", "size", "name", unique=change == 4),
            comment=f"Table {number}",
        )
    return metadata


@contextmanager
def statements() -> Iterator[list[str]]:
    """Collect what all connections send."""
    found: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        found.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)


def asked(database: Database, wanted: sa.MetaData) -> tuple[int, bool]:
    """Return how many statements a comparison sends, and whether it finds a difference."""
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        with statements() as found:
            script = produce_migrations(context, wanted)
    assert script.upgrade_ops is not None
    return len(found), not script.upgrade_ops.is_empty()


def test_pains_row_28_as_many_statements_for_200_tables_as_for_20(database):
    numbers = []
    for before, count in ((0, 20), (20, 200)):
        made = models(count)
        with database.engine().begin() as connection:
            made.create_all(connection, tables=list(made.tables.values())[before:], checkfirst=False)
        same, changed = asked(database, models(count)), asked(database, models(count, changed=True))
        assert (same[1], changed[1]) == (False, True)
        numbers.append((same[0], changed[0]))
    assert numbers[0] == numbers[1]
    assert max(numbers[0]) <= MOST


def test_reading_leaves_no_garbage_that_only_a_search_finds(database):
    """The search is paused meanwhile: what a table leaves behind would stay, for each of thousands."""
    made = models(30)
    with database.engine().begin() as connection:
        made.create_all(connection, checkfirst=False)
    left = {}
    for count in (10, 30):
        names = [f"table_{number}" for number in range(count)]
        with database.engine().connect() as connection:
            context = AutogenContext(MigrationContext.configure(connection), made)
            gc.collect()
            gc.disable()
            try:
                assert len(list(context.impl.read_tables(context.inspector, None, names, checks=True))) == count
                left[count] = gc.collect()
            finally:
                gc.enable()
    assert left[30] - left[10] < 20


def test_of_a_table_that_differs_only_the_columns_that_differ_are_compared_with_care(database, monkeypatch):
    made = models(20)
    with database.engine().begin() as connection:
        made.create_all(connection, checkfirst=False)
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        compared: list[str] = []
        compare_type = type(context.impl).compare_type

        def noted(self, theirs, ours):
            compared.append(ours.name)
            return compare_type(self, theirs, ours)

        monkeypatch.setattr(type(context.impl), "compare_type", noted)
        assert not produce_migrations(context, models(20, changed=True)).upgrade_ops.is_empty()
    assert set(compared) <= {"name", "size"}


@given(st.dictionaries(st.tuples(st.sampled_from([None, "s"]), st.sampled_from("abcdef")), st.integers(0, 20)))
def test_what_is_referred_to_comes_first_and_neighbours_come_by_name(ranks):
    references = {key: {other for other, rank in ranks.items() if rank < ranks[key]} for key in ranks}
    names = sorted(ranks, key=lambda key: (ranks[key], key[0] or "", key[1]))
    assert parents_first(references) == names
    assert parents_first({key: set(ranks) for key in ranks}) == sorted(ranks, key=lambda key: (key[0] or "", key[1]))
