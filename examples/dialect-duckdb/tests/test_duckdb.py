"""What is particular to DuckDB: its catalog, and tables that something depends on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import CompileError, NoSuchTableError
from whimbrel_duckdb.reflection import DuckDBInspector, reflected_table

from whimbrel.errors import CommandError
from whimbrel.testing import apply, catalog, sql_of

SCHEMA = """
CREATE TABLE parent (id INTEGER PRIMARY KEY);
CREATE TABLE "odd table" (
    id BIGINT PRIMARY KEY,
    "two words" VARCHAR DEFAULT 'x' NOT NULL,
    price DECIMAL(10, 2),
    tags VARCHAR[],
    moment TIMESTAMP WITH TIME ZONE,
    double_price DECIMAL(10, 2) GENERATED ALWAYS AS (price * 2),
    parent_id INTEGER REFERENCES parent (id),
    CHECK (price > 0),
    UNIQUE (price, "two words")
);
CREATE UNIQUE INDEX "odd index" ON "odd table" ("two words");
CREATE INDEX ix_lower ON "odd table" (lower("two words"), price);
COMMENT ON TABLE "odd table" IS 'it''s';
COMMENT ON COLUMN "odd table".price IS '5%';
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = sa.create_engine(f"duckdb:///{tmp_path / 'test.duckdb'}")
    yield engine
    engine.dispose()


def test_a_table_is_created_again_as_it_was_reflected(engine: sa.Engine) -> None:
    with engine.begin() as connection:
        for statement in filter(str.strip, SCHEMA.split(";")):
            connection.exec_driver_sql(statement)
    with engine.connect() as connection:
        inspector = DuckDBInspector(connection)
        before = catalog(inspector)
        table = reflected_table(inspector, "odd table", None)
    assert [line for line in before if "odd table" in line] == [
        "check odd table.odd table_price_check (price > 0)",
        "column odd table.double_price NUMERIC(10, 2) null computed (price * 2)",
        "column odd table.id BIGINT not null",
        "column odd table.moment TIMESTAMP WITH TIME ZONE null",
        "column odd table.parent_id INTEGER null",
        "column odd table.price NUMERIC(10, 2) null -- 5%",
        "column odd table.tags VARCHAR[] null",
        "column odd table.two words VARCHAR not null default 'x'",
        "foreign key odd table.odd table_parent_id_id_fkey (parent_id) -> parent (id)",
        'index odd table.ix_lower ((lower("two words")), price)',
        "index odd table.odd index (two words) unique",
        "primary key odd table (id)",
        "table odd table -- it's",
        "unique odd table.odd table_price_two words_key (price, two words)",
    ]

    sa.Table("parent", table.metadata, sa.Column("id", sa.Integer))  # reflection leaves it to whoever wants it
    apply(engine, lambda op: op.drop_table("odd table"))
    apply(engine, lambda op: op.impl.create_table(table))
    with engine.connect() as connection:
        assert catalog(DuckDBInspector(connection)) == before


def test_a_table_that_is_not_there(engine: sa.Engine) -> None:
    with engine.connect() as connection, pytest.raises(NoSuchTableError, match="nobody"):
        reflected_table(DuckDBInspector(connection), "nobody", None)


def test_a_table_with_an_index_cannot_be_altered_and_the_message_says_what_to_do(engine: sa.Engine) -> None:
    apply(engine, lambda op: op.create_table("t", sa.Column("a", sa.Integer, index=True), sa.Column("b", sa.Integer)))
    with pytest.raises(CommandError, match="Drop what depends on it in a revision before this one"):
        apply(engine, lambda op: op.drop_column("t", "b"))


def test_what_is_computed_is_not_stored() -> None:
    column = sa.Column("b", sa.Integer, sa.Computed("a * 2"))
    text = sql_of("duckdb", lambda op: op.create_table("t", sa.Column("a", sa.Integer), column))
    assert "b INTEGER GENERATED ALWAYS AS (a * 2) VIRTUAL" in text
    stored = sa.Column("b", sa.Integer, sa.Computed("a * 2", persisted=True))
    with pytest.raises(CompileError, match="leave persisted=True out"):
        sql_of("duckdb", lambda op: op.create_table("t", sa.Column("a", sa.Integer), stored))


def test_a_renamed_table_stays_in_its_schema() -> None:
    text = sql_of("duckdb", lambda op: op.rename_table("t", "u", schema="s"))
    assert text == "ALTER TABLE s.t RENAME TO u;"
