"""Each operation on Oracle: the SQL it becomes, in full; there is no server to run it on."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Computed, ForeignKey, Identity, Integer, String, func, text

from testing.wings import TextCase, dedent, sql_of

CASES = {
    "create_table": TextCase(
        action=lambda op: op.create_table(
            "u",
            Column("id", Integer, Identity(always=True, start=10), primary_key=True),
            Column("name", String(30), nullable=False, server_default="x", index=True),
            Column("owner_id", Integer, ForeignKey("owner.id", name="fk_owner", ondelete="CASCADE")),
            Column("twice", Integer, Computed("owner_id * 2")),
            schema="s",
        ),
        sql="""
            CREATE TABLE s.u (
                id INTEGER GENERATED ALWAYS AS IDENTITY (START WITH 10),
                name VARCHAR2(30 CHAR) DEFAULT 'x' NOT NULL,
                owner_id INTEGER,
                twice INTEGER GENERATED ALWAYS AS (owner_id * 2),
                PRIMARY KEY (id),
                CONSTRAINT fk_owner FOREIGN KEY(owner_id) REFERENCES owner (id) ON DELETE CASCADE
            )

            /

            CREATE INDEX s.ix_s_u_name ON s.u (name)

            /
        """,
    ),
    "create_table_with_comments": TextCase(
        action=lambda op: op.create_table("u", Column("n", Integer, comment="it's 5%"), comment="ünü"),
        sql="""
            CREATE TABLE u (
                n INTEGER
            )

            /

            COMMENT ON TABLE u IS 'ünü'

            /

            COMMENT ON COLUMN u.n IS 'it''s 5%'

            /
        """,
    ),
    "create_table_if_not_exists": TextCase(
        action=lambda op: op.create_table(
            "u", Column("n", String(9), server_default="it's", index=True), if_not_exists=True
        ),
        sql="""
            BEGIN
                EXECUTE IMMEDIATE 'CREATE TABLE u (
                n VARCHAR2(9 CHAR) DEFAULT ''it''''s''
            )';
            EXCEPTION
                WHEN OTHERS THEN
                    IF SQLCODE != -955 THEN
                        RAISE;
                    END IF;
            END;

            /

            BEGIN
                EXECUTE IMMEDIATE 'CREATE INDEX ix_u_n ON u (n)';
            EXCEPTION
                WHEN OTHERS THEN
                    IF SQLCODE != -955 THEN
                        RAISE;
                    END IF;
            END;

            /
        """,
    ),
    "drop_table": TextCase(
        action=lambda op: op.drop_table("t", schema="s"),
        sql="""
            DROP TABLE s.t

            /
        """,
    ),
    "drop_table_if_exists": TextCase(
        action=lambda op: op.drop_table("it's", if_exists=True),
        sql="""
            BEGIN
                EXECUTE IMMEDIATE 'DROP TABLE "it''s"';
            EXCEPTION
                WHEN OTHERS THEN
                    IF SQLCODE != -942 THEN
                        RAISE;
                    END IF;
            END;

            /
        """,
    ),
    "rename_table": TextCase(
        action=lambda op: op.rename_table("t", "u", schema="s"),
        sql="""
            ALTER TABLE s.t RENAME TO u

            /
        """,
    ),
    "rename_table_odd": TextCase(
        action=lambda op: op.rename_table("it's 5% &co", "Mixed", schema="My Schema"),
        sql="""
            ALTER TABLE "My Schema"."it's 5% &co" RENAME TO "Mixed"

            /
        """,
    ),
    "create_table_comment": TextCase(
        action=lambda op: op.create_table_comment("t", "it's", schema="s"),
        sql="""
            COMMENT ON TABLE s.t IS 'it''s'

            /
        """,
    ),
    "create_table_comment_of_two_lines": TextCase(
        action=lambda op: op.create_table_comment("it's", "it's\n/\nAT&T"),
        sql="""
            BEGIN
                EXECUTE IMMEDIATE 'COMMENT ON TABLE "it''s" IS '''
                || REPLACE('it''s' || CHR(10) || '/' || CHR(10) || 'AT' || CHR(38) || 'T', '''', '''''') || '''';
            END;

            /
        """,
    ),
    "drop_table_comment": TextCase(
        action=lambda op: op.drop_table_comment("t", existing_comment="old"),
        sql="""
            COMMENT ON TABLE t IS ''

            /
        """,
    ),
    "add_column": TextCase(
        action=lambda op: op.add_column("t", Column("x", Integer, comment="it's")),
        sql="""
            ALTER TABLE t ADD (x INTEGER)

            /

            COMMENT ON COLUMN t.x IS 'it''s'

            /
        """,
    ),
    "add_column_not_null": TextCase(
        action=lambda op: op.add_column(
            "t", Column("x", String(20), nullable=False, server_default="it's 5%"), schema="s"
        ),
        sql="""
            ALTER TABLE s.t ADD (x VARCHAR2(20 CHAR) DEFAULT 'it''s 5%' NOT NULL)

            /
        """,
    ),
    "add_column_if_not_exists": TextCase(
        action=lambda op: op.add_column("t", Column("x", String(9), server_default="it's"), if_not_exists=True),
        sql="""
            BEGIN
                EXECUTE IMMEDIATE 'ALTER TABLE t ADD (x VARCHAR2(9 CHAR) DEFAULT ''it''''s'')';
            EXCEPTION
                WHEN OTHERS THEN
                    IF SQLCODE != -1430 THEN
                        RAISE;
                    END IF;
            END;

            /
        """,
    ),
    "add_column_with_constraints_if_not_exists": TextCase(
        action=lambda op: op.add_column(
            "t", Column("x", Integer, ForeignKey("r.id", name="fk"), unique=True), if_not_exists=True
        ),
        sql="""
            BEGIN
                EXECUTE IMMEDIATE 'ALTER TABLE t ADD (x INTEGER UNIQUE CONSTRAINT fk REFERENCES r (id))';
            EXCEPTION
                WHEN OTHERS THEN
                    IF SQLCODE != -1430 THEN
                        RAISE;
                    END IF;
            END;

            /
        """,
    ),
    "add_column_with_constraints": TextCase(
        action=lambda op: op.add_column(
            "t",
            Column(
                "x", Integer, ForeignKey("owner.id", name="fk_x"), sa.CheckConstraint("x > 5", name="ck_x"), unique=True
            ),
        ),
        sql="""
            ALTER TABLE t ADD (x INTEGER CONSTRAINT ck_x CHECK (x > 5))

            /

            ALTER TABLE t ADD UNIQUE (x)

            /

            ALTER TABLE t ADD CONSTRAINT fk_x FOREIGN KEY(x) REFERENCES owner (id)

            /
        """,
    ),
    "add_column_inline": TextCase(
        action=lambda op: op.add_column(
            "t",
            Column("x", Integer, ForeignKey("owner.id", name="fk_x"), primary_key=True),
            inline_references=True,
            inline_primary_key=True,
        ),
        sql="""
            ALTER TABLE t ADD (x INTEGER NOT NULL PRIMARY KEY CONSTRAINT fk_x REFERENCES owner (id))

            /
        """,
    ),
    "add_column_identity": TextCase(
        action=lambda op: op.add_column("t", Column("x", Integer, Identity(always=True, start=3, increment=2))),
        sql="""
            ALTER TABLE t ADD (x INTEGER GENERATED ALWAYS AS IDENTITY (INCREMENT BY 2 START WITH 3))

            /
        """,
    ),
    "add_column_virtual": TextCase(
        action=lambda op: op.add_column("t", Column("x", Integer, Computed("a + 1", persisted=False))),
        sql="""
            ALTER TABLE t ADD (x INTEGER GENERATED ALWAYS AS (a + 1) VIRTUAL)

            /
        """,
    ),
    "drop_column": TextCase(
        action=lambda op: op.drop_column("t", "x", schema="s"),
        sql="""
            ALTER TABLE s.t DROP COLUMN x

            /
        """,
    ),
    "drop_column_if_exists": TextCase(
        action=lambda op: op.drop_column("t", "it's", if_exists=True),
        sql="""
            BEGIN
                EXECUTE IMMEDIATE 'ALTER TABLE t DROP COLUMN "it''s"';
            EXCEPTION
                WHEN OTHERS THEN
                    IF SQLCODE != -904 THEN
                        RAISE;
                    END IF;
            END;

            /
        """,
    ),
    "alter_column_type": TextCase(
        action=lambda op: op.alter_column("t", "x", type_=String(5), existing_nullable=False),
        sql="""
            ALTER TABLE t MODIFY (x VARCHAR2(5 CHAR))

            /
        """,
    ),
    "alter_column_not_null": TextCase(
        action=lambda op: op.alter_column("t", "x", nullable=False, existing_nullable=True),
        sql="""
            ALTER TABLE t MODIFY (x NOT NULL)

            /
        """,
    ),
    "alter_column_nullable": TextCase(
        action=lambda op: op.alter_column("t", "x", nullable=True),
        sql="""
            ALTER TABLE t MODIFY (x NULL)

            /
        """,
    ),
    "alter_column_nullable_already": TextCase(
        action=lambda op: op.alter_column("t", "x", type_=Integer(), nullable=False, existing_nullable=False),
        sql="""
            ALTER TABLE t MODIFY (x INTEGER)

            /
        """,
    ),
    "alter_column_default": TextCase(
        action=lambda op: op.alter_column("t", "x", server_default="it's", schema="s"),
        sql="""
            ALTER TABLE s.t MODIFY (x DEFAULT 'it''s')

            /
        """,
    ),
    "alter_column_default_expression": TextCase(
        action=lambda op: op.alter_column("t", "x", server_default=func.current_timestamp()),
        sql="""
            ALTER TABLE t MODIFY (x DEFAULT CURRENT_TIMESTAMP)

            /
        """,
    ),
    "alter_column_no_default": TextCase(
        action=lambda op: op.alter_column("t", "x", server_default=None),
        sql="""
            ALTER TABLE t MODIFY (x DEFAULT NULL)

            /
        """,
    ),
    "alter_column_name": TextCase(
        action=lambda op: op.alter_column("t", "x", new_column_name="order", schema="s"),
        sql="""
            ALTER TABLE s.t RENAME COLUMN x TO "order"

            /
        """,
    ),
    "alter_column_comment": TextCase(
        action=lambda op: op.alter_column("t", "x", comment="it's", schema="s"),
        sql="""
            COMMENT ON COLUMN s.t.x IS 'it''s'

            /
        """,
    ),
    "alter_column_no_comment": TextCase(
        action=lambda op: op.alter_column("t", "x", comment=None, existing_comment="old"),
        sql="""
            COMMENT ON COLUMN t.x IS ''

            /
        """,
    ),
    "alter_column_everything": TextCase(
        action=lambda op: op.alter_column(
            "t", "x", type_=Integer(), nullable=False, server_default="3", comment="c", new_column_name="y"
        ),
        sql="""
            ALTER TABLE t MODIFY (x INTEGER DEFAULT '3' NOT NULL)

            /

            COMMENT ON COLUMN t.x IS 'c'

            /

            ALTER TABLE t RENAME COLUMN x TO y

            /
        """,
    ),
    "alter_column_identity": TextCase(
        action=lambda op: op.alter_column(
            "t",
            "x",
            server_default=Identity(always=True, start=3),
            existing_server_default=Identity(always=False),
        ),
        sql="""
            ALTER TABLE t MODIFY (x GENERATED ALWAYS AS IDENTITY (START WITH 3))

            /
        """,
    ),
    "alter_column_no_identity": TextCase(
        action=lambda op: op.alter_column("t", "x", server_default=None, existing_server_default=Identity()),
        sql="""
            ALTER TABLE t MODIFY (x DROP IDENTITY)

            /
        """,
    ),
    "alter_column_default_for_identity": TextCase(
        action=lambda op: op.alter_column("t", "x", server_default="5", existing_server_default=Identity()),
        sql="""
            ALTER TABLE t MODIFY (x DROP IDENTITY)

            /

            ALTER TABLE t MODIFY (x DEFAULT '5')

            /
        """,
    ),
    "alter_column_virtual": TextCase(
        action=lambda op: op.alter_column(
            "t", "x", server_default=Computed("a + 2"), existing_server_default=Computed("a + 1")
        ),
        sql="""
            ALTER TABLE t MODIFY (x GENERATED ALWAYS AS (a + 2))

            /
        """,
    ),
    "create_primary_key": TextCase(
        action=lambda op: op.create_primary_key("pk", "t", ["a", "b"], schema="s"),
        sql="""
            ALTER TABLE s.t ADD CONSTRAINT pk PRIMARY KEY (a, b)

            /
        """,
    ),
    "create_foreign_key": TextCase(
        action=lambda op: op.create_foreign_key(
            "fk",
            "t",
            "r",
            ["a"],
            ["b"],
            deferrable=True,
            initially="DEFERRED",
        ),
        sql="""
            ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY(a) REFERENCES r (b) DEFERRABLE INITIALLY DEFERRED

            /
        """,
    ),
    "create_unique_constraint": TextCase(
        action=lambda op: op.create_unique_constraint("uq", "t", ["a", "select"]),
        sql="""
            ALTER TABLE t ADD CONSTRAINT uq UNIQUE (a, "select")

            /
        """,
    ),
    "create_check_constraint": TextCase(
        action=lambda op: op.create_check_constraint("ck", "t", sa.column("a") != "it's"),
        sql="""
            ALTER TABLE t ADD CONSTRAINT ck CHECK (a != 'it''s')

            /
        """,
    ),
    "drop_constraint": TextCase(
        action=lambda op: op.drop_constraint("it's", "t", schema="s"),
        sql="""
            ALTER TABLE s.t DROP CONSTRAINT "it's"

            /
        """,
    ),
    "drop_constraint_if_exists": TextCase(
        action=lambda op: op.drop_constraint("ck", "t", type_="check", if_exists=True),
        sql="""
            BEGIN
                EXECUTE IMMEDIATE 'ALTER TABLE t DROP CONSTRAINT ck';
            EXCEPTION
                WHEN OTHERS THEN
                    IF SQLCODE != -2443 THEN
                        RAISE;
                    END IF;
            END;

            /
        """,
    ),
    "create_index": TextCase(
        action=lambda op: op.create_index("ix", "t", ["a", func.lower(sa.column("b"))], schema="s", unique=True),
        sql="""
            CREATE UNIQUE INDEX s.ix ON s.t (a, lower(b))

            /
        """,
    ),
    "create_index_bitmap": TextCase(
        action=lambda op: op.create_index("ix", "t", ["a"], oracle_bitmap=True, oracle_compress=1),
        sql="""
            CREATE BITMAP INDEX ix ON t (a) COMPRESS 1

            /
        """,
    ),
    "create_index_if_not_exists": TextCase(
        action=lambda op: op.create_index("ix", "t", [sa.column("a") + "it's"], if_not_exists=True),
        sql="""
            BEGIN
                EXECUTE IMMEDIATE 'CREATE INDEX ix ON t (a || ''it''''s'')';
            EXCEPTION
                WHEN OTHERS THEN
                    IF SQLCODE != -955 THEN
                        RAISE;
                    END IF;
            END;

            /
        """,
    ),
    "drop_index": TextCase(
        action=lambda op: op.drop_index("ix", "t", schema="s"),
        sql="""
            DROP INDEX s.ix

            /
        """,
    ),
    "drop_index_if_exists": TextCase(
        action=lambda op: op.drop_index("ix", if_exists=True),
        sql="""
            BEGIN
                EXECUTE IMMEDIATE 'DROP INDEX ix';
            EXCEPTION
                WHEN OTHERS THEN
                    IF SQLCODE != -1418 THEN
                        RAISE;
                    END IF;
            END;

            /
        """,
    ),
    "bulk_insert": TextCase(
        action=lambda op: op.bulk_insert(
            sa.table("t", sa.column("id", Integer), sa.column("n", String)),
            [{"id": 1, "n": "a"}, {"id": 2, "n": "b"}, {"id": 3, "n": text("lower('C')")}, {}],
        ),
        sql="""
            INSERT INTO t (id, n) VALUES (1, 'a')

            /

            INSERT INTO t (id, n) VALUES (2, 'b')

            /

            INSERT INTO t (id, n) VALUES (3, lower('C'))

            /

            INSERT INTO t (id) VALUES (DEFAULT)

            /
        """,
    ),
    "execute_ended_with_a_semicolon": TextCase(
        action=lambda op: op.execute("UPDATE t SET n = 'it''s; 5%';"),
        sql="""
            UPDATE t SET n = 'it''s; 5%'

            /
        """,
    ),
    "execute_a_block": TextCase(
        action=lambda op: op.execute("BEGIN\n    NULL;\nEND;"),
        sql="""
            BEGIN
                NULL;
            END;

            /
        """,
    ),
    "execute_a_procedure": TextCase(
        action=lambda op: op.execute("-- p\nCREATE OR REPLACE PROCEDURE p AS\nBEGIN\n    NULL;\nEND;"),
        sql="""
            -- p
            CREATE OR REPLACE PROCEDURE p AS
            BEGIN
                NULL;
            END;

            /
        """,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_written(name: str) -> None:
    case = CASES[name]
    assert sql_of("oracle", case.action) == dedent(case.sql)
