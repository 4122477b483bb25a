"""Each basic operation on MySQL and MariaDB: the SQL it becomes, what that does to a real database, and back again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, DateTime, ForeignKey, Integer, String, func, text

from testing.databases import Database
from testing.mysql import differences
from testing.wings import Case, dedent, effect_and_back, sql_of
from whimbrel.operations import Operations


def start(op: Operations) -> None:
    """The schema that each case begins with: two tables, an index, a row."""
    op.create_table("owner", Column("id", Integer, primary_key=True))
    op.create_table(
        "t",
        Column("id", Integer, primary_key=True),
        Column("a", Integer, nullable=False),
        Column("b", String(30), server_default="7", comment="bee"),
        Column("c", DateTime),
    )
    op.create_index("ix_t_b", "t", ["b"])
    op.bulk_insert(sa.table("t", sa.column("id"), sa.column("a")), [{"id": 1, "a": 5}])


B = "column t.b VARCHAR(30) null default '7' -- bee"

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
                id INTEGER NOT NULL COMMENT 'it''s 5%' AUTO_INCREMENT,
                name VARCHAR(30) NOT NULL DEFAULT 'x',
                owner_id INTEGER,
                PRIMARY KEY (id),
                CONSTRAINT fk_owner FOREIGN KEY(owner_id) REFERENCES owner (id) ON DELETE CASCADE
            )COMMENT='you';

            CREATE INDEX ix_u_name ON u (name);
        """,
        effect="""
            + column u.id INTEGER not null auto_increment -- it's 5%
            + column u.name VARCHAR(30) not null default 'x'
            + column u.owner_id INTEGER null
            + foreign key u.fk_owner (owner_id) -> owner (id) ondelete CASCADE
            + index u.fk_owner (owner_id)
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
            - column owner.id INTEGER not null auto_increment
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
            - column owner.id INTEGER not null auto_increment
            - primary key owner (id)
            - table owner
            + column keeper.id INTEGER not null auto_increment
            + primary key keeper (id)
            + table keeper
        """,
        reverse=lambda op: op.rename_table("keeper", "owner"),
    ),
    "add_column": Case(
        action=lambda op: op.add_column("t", Column("x", Integer, comment="it's")),
        sql="ALTER TABLE t ADD COLUMN x INTEGER COMMENT 'it''s';",
        effect="+ column t.x INTEGER null -- it's",
        reverse=lambda op: op.drop_column("t", "x"),
    ),
    "add_column_not_null": Case(
        action=lambda op: op.add_column("t", Column("x", String(20), nullable=False, server_default=r"it's %s \ ")),
        sql=r"ALTER TABLE t ADD COLUMN x VARCHAR(20) NOT NULL DEFAULT 'it''s %s \\ ';",
        effect=r"+ column t.x VARCHAR(20) not null default 'it''s %s \\ '",
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
            ALTER TABLE t ADD COLUMN x INTEGER, ADD CONSTRAINT ck_x CHECK (x > 5);

            ALTER TABLE t ADD UNIQUE (x);

            ALTER TABLE t ADD CONSTRAINT fk_x FOREIGN KEY(x) REFERENCES owner (id);
        """,
        effect="""
            + check t.ck_x `x` > 5
            + column t.x INTEGER null
            + foreign key t.fk_x (x) -> owner (id)
            + index t.x (x) unique
            + unique t.x (x)
        """,
        reverse=lambda op: (op.execute("ALTER TABLE t DROP FOREIGN KEY fk_x"), op.drop_column("t", "x")),
    ),
    "add_column_inline_references": Case(
        action=lambda op: op.add_column("t", Column("x", Integer, ForeignKey("owner.id")), inline_references=True),
        sql="ALTER TABLE t ADD COLUMN x INTEGER, ADD FOREIGN KEY(x) REFERENCES owner (id);",
        effect="""
            + column t.x INTEGER null
            + foreign key t.t_ibfk_1 (x) -> owner (id)
            + index t.x (x)
        """,
        reverse=lambda op: (op.execute("ALTER TABLE t DROP FOREIGN KEY t_ibfk_1"), op.drop_column("t", "x")),
    ),
    "drop_column": Case(
        action=lambda op: op.drop_column("t", "b"),
        sql="ALTER TABLE t DROP COLUMN b;",
        effect=f"""
            - {B}
            - index t.ix_t_b (b)
        """,
        reverse=lambda op: (
            op.add_column("t", Column("b", String(30), server_default="7", comment="bee")),
            op.create_index("ix_t_b", "t", ["b"]),
        ),
    ),
    "alter_column_type": Case(
        action=lambda op: op.alter_column("t", "a", type_=sa.BigInteger(), existing_nullable=False),
        sql="ALTER TABLE t MODIFY a BIGINT NOT NULL;",
        effect="""
            - column t.a INTEGER not null
            + column t.a BIGINT not null
        """,
        reverse=lambda op: op.alter_column("t", "a", type_=Integer()),
    ),
    "alter_column_not_null": Case(
        action=lambda op: op.alter_column(
            "t",
            "b",
            nullable=False,
            existing_type=String(30),
            existing_server_default="7",
            existing_comment="bee",
        ),
        sql="ALTER TABLE t MODIFY b VARCHAR(30) NOT NULL DEFAULT '7' COMMENT 'bee';",
        effect=f"""
            - {B}
            + column t.b VARCHAR(30) not null default '7' -- bee
        """,
        reverse=lambda op: op.alter_column("t", "b", nullable=True),
    ),
    "alter_column_nullable": Case(
        action=lambda op: op.alter_column("t", "a", nullable=True, existing_type=Integer()),
        sql="ALTER TABLE t MODIFY a INTEGER NULL;",
        effect="""
            - column t.a INTEGER not null
            + column t.a INTEGER null
        """,
        reverse=lambda op: op.alter_column("t", "a", nullable=False),
    ),
    "alter_column_default": Case(
        action=lambda op: op.alter_column("t", "b", server_default="it's 5% :x"),
        sql="ALTER TABLE t ALTER COLUMN b SET DEFAULT 'it''s 5% :x';",
        effect=f"""
            - {B}
            + column t.b VARCHAR(30) null default 'it''s 5% :x' -- bee
        """,
        reverse=lambda op: op.alter_column("t", "b", server_default="7"),
    ),
    "alter_column_default_number": Case(
        action=lambda op: op.alter_column("t", "a", server_default=text("-3.5e1")),
        sql="ALTER TABLE t ALTER COLUMN a SET DEFAULT -3.5e1;",
        effect="""
            - column t.a INTEGER not null
            + column t.a INTEGER not null default -35
        """,
        reverse=lambda op: op.alter_column("t", "a", server_default=None),
    ),
    "alter_column_default_expression": Case(
        action=lambda op: op.alter_column("t", "a", server_default=text("abs(-3)")),
        sql="ALTER TABLE t ALTER COLUMN a SET DEFAULT (abs(-3));",
        effect="""
            - column t.a INTEGER not null
            + column t.a INTEGER not null default abs(-3)
        """,
        reverse=lambda op: op.alter_column("t", "a", server_default=None),
    ),
    "alter_column_default_now": Case(
        action=lambda op: op.alter_column("t", "c", server_default=func.now()),
        sql="ALTER TABLE t ALTER COLUMN c SET DEFAULT (now());",
        effect="""
            - column t.c DATETIME null
            + column t.c DATETIME null default current_timestamp()
        """,
        reverse=lambda op: op.alter_column("t", "c", server_default=None),
    ),
    "alter_column_default_kept_up_to_date": Case(
        action=lambda op: op.alter_column(
            "t",
            "c",
            server_default=text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP"),
            existing_type=DateTime(),
        ),
        sql="ALTER TABLE t MODIFY c DATETIME NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP;",
        effect="""
            - column t.c DATETIME null
            + column t.c DATETIME null default current_timestamp() ON UPDATE current_timestamp()
        """,
        reverse=lambda op: op.alter_column("t", "c", type_=DateTime(), server_default=None),
    ),
    "alter_column_no_default": Case(
        action=lambda op: op.alter_column("t", "b", server_default=None),
        sql="ALTER TABLE t ALTER COLUMN b DROP DEFAULT;",
        effect=f"""
            - {B}
            + column t.b VARCHAR(30) null -- bee
        """,
        reverse=lambda op: op.alter_column("t", "b", server_default="7"),
    ),
    "alter_column_name": Case(
        action=lambda op: op.alter_column("t", "b", new_column_name="Select", existing_type=String(30)),
        sql="ALTER TABLE t RENAME COLUMN b TO `Select`;",
        effect=f"""
            - {B}
            - index t.ix_t_b (b)
            + column t.Select VARCHAR(30) null default '7' -- bee
            + index t.ix_t_b (Select)
        """,
        reverse=lambda op: op.alter_column("t", "Select", new_column_name="b"),
    ),
    "alter_column_comment": Case(
        action=lambda op: op.alter_column(
            "t", "a", comment="it's 5%", existing_type=Integer(), existing_nullable=False
        ),
        sql="ALTER TABLE t MODIFY a INTEGER NOT NULL COMMENT 'it''s 5%';",
        effect="""
            - column t.a INTEGER not null
            + column t.a INTEGER not null -- it's 5%
        """,
        reverse=lambda op: op.alter_column("t", "a", comment=None, existing_comment="it's 5%"),
    ),
    "alter_column_autoincrement": Case(
        action=lambda op: op.alter_column(
            "t", "id", autoincrement=False, existing_type=Integer(), existing_nullable=False
        ),
        sql="ALTER TABLE t MODIFY id INTEGER NOT NULL;",
        effect="""
            - column t.id INTEGER not null auto_increment
            + column t.id INTEGER not null
        """,
        reverse=lambda op: op.alter_column("t", "id", autoincrement=True),
    ),
    "alter_column_all_at_once": Case(
        action=lambda op: op.alter_column(
            "t",
            "b",
            new_column_name="d",
            type_=Integer(),
            nullable=False,
            server_default="8",
            comment="dee",
            existing_type=String(30),
            existing_nullable=True,
            existing_server_default="7",
            existing_comment="bee",
        ),
        sql="ALTER TABLE t CHANGE b d INTEGER NOT NULL DEFAULT '8' COMMENT 'dee';",
        effect=f"""
            - {B}
            - index t.ix_t_b (b)
            + column t.d INTEGER not null default 8 -- dee
            + index t.ix_t_b (d)
        """,
        reverse=lambda op: op.alter_column(
            "t", "d", new_column_name="b", type_=String(30), nullable=True, server_default="7", comment="bee"
        ),
    ),
    "alter_column_default_and_name": Case(
        action=lambda op: op.alter_column("t", "b", new_column_name="d", server_default="8"),
        sql="""
            ALTER TABLE t ALTER COLUMN b SET DEFAULT '8';

            ALTER TABLE t RENAME COLUMN b TO d;
        """,
        effect=f"""
            - {B}
            - index t.ix_t_b (b)
            + column t.d VARCHAR(30) null default '8' -- bee
            + index t.ix_t_b (d)
        """,
        reverse=lambda op: op.alter_column("t", "d", new_column_name="b", server_default="7"),
    ),
    "create_index": Case(
        action=lambda op: op.create_index(
            "ix_t_ab", "t", ["a", "b"], unique=True, mysql_length={"b": 5}, mariadb_length={"b": 5}
        ),
        sql="CREATE UNIQUE INDEX ix_t_ab ON t (a, b(5));",
        effect="""
            + index t.ix_t_ab (a, b) unique mysql_length={'b': 5}
            + unique t.ix_t_ab (a, b)
        """,
        reverse=lambda op: op.drop_index("ix_t_ab", "t"),
    ),
    "drop_index": Case(
        action=lambda op: op.drop_index("ix_t_b", "t"),
        sql="DROP INDEX ix_t_b ON t;",
        effect="- index t.ix_t_b (b)",
        reverse=lambda op: op.create_index("ix_t_b", "t", ["b"]),
    ),
    "odd_names": Case(
        action=lambda op: (
            op.create_table('my `t` %s :x "q"', Column("a b%c", Integer), Column("Größe", Integer)),
            op.rename_table('my `t` %s :x "q"', "order"),
            op.add_column("order", Column("it's", String(3))),
            op.alter_column("order", "a b%c", new_column_name="user", type_=Integer()),
            op.create_index("ix %", "order", ["user", "Größe"]),
            op.alter_column("order", "Größe", new_column_name="é" * 63 + "x"),  # 64 characters, the longest
        ),
        sql="""
            CREATE TABLE `my ``t`` %s :x "q"` (
                `a b%c` INTEGER,
                `Größe` INTEGER
            );

            ALTER TABLE `my ``t`` %s :x "q"` RENAME TO `order`;

            ALTER TABLE `order` ADD COLUMN `it's` VARCHAR(3);

            ALTER TABLE `order` CHANGE `a b%c` user INTEGER NULL;

            CREATE INDEX `ix %` ON `order` (user, `Größe`);

            ALTER TABLE `order` RENAME COLUMN `Größe` TO `{long}`;
        """.replace("{long}", "é" * 63 + "x"),
        effect="""
            + column order.it's VARCHAR(3) null
            + column order.user INTEGER null
            + column order.{long} INTEGER null
            + index order.ix % (user, {long})
            + table order
        """.replace("{long}", "é" * 63 + "x"),
        reverse=lambda op: op.drop_table("order"),
    ),
}


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
@pytest.mark.parametrize("name", CASES)
def test_sql(name: str, dialect: str) -> None:
    assert sql_of(dialect, CASES[name].action) == dedent(CASES[name].sql)


@pytest.mark.parametrize("name", CASES)
def test_effect_and_back(mysql_database: Database, name: str) -> None:
    effect, left = effect_and_back(mysql_database, start, CASES[name])
    # Reflected options are called by the name of the URL's dialect.
    assert (effect.replace("mariadb_", "mysql_"), left) == (dedent(CASES[name].effect), "")


def test_text_does_what_a_run_does(mysql_database: Database, new_database: Callable[[str], Database]) -> None:
    assert differences(new_database("mysql"), mysql_database, start, CASES) == []
