"""Models with capitals in names of tables, on a server that keeps all of them in lower case."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from testing.own_servers import own_server
from testing.round_trip import Trip, problems_on_the_way
from testing.servers import Unavailable


@pytest.fixture(scope="module")
def trip() -> Iterator[Trip]:
    """A database of a server with ``lower_case_table_names=1``, which is what MySQL has on Windows.

    The 2 of macOS is for file systems that know no case: https://mariadb.com/kb/en/identifier-case-sensitivity/
    """
    try:
        with own_server("mysql", options=["--lower-case-table-names=1"]) as server:
            made = Trip(server.shop())
            yield made
            made.engine.dispose()
    except Unavailable as reason:
        pytest.skip(str(reason))


def models(*more: sa.Column[int]) -> sa.MetaData:
    """Two tables that refer to each other and to themselves."""
    metadata = sa.MetaData()
    sa.Table("Parent", metadata, sa.Column("Id", sa.Integer, primary_key=True))
    child = sa.Table(
        "ChildTable",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("Parent", sa.ForeignKey("Parent.Id", name="FK_Parent")),
        sa.Column("up", sa.ForeignKey("ChildTable.id")),
        sa.Column("Name", sa.String(20), index=True),
        *more,
        comment="It's",
    )
    sa.Index("IX_Two", child.c.Name, child.c.Parent)
    return metadata


@pytest.mark.long
def test_what_was_created_from_models_does_not_differ_from_them(trip: Trip) -> None:
    with trip.emptied():
        models().create_all(trip.engine)
        assert sa.inspect(trip.engine).get_table_names() == ["childtable", "parent"]
        assert trip.missing(models()) == ""


@pytest.mark.long
def test_a_table_that_changes_is_still_the_same_one(trip: Trip) -> None:
    with trip.emptied():
        models().create_all(trip.engine)
        upgrade = trip.script(models(sa.Column("more", sa.Integer))).upgrade
    assert upgrade == 'op.add_column("ChildTable", sa.Column("more", sa.Integer(), nullable=True))\n'


@pytest.mark.long
def test_models_go_there_and_back(trip: Trip) -> None:
    assert problems_on_the_way(trip, models(), models(sa.Column("more", sa.Integer))) == []
    assert problems_on_the_way(trip, models(), sa.MetaData()) == []
