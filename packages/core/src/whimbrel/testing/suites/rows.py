"""Rows: what goes in comes out again, on a connection and from text."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from sqlalchemy import (
    Boolean,
    Column,
    Date,
    DateTime,
    Engine,
    Float,
    LargeBinary,
    Numeric,
    String,
    column,
    func,
    select,
    table,
    text,
)

from whimbrel.operations import Operations
from whimbrel.testing.running import apply
from whimbrel.testing.suites.base import AsText, Connected, SuiteBase
from whimbrel.testing.suites.start import account, key

WORDS = (
    "plain",
    "it's",
    '50% off "now"',
    "a:b :c \\: d\\e",
    "größe ✓ 日本",
    "two\nlines",
    "%s %(name)s %%",
    "-- no",
    "{x}",
)


def everything(op: Operations) -> Any:
    """Create a table with a column of each common type."""
    return op.create_table(
        "everything",
        key(),
        Column("word", String(100)),
        Column("yes", Boolean(create_constraint=False)),
        Column("day", Date),
        Column("moment", DateTime),
        Column("amount", Numeric(10, 2, asdecimal=False)),
        Column("ratio", Float),
        Column("raw", LargeBinary),
        Column("given", String(20), server_default="by the database"),
    )


def rows() -> list[dict[str, Any]]:
    """Return rows with every word, and one of NULLs."""
    full = [
        {
            "id": number,
            "word": word,
            "yes": number % 2 == 0,
            "day": datetime.date(2024, 2, 29),
            "moment": datetime.datetime(2024, 2, 29, 23, 59, 58),
            "amount": 12.5,
            "ratio": 0.25,
            "raw": b"\x00\xff'\\%",
        }
        for number, word in enumerate(WORDS)
    ]
    return [*full, {"id": 100, **dict.fromkeys(("word", "yes", "day", "moment", "amount", "ratio", "raw"))}]


class RowsSuite(SuiteBase):
    """``bulk_insert`` and ``execute``."""

    @pytest.mark.parametrize("way", [Connected, lambda engine: AsText(engine, engine.url)], ids=["connection", "text"])
    @pytest.mark.parametrize("multiinsert", [True, False], ids=["together", "one by one"])
    def test_rows_come_out_as_they_went_in(self, way: Any, multiinsert: bool, engine: Engine) -> None:
        """Each type keeps its values; a default of the database fills what is left out."""
        made: list[Any] = []
        apply(engine, lambda op: made.append(everything(op)))
        way(engine).run(lambda op: op.bulk_insert(made[0], rows(), multiinsert=multiinsert))
        with engine.connect() as connection:
            found = connection.execute(select(made[0]).order_by("id")).mappings().all()
        assert [dict(row) for row in found] == [{**row, "given": "by the database"} for row in rows()]

    @pytest.mark.parametrize("way", [Connected, lambda engine: AsText(engine, engine.url)], ids=["connection", "text"])
    def test_a_row_may_hold_expressions(self, way: Any, engine: Engine) -> None:
        """The database computes them."""
        apply(engine, account)
        lean = table("account", column("id"), column("name", String))
        added = [{"id": 2, "name": func.upper("bob")}, {"id": 3, "name": "plain"}]
        way(engine).run(lambda op: op.bulk_insert(lean, added))
        assert self.names(engine) == ["Ada", "BOB", "plain"]

    @pytest.mark.parametrize("way", [Connected, lambda engine: AsText(engine, engine.url)], ids=["connection", "text"])
    def test_in_a_string_nothing_is_a_parameter(self, way: Any, engine: Engine) -> None:
        """``%`` and ``:`` are what they are."""
        apply(engine, account)
        way(engine).run(lambda op: op.execute("UPDATE account SET name = '50% :off %s'"))
        assert self.names(engine) == ["50% :off %s"]

    @pytest.mark.parametrize("way", [Connected, lambda engine: AsText(engine, engine.url)], ids=["connection", "text"])
    def test_a_parameter_is_bound(self, way: Any, engine: Engine) -> None:
        """``text()`` takes its values along."""
        apply(engine, account)
        statement = text("UPDATE account SET name = :name WHERE id = :id").bindparams(name="it's 5%", id=1)
        way(engine).run(lambda op: op.execute(statement))
        assert self.names(engine) == ["it's 5%"]

    def names(self, engine: Engine) -> list[str]:
        """Return the names in ``account``, in the order of the ids."""
        lean = table("account", column("id"), column("name", String))
        with engine.connect() as connection:
            return list(connection.scalars(select(lean.c.name).order_by(lean.c.id)))
