"""Each basic operation on PostgreSQL: the SQL it becomes, what that does to a real database, and back again."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Identity, Integer, String, text

from testing.databases import Database
from testing.postgresql import there_and_back
from testing.wings import Case, catalog, dedent, sql_of
from whimbrel.operations import Operations


def start(op: Operations) -> None:
    """The schema that each case begins with: two tables, an index, a row."""
    op.create_table("owner", Column("id", Integer, primary_key=True))
    op.create_table(
        "t",
        Column("id", Integer, primary_key=True),
        Column("a", Integer, nullable=False),
        Column("b", String(30), server_default="7", comment="bee"),
    )
    op.create_index("ix_t_b", "t", ["b"])
    op.bulk_insert(sa.table("t", sa.column("id"), sa.column("a")), [{"id": 1, "a": 5}])


CASES = {
    "create_table": Case(
        action=lambda op: op.create_table(
            "u",
            Column("id", Integer, primary_key=True, comment="it's 5%"),
            Column("name", String(30), nullable=False, server_default="x", index=True),
            Column("owner_id", Integer, ForeignKey("owner.id", name="fk_owner", ondelete="CASCADE")),
            comment="you",
        ),
        sql="""
            CREATE TABLE u (
                id SERIAL NOT NULL,
                name VARCHAR(30) DEFAULT 'x' NOT NULL,
                owner_id INTEGER,
                PRIMARY KEY (id),
                CONSTRAINT fk_owner FOREIGN KEY(owner_id) REFERENCES owner (id) ON DELETE CASCADE
            );

            CREATE INDEX ix_u_name ON u (name);

            COMMENT ON TABLE u IS 'you';

            COMMENT ON COLUMN u.id IS 'it''s 5%';
        """,
        effect="""
            + column u.id INTEGER not null default nextval('u_id_seq'::regclass) -- it's 5%
            + column u.name VARCHAR(30) not null default 'x'::character varying
            + column u.owner_id INTEGER null
            + foreign key u.fk_owner (owner_id) -> owner (id) ondelete CASCADE
            + index u.ix_u_name (name)
            + primary key u (id)
            + table u -- you
        """,
        reverse=lambda op: op.drop_table("u"),
    ),
    "drop_table": Case(
        action=lambda op: op.drop_table("owner"),
        sql="DROP TABLE owner;",
        effect="""
            - column owner.id INTEGER not null default nextval('owner_id_seq'::regclass)
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
            - column owner.id INTEGER not null default nextval('owner_id_seq'::regclass)
            - primary key owner (id)
            - table owner
            + column keeper.id INTEGER not null default nextval('owner_id_seq'::regclass)
            + primary key keeper (id)
            + table keeper
        """,
        reverse=lambda op: op.rename_table("keeper", "owner"),
    ),
    "add_column": Case(
        action=lambda op: op.add_column("t", Column("x", Integer, comment="it's")),
        sql="""
            ALTER TABLE t ADD COLUMN x INTEGER;

            COMMENT ON COLUMN t.x IS 'it''s';
        """,
        effect="+ column t.x INTEGER null -- it's",
        reverse=lambda op: op.drop_column("t", "x"),
    ),
    "add_column_not_null": Case(
        action=lambda op: op.add_column("t", Column("x", String(20), nullable=False, server_default="it's %s")),
        sql="ALTER TABLE t ADD COLUMN x VARCHAR(20) DEFAULT 'it''s %s' NOT NULL;",
        effect="+ column t.x VARCHAR(20) not null default 'it''s %s'::character varying",
        reverse=lambda op: op.drop_column("t", "x"),
    ),
    "add_column_with_constraints": Case(
        action=lambda op: op.add_column(
            "t",
            Column(
                "x", Integer, ForeignKey("owner.id", name="fk_x"), sa.CheckConstraint("x > 5", name="ck_x"), unique=True
            ),
        ),
        sql="""
            ALTER TABLE t ADD COLUMN x INTEGER CONSTRAINT ck_x CHECK (x > 5);

            ALTER TABLE t ADD UNIQUE (x);

            ALTER TABLE t ADD CONSTRAINT fk_x FOREIGN KEY(x) REFERENCES owner (id);
        """,
        effect="""
            + check t.ck_x x > 5
            + column t.x INTEGER null
            + foreign key t.fk_x (x) -> owner (id)
            + unique t.t_x_key (x)
        """,
        reverse=lambda op: op.drop_column("t", "x"),
    ),
    "add_column_inline_references": Case(
        action=lambda op: op.add_column("t", Column("x", Integer, ForeignKey("owner.id")), inline_references=True),
        sql="ALTER TABLE t ADD COLUMN x INTEGER REFERENCES owner (id);",
        effect="""
            + column t.x INTEGER null
            + foreign key t.t_x_fkey (x) -> owner (id)
        """,
        reverse=lambda op: op.drop_column("t", "x"),
    ),
    "add_column_if_not_exists": Case(
        action=lambda op: op.add_column("t", Column("a", Integer), if_not_exists=True),
        sql="ALTER TABLE t ADD COLUMN IF NOT EXISTS a INTEGER;",
        effect="",
        reverse=lambda op: None,
    ),
    "add_column_identity": Case(
        action=lambda op: op.add_column("t", Column("x", Integer, Identity(start=5))),
        sql="ALTER TABLE t ADD COLUMN x INTEGER GENERATED BY DEFAULT AS IDENTITY (START WITH 5);",
        effect="+ column t.x INTEGER not null identity from 5",
        reverse=lambda op: op.drop_column("t", "x"),
    ),
    "drop_column": Case(
        action=lambda op: op.drop_column("t", "b"),
        sql="ALTER TABLE t DROP COLUMN b;",
        effect="""
            - column t.b VARCHAR(30) null default '7'::character varying -- bee
            - index t.ix_t_b (b)
        """,
        reverse=lambda op: (
            op.add_column("t", Column("b", String(30), server_default="7", comment="bee")),
            op.create_index("ix_t_b", "t", ["b"]),
        ),
    ),
    "drop_column_if_exists": Case(
        action=lambda op: op.drop_column("t", "absent", if_exists=True),
        sql="ALTER TABLE t DROP COLUMN IF EXISTS absent;",
        effect="",
        reverse=lambda op: None,
    ),
    "alter_column_type": Case(
        action=lambda op: op.alter_column("t", "a", type_=sa.BigInteger()),
        sql="ALTER TABLE t ALTER COLUMN a TYPE BIGINT;",
        effect="""
            - column t.a INTEGER not null
            + column t.a BIGINT not null
        """,
        reverse=lambda op: op.alter_column("t", "a", type_=Integer()),
    ),
    "alter_column_type_using": Case(
        action=lambda op: op.alter_column(
            "t", "a", type_=String(9), postgresql_using="CASE WHEN a % 2 = 1 THEN 'odd:'||a::text ELSE 'even' END"
        ),
        sql="ALTER TABLE t ALTER COLUMN a TYPE VARCHAR(9) "
        "USING CASE WHEN a % 2 = 1 THEN 'odd:'||a::text ELSE 'even' END;",
        effect="""
            - column t.a INTEGER not null
            + column t.a VARCHAR(9) not null
        """,
        reverse=lambda op: op.alter_column("t", "a", type_=Integer(), postgresql_using=text("substr(a, 5)::integer")),
    ),
    "alter_column_not_null": Case(
        action=lambda op: op.alter_column("t", "b", nullable=False),
        sql="ALTER TABLE t ALTER COLUMN b SET NOT NULL;",
        effect="""
            - column t.b VARCHAR(30) null default '7'::character varying -- bee
            + column t.b VARCHAR(30) not null default '7'::character varying -- bee
        """,
        reverse=lambda op: op.alter_column("t", "b", nullable=True),
    ),
    "alter_column_nullable": Case(
        action=lambda op: op.alter_column("t", "a", nullable=True),
        sql="ALTER TABLE t ALTER COLUMN a DROP NOT NULL;",
        effect="""
            - column t.a INTEGER not null
            + column t.a INTEGER null
        """,
        reverse=lambda op: op.alter_column("t", "a", nullable=False),
    ),
    "alter_column_default": Case(
        action=lambda op: op.alter_column("t", "b", server_default="it's 5% :x"),
        sql="ALTER TABLE t ALTER COLUMN b SET DEFAULT 'it''s 5% :x';",
        effect="""
            - column t.b VARCHAR(30) null default '7'::character varying -- bee
            + column t.b VARCHAR(30) null default 'it''s 5% :x'::character varying -- bee
        """,
        reverse=lambda op: op.alter_column("t", "b", server_default="7"),
    ),
    "alter_column_default_expression": Case(
        action=lambda op: op.alter_column("t", "a", server_default=text("1 + 2")),
        sql="ALTER TABLE t ALTER COLUMN a SET DEFAULT 1 + 2;",
        effect="""
            - column t.a INTEGER not null
            + column t.a INTEGER not null default (1 + 2)
        """,
        reverse=lambda op: op.alter_column("t", "a", server_default=None),
    ),
    "alter_column_no_default": Case(
        action=lambda op: op.alter_column("t", "b", server_default=None),
        sql="ALTER TABLE t ALTER COLUMN b DROP DEFAULT;",
        effect="""
            - column t.b VARCHAR(30) null default '7'::character varying -- bee
            + column t.b VARCHAR(30) null -- bee
        """,
        reverse=lambda op: op.alter_column("t", "b", server_default="7"),
    ),
    "alter_column_name": Case(
        action=lambda op: op.alter_column("t", "a", new_column_name="Select"),
        sql='ALTER TABLE t RENAME a TO "Select";',
        effect="""
            - column t.a INTEGER not null
            + column t.Select INTEGER not null
        """,
        reverse=lambda op: op.alter_column("t", "Select", new_column_name="a"),
    ),
    "alter_column_comment": Case(
        action=lambda op: op.alter_column("t", "a", comment="it's 5%"),
        sql="COMMENT ON COLUMN t.a IS 'it''s 5%';",
        effect="""
            - column t.a INTEGER not null
            + column t.a INTEGER not null -- it's 5%
        """,
        reverse=lambda op: op.alter_column("t", "a", comment=None, existing_comment="it's 5%"),
    ),
    "alter_column_all_at_once": Case(
        action=lambda op: op.alter_column(
            "t",
            "b",
            new_column_name="d",
            type_=Integer(),
            nullable=False,
            server_default=text("8"),
            comment="dee",
            existing_type=String(30),
            existing_nullable=True,
            existing_server_default="7",
            existing_comment="bee",
            postgresql_using="b::integer",
        ),
        sql="""
            ALTER TABLE t ALTER COLUMN b DROP DEFAULT;

            ALTER TABLE t ALTER COLUMN b TYPE INTEGER USING b::integer;

            ALTER TABLE t ALTER COLUMN b SET NOT NULL;

            ALTER TABLE t ALTER COLUMN b SET DEFAULT 8;

            COMMENT ON COLUMN t.b IS 'dee';

            ALTER TABLE t RENAME b TO d;
        """,
        effect="""
            - column t.b VARCHAR(30) null default '7'::character varying -- bee
            - index t.ix_t_b (b)
            + column t.d INTEGER not null default 8 -- dee
            + index t.ix_t_b (d)
        """,
        reverse=lambda op: op.alter_column(
            "t", "d", new_column_name="b", type_=String(30), nullable=True, server_default="7", comment="bee"
        ),
    ),
    "alter_column_identity": Case(
        action=lambda op: op.alter_column("t", "a", server_default=Identity(start=7), existing_server_default=None),
        sql="ALTER TABLE t ALTER COLUMN a ADD GENERATED BY DEFAULT AS IDENTITY (START WITH 7);",
        effect="""
            - column t.a INTEGER not null
            + column t.a INTEGER not null identity from 7
        """,
        reverse=lambda op: op.alter_column("t", "a", server_default=None, existing_server_default=Identity(start=7)),
    ),
    "create_index": Case(
        action=lambda op: op.create_index("ix_t_ab", "t", ["a", text("lower(b)")], unique=True),
        sql="CREATE UNIQUE INDEX ix_t_ab ON t (a, lower(b));",
        effect="+ index t.ix_t_ab (a, lower(b::text)) unique",
        reverse=lambda op: op.drop_index("ix_t_ab"),
    ),
    "create_index_with_options": Case(
        action=lambda op: op.create_index(
            "ix_t_a", "t", ["a"], postgresql_using="hash", postgresql_where=text("b LIKE 'x%'"), if_not_exists=True
        ),
        sql="CREATE INDEX IF NOT EXISTS ix_t_a ON t USING hash (a) WHERE b LIKE 'x%';",
        effect="+ index t.ix_t_a (a) postgresql_using=hash postgresql_where=((b)::text ~~ 'x%'::text)",
        reverse=lambda op: op.drop_index("ix_t_a", "t", if_exists=True),
    ),
    "drop_index": Case(
        action=lambda op: op.drop_index("ix_t_b"),
        sql="DROP INDEX ix_t_b;",
        effect="- index t.ix_t_b (b)",
        reverse=lambda op: op.create_index("ix_t_b", "t", ["b"]),
    ),
    "odd_names": Case(
        action=lambda op: (
            op.create_table('my "t" %s :x', Column("a b%c", Integer), Column("Größe", Integer)),
            op.rename_table('my "t" %s :x', "order"),
            op.add_column("order", Column("it's", String(3))),
            op.alter_column("order", "a b%c", new_column_name="user"),
            op.create_index("ix %", "order", ["user", "Größe"]),
            op.alter_column("order", "Größe", new_column_name="é" * 31 + "x"),  # 63 bytes, PostgreSQL's longest
        ),
        sql="""
            CREATE TABLE "my ""t"" %s :x" (
                "a b%c" INTEGER,
                "Größe" INTEGER
            );

            ALTER TABLE "my ""t"" %s :x" RENAME TO "order";

            ALTER TABLE "order" ADD COLUMN "it's" VARCHAR(3);

            ALTER TABLE "order" RENAME "a b%c" TO "user";

            CREATE INDEX "ix %" ON "order" ("user", "Größe");

            ALTER TABLE "order" RENAME "Größe" TO "{long}";
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
    assert sql_of("postgresql", CASES[name].action) == dedent(CASES[name].sql)


@pytest.mark.parametrize("name", CASES)
def test_effect_and_back_and_as_text(postgresql_database: Database, name: str) -> None:
    outcome = there_and_back(postgresql_database, start, CASES[name], catalog)
    assert outcome == (dedent(CASES[name].effect), "", "")
