"""Each basic operation on SQLite: the SQL it becomes, what that does to a real database, and back again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import Boolean, Column, ForeignKey, Integer, String, text

from testing.databases import Database
from testing.wings import Case, apply, dedent, effect_and_back, sql_of
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext

NewDatabase = Callable[[str], Database]


def start(op: Operations) -> None:
    """The schema that each case begins with: two tables, an index, a row."""
    op.create_table("owner", Column("id", Integer, primary_key=True))
    op.create_table(
        "t",
        Column("id", Integer, primary_key=True),
        Column("a", Integer, nullable=False),
        Column("b", String(30), server_default="7"),
    )
    op.create_index("ix_t_a", "t", ["a"])
    op.bulk_insert(sa.table("t", sa.column("id"), sa.column("a")), [{"id": 1, "a": 5}])


CASES = {
    "create_table": Case(
        action=lambda op: op.create_table(
            "u",
            Column("id", Integer, primary_key=True, comment="passed over: SQLite has no comments"),
            Column("name", String(30), nullable=False, server_default="x", index=True),
            Column("owner_id", Integer, ForeignKey("owner.id", name="fk_owner", ondelete="CASCADE")),
            comment="so is this",
        ),
        sql="""
            CREATE TABLE u (
                id INTEGER NOT NULL,
                name VARCHAR(30) DEFAULT 'x' NOT NULL,
                owner_id INTEGER,
                PRIMARY KEY (id),
                CONSTRAINT fk_owner FOREIGN KEY(owner_id) REFERENCES owner (id) ON DELETE CASCADE
            );

            CREATE INDEX ix_u_name ON u (name);
        """,
        effect="""
            + column u.id INTEGER not null
            + column u.name VARCHAR(30) not null default 'x'
            + column u.owner_id INTEGER null
            + foreign key u.fk_owner (owner_id) -> owner (id) ondelete CASCADE
            + index u.ix_u_name (name)
            + primary key u (id)
            + table u
        """,
        reverse=lambda op: op.drop_table("u"),
    ),
    "create_table_if_not_exists": Case(
        action=lambda op: op.create_table("t", Column("a", Integer, index=True), if_not_exists=True),
        sql="""
            CREATE TABLE IF NOT EXISTS t (
                a INTEGER
            );

            CREATE INDEX IF NOT EXISTS ix_t_a ON t (a);
        """,
        effect="",
        reverse=lambda op: None,
    ),
    "drop_table": Case(
        action=lambda op: op.drop_table("owner"),
        sql="DROP TABLE owner;",
        effect="""
            - column owner.id INTEGER not null
            - primary key owner (id)
            - table owner
        """,
        reverse=lambda op: op.create_table("owner", Column("id", Integer, primary_key=True)),
    ),
    "drop_table_if_exists": Case(
        action=lambda op: op.drop_table("absent", if_exists=True),
        sql="DROP TABLE IF EXISTS absent;",
        effect="",
        reverse=lambda op: None,
    ),
    "rename_table": Case(
        action=lambda op: op.rename_table("owner", "keeper"),
        sql="ALTER TABLE owner RENAME TO keeper;",
        effect="""
            - column owner.id INTEGER not null
            - primary key owner (id)
            - table owner
            + column keeper.id INTEGER not null
            + primary key keeper (id)
            + table keeper
        """,
        reverse=lambda op: op.rename_table("keeper", "owner"),
    ),
    "add_column": Case(
        action=lambda op: op.add_column("t", Column("x", Integer, comment="passed over", index=True)),
        sql="""
            ALTER TABLE t ADD COLUMN x INTEGER;

            CREATE INDEX ix_t_x ON t (x);
        """,
        effect="""
            + column t.x INTEGER null
            + index t.ix_t_x (x)
        """,
        reverse=lambda op: (op.drop_index("ix_t_x"), op.drop_column("t", "x")),
    ),
    "add_column_not_null": Case(
        action=lambda op: op.add_column("t", Column("x", String(20), nullable=False, server_default="it's %s")),
        sql="ALTER TABLE t ADD COLUMN x VARCHAR(20) DEFAULT 'it''s %s' NOT NULL;",
        effect="+ column t.x VARCHAR(20) not null default 'it''s %s'",
        reverse=lambda op: op.drop_column("t", "x"),
    ),
    "add_column_with_check": Case(
        action=lambda op: op.add_column("t", Column("x", Integer, sa.CheckConstraint("x > 5", name="ck_x"))),
        sql="ALTER TABLE t ADD COLUMN x INTEGER CONSTRAINT ck_x CHECK (x > 5);",
        effect="""
            + check t.ck_x x > 5
            + column t.x INTEGER null
        """,
        reverse=lambda op: op.drop_column("t", "x"),
    ),
    "add_column_with_the_check_of_its_type": Case(
        action=lambda op: op.add_column("t", Column("x", Boolean(create_constraint=True, name="ck_x"))),
        sql="ALTER TABLE t ADD COLUMN x BOOLEAN CONSTRAINT ck_x CHECK (x IN (0, 1));",
        effect="""
            + check t.ck_x x IN (0, 1)
            + column t.x BOOLEAN null
        """,
        reverse=lambda op: op.drop_column("t", "x"),
    ),
    "add_column_with_foreign_key": Case(
        action=lambda op: op.add_column("t", Column("x", Integer, ForeignKey("owner.id", ondelete="CASCADE"))),
        sql="ALTER TABLE t ADD COLUMN x INTEGER REFERENCES owner (id) ON DELETE CASCADE;",
        effect="""
            + column t.x INTEGER null
            + foreign key t.None (x) -> owner (id)
        """,
        reverse=lambda op: op.drop_column("t", "x"),
    ),
    "drop_column": Case(
        action=lambda op: op.drop_column("t", "b"),
        sql="ALTER TABLE t DROP COLUMN b;",
        effect="- column t.b VARCHAR(30) null default '7'",
        reverse=lambda op: op.add_column("t", Column("b", String(30), server_default="7")),
    ),
    "alter_column_name": Case(
        action=lambda op: op.alter_column("t", "a", new_column_name="Select", existing_type=Integer()),
        sql='ALTER TABLE t RENAME COLUMN a TO "Select";',
        effect="""
            - column t.a INTEGER not null
            - index t.ix_t_a (a)
            + column t.Select INTEGER not null
            + index t.ix_t_a (Select)
        """,
        reverse=lambda op: op.alter_column("t", "Select", new_column_name="a"),
    ),
    "alter_column_comment": Case(
        action=lambda op: op.alter_column("t", "a", comment="passed over, as in create_table"),
        sql="",
        effect="",
        reverse=lambda op: None,
    ),
    "create_index": Case(
        action=lambda op: op.create_index(
            "ix_t_ab", "t", ["a", "b"], unique=True, sqlite_where=text("b LIKE 'x%'"), if_not_exists=True
        ),
        sql="CREATE UNIQUE INDEX IF NOT EXISTS ix_t_ab ON t (a, b) WHERE b LIKE 'x%';",
        effect="+ index t.ix_t_ab (a, b) unique sqlite_where=b LIKE 'x%'",
        reverse=lambda op: op.drop_index("ix_t_ab"),
    ),
    "drop_index": Case(
        action=lambda op: op.drop_index("ix_t_a", "t", if_exists=True),
        sql="DROP INDEX IF EXISTS ix_t_a;",
        effect="- index t.ix_t_a (a)",
        reverse=lambda op: op.create_index("ix_t_a", "t", ["a"]),
    ),
    "odd_names": Case(
        action=lambda op: (
            op.create_table('my "t" %s :x `q`', Column("a b%c", Integer), Column("Größe", Integer)),
            op.rename_table('my "t" %s :x `q`', "order"),
            op.add_column("order", Column("it's", String(3))),
            op.alter_column("order", "a b%c", new_column_name="user"),
            op.create_index("ix %", "order", ["user", "Größe"]),
            op.alter_column("order", "Größe", new_column_name="é" * 31 + "x"),
        ),
        sql="""
            CREATE TABLE "my ""t"" %s :x `q`" (
                "a b%c" INTEGER,
                "Größe" INTEGER
            );

            ALTER TABLE "my ""t"" %s :x `q`" RENAME TO "order";

            ALTER TABLE "order" ADD COLUMN "it's" VARCHAR(3);

            ALTER TABLE "order" RENAME COLUMN "a b%c" TO user;

            CREATE INDEX "ix %" ON "order" (user, "Größe");

            ALTER TABLE "order" RENAME COLUMN "Größe" TO "{long}";
        """.replace("{long}", "é" * 31 + "x"),
        effect="""
            + column order.it's VARCHAR(3) null
            + column order.user INTEGER null
            + column order.{long} INTEGER null
            + index order.ix % (user, {long})
            + table order
        """.replace("{long}", "é" * 31 + "x"),
        reverse=lambda op: op.drop_table("order"),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_sql(name: str) -> None:
    assert sql_of("sqlite", CASES[name].action) == dedent(CASES[name].sql)


@pytest.mark.parametrize("name", CASES)
def test_effect_and_back(sqlite_database: Database, name: str) -> None:
    assert effect_and_back(sqlite_database, start, CASES[name]) == (dedent(CASES[name].effect), "")


def test_bulk_insert_and_execute(sqlite_database: Database) -> None:
    def fill(op: Operations) -> None:
        rows = sa.table("t", sa.column("id", Integer), sa.column("a", Integer), sa.column("b", String))
        op.bulk_insert(rows, [{"id": 2, "a": 1, "b": "it's 5% :x \\ ?"}, {"id": 3, "a": 2, "b": None}])
        op.bulk_insert(rows, [{"id": 4, "a": op.inline_literal(7), "b": text("upper('q')")}])
        op.execute(text("UPDATE t SET b = :b WHERE a = 2").bindparams(b='{"a":1}'))
        op.execute("UPDATE t SET b = b || ':c 5%' WHERE b LIKE 'Q%'")

    assert sql_of("sqlite", fill) == dedent(
        r"""
        INSERT INTO t (id, a, b) VALUES (2, 1, 'it''s 5% :x \ ?');

        INSERT INTO t (id, a, b) VALUES (3, 2, NULL);

        INSERT INTO t (id, a, b) VALUES (4, 7, upper('q'));

        UPDATE t SET b = '{"a":1}' WHERE a = 2;

        UPDATE t SET b = b || ':c 5%' WHERE b LIKE 'Q%';
        """
    )
    apply(sqlite_database, start)
    apply(sqlite_database, fill)
    with sqlite_database.engine().connect() as connection:
        assert connection.execute(text("SELECT id, a, b FROM t ORDER BY id")).all() == [
            (1, 5, "7"),
            (2, 1, "it's 5% :x \\ ?"),
            (3, 2, '{"a":1}'),
            (4, 7, "Q:c 5%"),
        ]


def test_effect_in_an_attached_file(sqlite_database: Database, new_database: NewDatabase) -> None:
    # schema="other" is another file, attached under that name.
    other = sa.make_url(new_database("sqlite").url).database
    with sqlite_database.engine().connect() as connection:
        connection.execute(text("ATTACH :file AS other"), {"file": other})
        connection.rollback()
        context = MigrationContext.configure(connection)
        with context.begin_transaction():
            op = Operations(context)
            op.create_table("t", Column("id", Integer, primary_key=True), Column("a", Integer), schema="other")
            op.add_column("t", Column("x", Integer, ForeignKey("other.t.id")), schema="other")
            op.alter_column("t", "x", new_column_name="y", schema="other")
            op.create_index("ix_a", "t", ["a"], schema="other")
            op.create_index("ix_y", "t", ["y"], schema="other")
            op.drop_index("ix_a", schema="other")
            op.drop_column("t", "a", schema="other")
            op.rename_table("t", "u", schema="other")
        inspector = sa.inspect(connection)
        assert inspector.get_table_names() == []
        assert inspector.get_table_names(schema="other") == ["u"]
        assert [column["name"] for column in inspector.get_columns("u", schema="other")] == ["id", "y"]
        assert [index["name"] for index in inspector.get_indexes("u", schema="other")] == ["ix_y"]
        assert [key["referred_table"] for key in inspector.get_foreign_keys("u", schema="other")] == ["u"]


def test_sql_in_an_attached_file() -> None:
    def change(op: Operations) -> None:
        op.add_column("t", Column("x", Integer, ForeignKey("other.t.id")), schema="other")
        op.alter_column("t", "x", new_column_name="y", schema="other")
        op.create_index("ix_y", "t", ["y"], schema="other")
        op.drop_index("ix_y", schema="other")
        op.rename_table("t", "u", schema="other")

    assert sql_of("sqlite", change) == dedent(
        """
        ALTER TABLE other.t ADD COLUMN x INTEGER REFERENCES t (id);

        ALTER TABLE other.t RENAME COLUMN x TO y;

        CREATE INDEX other.ix_y ON t (y);

        DROP INDEX other.ix_y;

        ALTER TABLE other.t RENAME TO u;
        """
    )
