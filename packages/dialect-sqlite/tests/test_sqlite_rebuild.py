"""A table made anew has its own CREATE TABLE, in which that has changed which was asked for, and nothing else."""

from __future__ import annotations

from typing import NamedTuple

import pytest
from sqlalchemy import Boolean, CheckConstraint, Column, Computed, Date, Integer, String, func

from testing.databases import Database
from testing.sqlite import script, text_of_table
from testing.wings import apply, dedent
from whimbrel.operations import BatchOperations, Operations


class Rebuild(NamedTuple):
    """A table, a block of ``batch_alter_table``, and the table after it."""

    before: str
    block: object
    after: str


def nothing(batch: BatchOperations) -> None:
    """Only the table is made anew."""


CASES: dict[str, Rebuild] = {
    "nothing changes": Rebuild(
        """
        CREATE TABLE t (
          "a ""1" INTEGER CONSTRAINT pk PRIMARY KEY DESC ON CONFLICT FAIL, -- the first, (not 'second'
          `b` varchar ( 10 , 2 ) CONSTRAINT nn NOT NULL ON CONFLICT IGNORE DEFAULT -1.5e3 COLLATE nocase
            CHECK (b <> ')'),
          [c d] UNSIGNED BIG INT default (abs(-1) || 'it''s') references t(e) on delete set null match full
            not deferrable initially deferred, /* , */
          e FANCY_TYPE(1) UNIQUE ON CONFLICT REPLACE CHECK (e > 0) CONSTRAINT named CHECK (e < 9),
          f TEXT GENERATED ALWAYS AS (b || "c d") STORED NOT NULL,
          g AS (e + 1),
          CHECK (e IS NOT b), CONSTRAINT uq UNIQUE (b COLLATE binary DESC, e) ON CONFLICT ROLLBACK
          CONSTRAINT fk FOREIGN KEY (b, e) REFERENCES other DEFERRABLE -- the last
        )
        """,
        nothing,
        """
        CREATE TABLE "t" (
          "a ""1" INTEGER CONSTRAINT pk PRIMARY KEY DESC ON CONFLICT FAIL, -- the first, (not 'second'
          `b` varchar ( 10 , 2 ) CONSTRAINT nn NOT NULL ON CONFLICT IGNORE DEFAULT -1.5e3 COLLATE nocase
            CHECK (b <> ')'),
          [c d] UNSIGNED BIG INT default (abs(-1) || 'it''s') references t(e) on delete set null match full
            not deferrable initially deferred, /* , */
          e FANCY_TYPE(1) UNIQUE ON CONFLICT REPLACE CHECK (e > 0) CONSTRAINT named CHECK (e < 9),
          f TEXT GENERATED ALWAYS AS (b || "c d") STORED NOT NULL,
          g AS (e + 1),
          CHECK (e IS NOT b), CONSTRAINT uq UNIQUE (b COLLATE binary DESC, e) ON CONFLICT ROLLBACK
          CONSTRAINT fk FOREIGN KEY (b, e) REFERENCES other DEFERRABLE -- the last
        )
        """,
    ),
    "options of the table": Rebuild(
        "CREATE TABLE t(a TEXT, b INT, c ANY, PRIMARY KEY (b DESC, a)) STRICT, WITHOUT ROWID",
        nothing,
        'CREATE TABLE "t"(a TEXT, b INT, c ANY, PRIMARY KEY (b DESC, a)) STRICT, WITHOUT ROWID',
    ),
    "a type": Rebuild(
        "CREATE TABLE t (a varchar(10) COLLATE nocase DEFAULT 'x' /* keep */ NOT NULL, b)",
        lambda batch: (batch.alter_column("a", type_=String(50)), batch.alter_column("b", type_=Date())),
        """CREATE TABLE "t" (a VARCHAR(50) COLLATE nocase DEFAULT 'x' /* keep */ NOT NULL, b DATE)""",
    ),
    "a type with a collation": Rebuild(
        "CREATE TABLE t (a varchar(10) COLLATE nocase NOT NULL)",
        lambda batch: batch.alter_column("a", type_=String(50, collation="RTRIM")),
        'CREATE TABLE "t" (a VARCHAR(50) COLLATE "RTRIM" NOT NULL)',
    ),
    "a type that had a collation": Rebuild(
        "CREATE TABLE t (a varchar(10) COLLATE nocase NOT NULL)",
        lambda batch: batch.alter_column("a", existing_type=String(10, collation="nocase"), type_=String(50)),
        'CREATE TABLE "t" (a VARCHAR(50) NOT NULL)',
    ),
    "NOT NULL goes": Rebuild(
        "CREATE TABLE t (a INT CONSTRAINT nn NOT NULL ON CONFLICT FAIL UNIQUE, b INT NOT NULL)",
        lambda batch: batch.alter_column("a", nullable=True),
        'CREATE TABLE "t" (a INT UNIQUE, b INT NOT NULL)',
    ),
    "NOT NULL comes": Rebuild(
        "CREATE TABLE t (\n  a INT NULL, -- a\n  b INT -- b\n)",
        lambda batch: (batch.alter_column("a", nullable=False), batch.alter_column("b", nullable=False)),
        'CREATE TABLE "t" (\n  a INT NOT NULL, -- a\n  b INT NOT NULL -- b\n)',
    ),
    "defaults": Rebuild(
        "CREATE TABLE t (a INT DEFAULT 5 UNIQUE, b TEXT, c TEXT DEFAULT ('x' || 'y'), d DEFAULT 1)",
        lambda batch: (
            batch.alter_column("a", server_default=None),
            batch.alter_column("b", server_default="it's"),
            batch.alter_column("c", server_default=func.now()),
        ),
        """CREATE TABLE "t" (a INT UNIQUE, b TEXT DEFAULT 'it''s', c TEXT DEFAULT CURRENT_TIMESTAMP, d DEFAULT 1)""",
    ),
    "computed columns": Rebuild(
        "CREATE TABLE t (a INT, b INT AS (a + 1), c INT GENERATED ALWAYS AS (a) STORED UNIQUE)",
        lambda batch: (
            batch.alter_column("b", server_default=Computed("a + 2", persisted=True)),
            batch.alter_column("a", new_column_name="aa", nullable=False),
        ),
        'CREATE TABLE "t" ("aa" INT NOT NULL, b INT GENERATED ALWAYS AS (aa + 2) STORED, '
        'c INT GENERATED ALWAYS AS ("aa") STORED UNIQUE)',
    ),
    "names change places": Rebuild(
        "CREATE TABLE t (a INT CHECK (a > 0), b TEXT, UNIQUE (a, b))",
        lambda batch: (
            batch.alter_column("a", new_column_name="x"),
            batch.alter_column("b", new_column_name="a"),
            batch.alter_column("x", new_column_name="b", nullable=False),
        ),
        'CREATE TABLE "t" ("b" INT CHECK ("b" > 0) NOT NULL, "a" TEXT, UNIQUE ("b", "a"))',
    ),
    "a name is taken over": Rebuild(
        "CREATE TABLE t (id INT, a INT, b INT)",
        lambda batch: (batch.drop_column("a"), batch.alter_column("b", new_column_name="a", nullable=False)),
        'CREATE TABLE "t" (id INT, "a" INT NOT NULL)',
    ),
    "columns come": Rebuild(
        "CREATE TABLE t (\n    id INTEGER PRIMARY KEY,\n    a INT,\n    CHECK (a > 0)\n)",
        lambda batch: (
            batch.add_column(Column("b", Integer, CheckConstraint("b > 1"), nullable=False, server_default="5")),
            batch.add_column(Column("c", Integer, unique=True), insert_after="id"),
            batch.add_column(Column("d", Integer, Computed("a * 2", persisted=True))),
        ),
        'CREATE TABLE "t" (\n    id INTEGER PRIMARY KEY,\n    c INTEGER,\n    a INT,\n'
        "    b INTEGER DEFAULT '5' NOT NULL,\n    d INTEGER GENERATED ALWAYS AS (a * 2) STORED,\n"
        "    CHECK (a > 0),\n    CHECK (b > 1),\n    UNIQUE (c)\n)",
    ),
    "a column goes, with what is its own": Rebuild(
        "CREATE TABLE t (id INT, a INT UNIQUE CHECK (a > 0) REFERENCES o, b INT, UNIQUE (a, b), CHECK (b > 0))",
        lambda batch: batch.drop_column("a"),
        'CREATE TABLE "t" (id INT, b INT, CHECK (b > 0))',
    ),
    "constraints go by name": Rebuild(
        "CREATE TABLE t (id INT CONSTRAINT pk PRIMARY KEY, a INT CONSTRAINT ck CHECK (a > 0) CHECK (a < 9),\n"
        "  b INT CONSTRAINT fk REFERENCES o ON DELETE CASCADE NOT NULL DEFERRABLE,\n"
        "  CONSTRAINT uq UNIQUE (a), UNIQUE (b))",
        lambda batch: [batch.drop_constraint(name) for name in ("pk", "ck", "fk", "uq")],
        'CREATE TABLE "t" (id INT, a INT CHECK (a < 9),\n  b INT NOT NULL, UNIQUE (b))',
    ),
    "constraints come": Rebuild(
        "CREATE TABLE t (id INT, a INT)",
        lambda batch: (
            batch.create_primary_key("pk", ["id"]),
            batch.create_foreign_key("fk", "o", ["a"], ["id"], ondelete="CASCADE"),
            batch.create_check_constraint("ck", "a > 0"),
            batch.create_unique_constraint("uq", ["a"]),
        ),
        'CREATE TABLE "t" (id INT, a INT, CONSTRAINT pk PRIMARY KEY (id), '
        "CONSTRAINT fk FOREIGN KEY(a) REFERENCES o (id) ON DELETE CASCADE, "
        "CONSTRAINT ck CHECK (a > 0), CONSTRAINT uq UNIQUE (a))",
    ),
    "another primary key": Rebuild(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT NOT NULL)",
        lambda batch: batch.create_primary_key("pk", ["id", "a"]),
        'CREATE TABLE "t" (id INTEGER, a INT NOT NULL, CONSTRAINT pk PRIMARY KEY (id, a))',
    ),
    "the CHECK of a Boolean": Rebuild(
        "CREATE TABLE t (a INT, CHECK (a IN (0, 1)), CHECK (a < 5))",
        lambda batch: batch.alter_column("a", existing_type=Boolean(create_constraint=True), type_=Integer()),
        'CREATE TABLE "t" (a INTEGER, CHECK (a < 5))',
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_the_text_of_the_table(sqlite_database: Database, name: str) -> None:
    case = CASES[name]
    script(sqlite_database, dedent(case.before))

    def change(op: Operations) -> None:
        with op.batch_alter_table("t", recreate="always") as batch:
            case.block(batch)  # type: ignore[operator]  # a lambda that returns whatever it returns

    apply(sqlite_database, change)
    assert text_of_table(sqlite_database, "t") == dedent(case.after)


def test_options_of_the_table_change(sqlite_database: Database) -> None:
    script(sqlite_database, "CREATE TABLE t (id INTEGER PRIMARY KEY, a INT) STRICT")

    def change(**options: bool) -> str:
        def action(op: Operations) -> None:
            with op.batch_alter_table("t", recreate="always", table_kwargs=options):
                pass

        apply(sqlite_database, action)
        return text_of_table(sqlite_database, "t")

    assert change(sqlite_with_rowid=False) == 'CREATE TABLE "t" (id INTEGER PRIMARY KEY, a INT) STRICT, WITHOUT ROWID'
    assert change(sqlite_with_rowid=True) == 'CREATE TABLE "t" (id INTEGER PRIMARY KEY, a INT) STRICT'
    expected = 'CREATE TABLE "t" (id INTEGER PRIMARY KEY AUTOINCREMENT, a INT) STRICT'
    assert change(sqlite_autoincrement=True) == expected


def test_a_naming_convention_names_what_has_no_name(sqlite_database: Database) -> None:
    script(sqlite_database, "CREATE TABLE t (a INT UNIQUE, b INT CHECK (b > 0), UNIQUE (b))")

    def change(op: Operations) -> None:
        with op.batch_alter_table("t", naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s"}) as batch:
            batch.drop_constraint("uq_t_b")

    apply(sqlite_database, change)
    after = 'CREATE TABLE "t" (a INT CONSTRAINT "uq_t_a" UNIQUE, b INT CHECK (b > 0))'
    assert text_of_table(sqlite_database, "t") == after
