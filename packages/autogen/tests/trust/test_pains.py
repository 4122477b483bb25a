"""What users of other tools suffered: noise and silence in comparisons. The rows are those of the list of pains."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from testing.databases import BACKENDS
from testing.round_trip import Trip, problems_on_the_way


@pytest.fixture(params=BACKENDS)
def trip(request: pytest.FixtureRequest, new_database) -> Iterator[Trip]:
    made = Trip(new_database(request.param))
    yield made
    made.engine.dispose()


def found(trip: Trip, models: sa.MetaData) -> str:
    """What a script would do after ``create_all()``; nothing, if it is not mistaken."""
    with trip.emptied():
        models.create_all(trip.engine)
        return trip.missing(models)


@pytest.mark.parametrize("trip", ["postgresql"], indirect=True)
@pytest.mark.parametrize("path", ["public", '"other Schema", public', 'public, "other Schema"'])
def test_pains_row_8_foreign_keys_across_schemas_are_not_found_new(trip: Trip, path: str) -> None:
    models = sa.MetaData()
    sa.Table("p", models, sa.Column("id", sa.Integer, primary_key=True), schema="other Schema")
    here = sa.Table("here", models, sa.Column("id", sa.Integer, primary_key=True), schema="public")
    child = sa.Table("c", models, sa.Column("p", sa.Integer), sa.Column("h", sa.Integer), schema="public")
    child.append_constraint(sa.ForeignKeyConstraint(["p"], ["other Schema.p.id"], match="FULL", ondelete="CASCADE"))
    child.append_constraint(sa.ForeignKeyConstraint(["h"], [here.c.id], name="a_name_of_its_own"))
    with trip.emptied():
        models.create_all(trip.engine)
        with trip.engine.begin() as connection:
            connection.exec_driver_sql(f"ALTER DATABASE {connection.engine.url.database} SET search_path = {path}")
        trip.engine.dispose()
        assert trip.missing(models) == ""


@pytest.mark.parametrize("trip", ["sqlite", "postgresql"], indirect=True)
def test_pains_row_9_indexes_over_expressions_are_neither_found_new_nor_missed(trip: Trip) -> None:
    def models(sql: str, condition: str) -> sa.MetaData:
        metadata = sa.MetaData()
        table = sa.Table("t", metadata, sa.Column("a", sa.String(9)), sa.Column("n", sa.Integer))
        sa.Index("ix_sql", sa.text(sql), _table=table)
        sa.Index("ix_lower", sa.func.lower(table.c.a), table.c.n.desc())
        conditions = {f"{name}_where": sa.text(condition) for name in ("sqlite", "postgresql")}
        sa.Index("ix_some", table.c.n, **conditions)
        return metadata

    first = models("coalesce(a, 'It''s')", "n > 0 AND a IS NOT NULL")
    assert found(trip, first) == ""
    assert problems_on_the_way(trip, first, models("coalesce(a, 'none')", "n > 1")) == []


def test_pains_row_10_defaults_are_neither_found_new_nor_missed(trip: Trip) -> None:
    def models(word: str, number: str, when: object) -> sa.MetaData:
        metadata = sa.MetaData()
        sa.Table(
            "t",
            metadata,
            sa.Column("word", sa.String(20), server_default=word),
            sa.Column("number", sa.Numeric(10, 2), server_default=sa.text(number)),
            sa.Column("flag", sa.Boolean, server_default=sa.false()),
            sa.Column("made", sa.DateTime, server_default=when),  # type: ignore[arg-type]  # a function
        )
        return metadata

    first = models("it's 100%", "(1 + 0.5)", sa.func.now())
    assert found(trip, first) == ""
    assert problems_on_the_way(trip, first, models("It's 100%", "(1 + 0.75)", None)) == []


def test_pains_row_11_named_checks_are_neither_noise_nor_silence(trip: Trip) -> None:
    def models(limit: int, words: tuple[str, ...]) -> sa.MetaData:
        metadata = sa.MetaData(naming_convention={"ck": "ck_%(table_name)s_%(constraint_name)s"})
        table = sa.Table("t", metadata, sa.Column("a", sa.Integer), sa.Column("b", sa.String(9)))
        sa.CheckConstraint(table.c.a.between(0, limit), name="between")
        sa.CheckConstraint(table.c.b.in_(words), name="words")
        return metadata

    first = models(9, ("a", "it's"))
    assert found(trip, first) == ""
    assert problems_on_the_way(trip, first, models(10, ("a", "it's", "100%"))) == []


def test_pains_row_22_another_primary_key_is_seen_and_made(trip: Trip) -> None:
    def models(*names: str) -> sa.MetaData:
        metadata = sa.MetaData()
        columns = [sa.Column(name, sa.Integer, nullable=False, autoincrement=False) for name in ("a", "b", "c")]
        sa.Table("t", metadata, *columns, sa.PrimaryKeyConstraint(*names))
        return metadata

    assert found(trip, models("b", "a")) == ""
    assert problems_on_the_way(trip, models("a"), models("a", "b")) == []
    assert problems_on_the_way(trip, models("a", "b"), models("b", "c")) == []


@pytest.mark.parametrize("trip", ["postgresql"], indirect=True)
def test_pains_row_4_enums_are_created_altered_and_dropped(trip: Trip) -> None:
    def models(*values: str) -> sa.MetaData:
        metadata = sa.MetaData()
        mood = postgresql.ENUM(*values, name="mood")
        columns = [sa.Column("a", mood, server_default=values[0]), sa.Column("b", postgresql.ARRAY(mood))]
        sa.Table("t", metadata, *(columns if values[0] != "none" else [sa.Column("id", sa.Integer)]))
        return metadata

    assert found(trip, models("calm", "it's")) == ""
    assert problems_on_the_way(trip, models("calm", "it's"), models("calm", "new", "it's")) == []
    assert problems_on_the_way(trip, models("calm", "it's"), models("calm")) == []
    assert problems_on_the_way(trip, models("none"), models("calm", "it's")) == []


def test_what_computes_a_column_is_told_when_it_differs_and_left_alone(trip: Trip) -> None:
    """No directive comes of it: with the column, indexes and views on it would go. A person is told instead."""

    def models(sql: str) -> sa.MetaData:
        metadata = sa.MetaData()
        sa.Table(
            "t", metadata, sa.Column("a", sa.Integer), sa.Column("x", sa.Integer, sa.Computed(sql, persisted=True))
        )
        return metadata

    with trip.emptied():
        models("a + 1").create_all(trip.engine)
        assert trip.notes(models("a+1")) == []
        assert trip.missing(models("a + 2")) == ""
        (note,) = trip.notes(models("a + 2"))
    assert note.startswith("Column t.x: what it is computed from differs")
    assert "drop the column and add it anew" in note
