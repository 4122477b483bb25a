"""Tables of other databases, rows, and the version table, on MySQL and MariaDB."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy import Column, Integer, String, text

from testing.databases import Database
from testing.wings import Action, apply, catalog, dedent, sql_of
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext


def start(op: Operations) -> None:
    op.create_table(
        "t",
        Column("id", Integer, primary_key=True),
        Column("a", Integer, nullable=False),
        Column("b", String(30), server_default="7", comment="bee"),
    )
    op.create_index("ix_t_b", "t", ["b"])
    op.bulk_insert(sa.table("t", sa.column("id"), sa.column("a")), [{"id": 1, "a": 5}])


def test_effect_in_another_database(mysql_database: Database, new_database: Callable[[str], Database]) -> None:
    # schema= names a database of the server; nothing of the same name in the connection's own is touched.
    other = str(sa.make_url(new_database("mysql").url).database)
    steps: dict[str, Action] = {
        "CREATE TABLE s.t (\n    id INTEGER NOT NULL AUTO_INCREMENT,\n    a INTEGER,\n    PRIMARY KEY (id)\n);": (
            lambda op: op.create_table("t", Column("id", Integer, primary_key=True), Column("a", Integer), schema=other)
        ),
        "ALTER TABLE s.t ADD COLUMN x INTEGER COMMENT 'ex';": lambda op: op.add_column(
            "t", Column("x", Integer, comment="ex"), schema=other
        ),
        "ALTER TABLE s.t MODIFY x BIGINT NULL COMMENT 'ex';": lambda op: op.alter_column(
            "t", "x", type_=sa.BigInteger(), existing_comment="ex", schema=other
        ),
        "ALTER TABLE s.t ALTER COLUMN x SET DEFAULT '5';": lambda op: op.alter_column(
            "t", "x", server_default="5", schema=other
        ),
        "ALTER TABLE s.t RENAME COLUMN x TO y;": lambda op: op.alter_column(
            "t", "x", new_column_name="y", schema=other
        ),
        "CREATE INDEX ix_y ON s.t (y);": lambda op: op.create_index("ix_y", "t", ["y"], schema=other),
        "CREATE INDEX ix_a ON s.t (a);": lambda op: op.create_index("ix_a", "t", ["a"], schema=other),
        "DROP INDEX ix_a ON s.t;": lambda op: op.drop_index("ix_a", "t", schema=other),
        "ALTER TABLE s.t DROP COLUMN a;": lambda op: op.drop_column("t", "a", schema=other),
        "ALTER TABLE s.t RENAME TO s.u;": lambda op: op.rename_table("t", "u", schema=other),
    }
    apply(mysql_database, start)
    before = catalog(mysql_database)
    for sql, step in steps.items():
        assert sql_of("mysql", step).replace(other, "s") == sql
        apply(mysql_database, step)

    assert catalog(mysql_database) == before
    assert catalog(mysql_database, other) == [
        "column u.id INTEGER not null auto_increment",
        "column u.y BIGINT null default 5 -- ex",
        "index u.ix_y (y)",
        "primary key u (id)",
        "table u",
    ]


def test_bulk_insert_and_execute(mysql_database: Database) -> None:
    def fill(op: Operations) -> None:
        rows = sa.table("t", sa.column("id", Integer), sa.column("a", Integer), sa.column("b", String))
        op.bulk_insert(rows, [{"id": 2, "a": 1, "b": "it's 5% :x \\ %s"}, {"id": 3, "a": 2, "b": None}])
        op.bulk_insert(rows, [{"id": 4, "a": op.inline_literal(7), "b": text("upper('q')")}])
        op.execute(text("UPDATE t SET b = :b WHERE a = 2").bindparams(b='{"a":1}'))
        op.execute("UPDATE t SET b = concat(b, ':c 5%') WHERE b LIKE 'Q%'")

    assert sql_of("mysql", fill) == dedent(
        r"""
        INSERT INTO t (id, a, b) VALUES (2, 1, 'it''s 5% :x \\ %s');

        INSERT INTO t (id, a, b) VALUES (3, 2, NULL);

        INSERT INTO t (id, a, b) VALUES (4, 7, upper('q'));

        UPDATE t SET b = '{"a":1}' WHERE a = 2;

        UPDATE t SET b = concat(b, ':c 5%') WHERE b LIKE 'Q%';
        """
    )
    apply(mysql_database, start)
    apply(mysql_database, fill)
    with mysql_database.engine().connect() as connection:
        assert connection.execute(text("SELECT id, a, b FROM t ORDER BY id")).all() == [
            (1, 5, "7"),
            (2, 1, "it's 5% :x \\ %s"),
            (3, 2, '{"a":1}'),
            (4, 7, "Q:c 5%"),
        ]


def test_the_version_table_holds_the_longest_id(mysql_database: Database) -> None:
    """A primary key of VARCHAR(255) fits under utf8mb4, four bytes a character."""
    with mysql_database.engine().begin() as connection:
        context = MigrationContext.configure(connection)
        table = context.impl.version_table_impl(
            version_table="whimbrel_version", version_table_schema=None, version_table_pk=True
        )
        context.impl.create_table(table)
        connection.execute(table.insert(), {"version_num": "é" * 255})
        assert connection.execute(table.select()).scalar_one() == "é" * 255
    assert "primary key whimbrel_version (version_num)" in catalog(mysql_database)
