"""What only MySQL and MariaDB have: their types, indexes, options of a table, keys to another database, sequences."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Computed, ForeignKey, Integer, String, Text
from sqlalchemy.dialects import mysql

from testing.databases import Database
from testing.mysql import differences
from testing.wings import Case, apply, catalog, dedent, effect_and_back, operations, sql_of
from whimbrel.errors import UnsupportedOperation
from whimbrel.operations import Operations


def start(op: Operations) -> None:
    op.create_table(
        "t",
        Column("id", Integer, primary_key=True),
        Column("a", String(99), nullable=False),
        Column("b", Text, comment="bee"),
        Column("n", Integer),
        mysql_engine="InnoDB",
        mariadb_engine="InnoDB",
    )


CASES = {
    "create_table_comment": Case(
        action=lambda op: op.create_table_comment("t", "it's 5% :x"),
        sql="ALTER TABLE t COMMENT 'it''s 5% :x';",
        effect="- table t\n+ table t -- it's 5% :x",
        reverse=lambda op: op.drop_table_comment("t"),
    ),
    "drop_table_comment": Case(
        action=lambda op: op.drop_table_comment("t", existing_comment="gone"),
        sql="ALTER TABLE t COMMENT '';",
        effect="",
        reverse=lambda op: None,
    ),
    "add_column_computed": Case(
        action=lambda op: (
            op.add_column("t", Column("v", Integer, Computed("n * 2"), comment="vee")),
            op.add_column("t", Column("s", Integer, Computed("n % 2 = 1", persisted=True))),
        ),
        sql="""
            ALTER TABLE t ADD COLUMN v INTEGER GENERATED ALWAYS AS (n * 2) COMMENT 'vee';

            ALTER TABLE t ADD COLUMN s INTEGER GENERATED ALWAYS AS (n % 2 = 1) STORED;
        """,
        effect="""
            + column t.s INTEGER null computed (`n` MOD 2 = 1)
            + column t.v INTEGER null computed (`n` * 2) -- vee
        """,
        reverse=lambda op: (op.drop_column("t", "v"), op.drop_column("t", "s")),
    ),
    "add_column_numbers": Case(
        action=lambda op: (
            op.add_column("t", Column("u", mysql.BIGINT(unsigned=True), server_default="0", nullable=False)),
            op.add_column("t", Column("z", mysql.INTEGER(display_width=5, zerofill=True))),
            op.add_column("t", Column("y", mysql.YEAR)),
        ),
        sql="""
            ALTER TABLE t ADD COLUMN u BIGINT UNSIGNED NOT NULL DEFAULT '0';

            ALTER TABLE t ADD COLUMN z INTEGER(5) ZEROFILL;

            ALTER TABLE t ADD COLUMN y YEAR;
        """,
        effect="""
            + column t.u BIGINT not null default 0
            + column t.y YEAR(4) null
            + column t.z INTEGER null
        """,
        reverse=lambda op: [op.drop_column("t", name) for name in "uzy"],
    ),
    "add_column_characters": Case(
        action=lambda op: op.add_column(
            "t", Column("x", mysql.VARCHAR(9, charset="latin1", collation="latin1_bin"), server_default="it's %")
        ),
        sql="ALTER TABLE t ADD COLUMN x VARCHAR(9) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'it''s %';",
        effect="+ column t.x VARCHAR(9) COLLATE latin1_bin null default 'it''s %'",
        reverse=lambda op: op.drop_column("t", "x"),
    ),
    "add_column_enum_and_set": Case(
        action=lambda op: (
            op.add_column("t", Column("e", sa.Enum("a", "it's", "5%", name="unused"), server_default="a")),
            op.add_column("t", Column("s", mysql.SET("x", "y"))),
        ),
        sql="""
            ALTER TABLE t ADD COLUMN e ENUM('a','it''s','5%') DEFAULT 'a';

            ALTER TABLE t ADD COLUMN s SET('x','y');
        """,
        effect="""
            + column t.e ENUM('a','it''s','5%%') null default 'a'
            + column t.s VARCHAR(1) null
        """,
        reverse=lambda op: (op.drop_column("t", "e"), op.drop_column("t", "s")),
    ),
    "create_index_of_a_beginning": Case(
        action=lambda op: op.create_index("ix", "t", ["a", "b"], mysql_length={"b": 7}, mariadb_length={"b": 7}),
        sql="CREATE INDEX ix ON t (a, b(7));",
        effect="+ index t.ix (a, b) mysql_length={'b': 7}",
        reverse=lambda op: op.drop_index("ix", "t"),
    ),
    "create_index_using": Case(
        action=lambda op: op.create_index("ix", "t", [sa.text("a DESC")], mysql_using="btree", mariadb_using="btree"),
        sql="CREATE INDEX ix ON t (a DESC) USING btree;",
        effect="+ index t.ix (a)",
        reverse=lambda op: op.drop_index("ix", "t"),
    ),
    "create_index_fulltext": Case(
        action=lambda op: op.create_index("ft", "t", ["a", "b"], mysql_prefix="FULLTEXT", mariadb_prefix="FULLTEXT"),
        sql="CREATE FULLTEXT INDEX ft ON t (a, b);",
        effect="+ index t.ft (a, b) mysql_prefix=FULLTEXT",
        reverse=lambda op: op.drop_index("ft", "t"),
    ),
    "add_primary_key_that_counts": Case(
        action=lambda op: (
            op.create_table("v", Column("a", Integer)),
            op.add_column("v", Column("id", Integer, primary_key=True, autoincrement=True), inline_primary_key=True),
        ),
        sql="""
            CREATE TABLE v (
                a INTEGER
            );

            ALTER TABLE v ADD COLUMN id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY;
        """,
        effect="""
            + column v.a INTEGER null
            + column v.id INTEGER not null auto_increment
            + primary key v (id)
            + table v
        """,
        reverse=lambda op: op.drop_table("v"),
    ),
}


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
@pytest.mark.parametrize("name", CASES)
def test_sql(name: str, dialect: str) -> None:
    assert sql_of(dialect, CASES[name].action) == dedent(CASES[name].sql)


@pytest.mark.parametrize("name", CASES)
def test_effect_and_back(mysql_database: Database, name: str) -> None:
    effect, left = effect_and_back(mysql_database, start, CASES[name])
    assert (effect.replace("mariadb_", "mysql_").replace(" % 2", " MOD 2"), left) == (dedent(CASES[name].effect), "")


def test_text_does_what_a_run_does(mysql_database: Database, new_database: Callable[[str], Database]) -> None:
    assert differences(new_database("mysql"), mysql_database, start, CASES) == []


TABLE_OPTIONS = {
    "engine": "InnoDB",
    "charset": "latin1",
    "collate": "latin1_bin",
    "auto_increment": "500",
    "row_format": "DYNAMIC",
    "partition_by": "HASH(n)",
    "partitions": "3",
}


def with_options(op: Operations) -> None:
    op.create_table(
        "u",
        Column("id", Integer, primary_key=True, autoincrement=True),
        Column("n", Integer, primary_key=True),
        comment="it's",
        **{f"{name}_{option}": value for name in ("mysql", "mariadb") for option, value in TABLE_OPTIONS.items()},
    )


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_options_of_a_table(dialect: str) -> None:
    # SQLAlchemy does not promise their order, but for the partitions at the end.
    options = sql_of(dialect, with_options).split("\n)", 1)[1]
    words = "ENGINE=InnoDB CHARSET=latin1 COLLATE latin1_bin AUTO_INCREMENT=500 ROW_FORMAT=DYNAMIC COMMENT='it''s'"
    assert sorted(options.split(" PARTITION BY")[0].split()) == sorted(words.split())
    assert options.endswith(" PARTITION BY HASH(n) PARTITIONS 3;")


def test_options_of_a_table_arrive(mysql_database: Database) -> None:
    apply(mysql_database, with_options)
    with mysql_database.engine().connect() as connection:
        options = connection.execute(sa.text("SHOW CREATE TABLE u")).one()[1].split("\n)", 1)[1]
    words = ("ENGINE=InnoDB", "AUTO_INCREMENT=500", "latin1_bin", "ROW_FORMAT=DYNAMIC", "COMMENT='it''s'")
    assert [word for word in (*words, "PARTITIONS 3") if word not in options] == []


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_a_parser_of_a_fulltext_index(dialect: str) -> None:
    # SQLAlchemy 2.0 looks for mysql_with_parser on MariaDB too.
    options = {f"{dialect}_prefix": "FULLTEXT", f"{dialect}_with_parser": "ngram", "mysql_with_parser": "ngram"}
    sql = sql_of(dialect, lambda op: op.create_index("ft", "t", ["a"], **options, mysql_algorithm="INPLACE"))
    assert sql == "CREATE FULLTEXT INDEX ft ON t (a) WITH PARSER ngram ALGORITHM=INPLACE;"


def test_a_spatial_index(mysql_database: Database) -> None:
    options = {"mysql_prefix": "SPATIAL", "mariadb_prefix": "SPATIAL"}
    with operations(mysql_database) as op:
        op.execute("CREATE TABLE t (place POINT NOT NULL)")
        show = sa.text("SHOW CREATE TABLE t")
        before = op.get_bind().execute(show).one()[1]
        op.create_index("sp", "t", ["place"], **options)
        assert "SPATIAL KEY `sp` (`place`)" in op.get_bind().execute(show).one()[1]
        op.drop_index("sp", "t")
        assert op.get_bind().execute(show).one()[1] == before
    assert sql_of("mysql", lambda op: op.create_index("sp", "t", ["place"], **options)) == (
        "CREATE SPATIAL INDEX sp ON t (place);"
    )


def test_an_index_over_an_expression() -> None:
    """MySQL since 8.0.13: https://dev.mysql.com/doc/refman/8.4/en/create-index.html"""
    lower = sa.func.lower(sa.column("a"))
    sql = "CREATE UNIQUE INDEX ix ON t ((lower(a)));"
    assert sql_of("mysql", lambda op: op.create_index("ix", "t", [lower], unique=True)) == sql
    with pytest.raises(UnsupportedOperation, match="mariadb cannot index an expression"):
        sql_of("mariadb", lambda op: op.create_index("ix", "t", [lower]))


@pytest.mark.parametrize(
    ("type_", "default", "mysql_default"),
    [
        (sa.Text(), "it's", "('it''s')"),
        (sa.LargeBinary(), "x", "('x')"),
        (sa.JSON(), "{}", "('{}')"),
        (String(9), "x", "'x'"),
        (String(9), sa.text("'a' || 'b'"), "('a' || 'b')"),
        (Integer(), sa.text("(1) + (2)"), "((1) + (2))"),
        (sa.Double(), sa.text("-1.5e3"), "-1.5e3"),
        (mysql.BIT(3), sa.text("b'101'"), "b'101'"),
        (String(9), sa.text("_latin1'x'"), "_latin1'x'"),
        (sa.DateTime(), sa.func.now(), "(now())"),
    ],
)
def test_which_defaults_stand_in_parentheses(
    type_: sa.types.TypeEngine[object], default: str, mysql_default: str
) -> None:
    """https://dev.mysql.com/doc/refman/8.4/en/data-type-defaults.html#data-type-defaults-explicit"""
    sql = sql_of("mysql", lambda op: op.alter_column("t", "x", server_default=default, existing_type=type_))
    assert sql == f"ALTER TABLE t ALTER COLUMN x SET DEFAULT {mysql_default};"


def test_a_key_to_another_database_and_back(mysql_database: Database, new_database: Callable[[str], Database]) -> None:
    """``source_schema`` and ``referent_schema`` name databases of the server."""
    other = str(sa.make_url(new_database("mysql").url).database)
    here = str(sa.make_url(mysql_database.url).database)
    with operations(mysql_database) as op:
        op.create_table("owner", Column("id", Integer, primary_key=True), schema=other)
        op.create_table("t", Column("owner_id", Integer))
        before = catalog(mysql_database)
        op.create_foreign_key("fk", "t", "owner", ["owner_id"], ["id"], source_schema=here, referent_schema=other)
        (key,) = sa.inspect(op.get_bind()).get_foreign_keys("t")
        assert (key["name"], key["referred_schema"], key["referred_table"]) == ("fk", other, "owner")
        op.drop_constraint("fk", "t", schema=here)
        op.drop_index("fk", "t")
        assert catalog(mysql_database) == before
        op.create_table("u", Column("owner_id", Integer, ForeignKey(f"{other}.owner.id", name="fk_u")))
        (key,) = sa.inspect(op.get_bind()).get_foreign_keys("u")
        assert key["referred_schema"] == other
        op.drop_table("u")
        op.drop_table("owner", schema=other)


def test_sequences_of_mariadb(mysql_database: Database) -> None:
    with operations(mysql_database) as op:
        if not op.get_bind().dialect.is_mariadb:
            pytest.skip("sequences are MariaDB's")
        number = sa.Sequence("it's %s", start=5, increment=2)
        op.execute(sa.schema.CreateSequence(number))
        op.create_table("t", Column("a", Integer, nullable=False), Column("b", String(9)))
        op.alter_column("t", "a", server_default=sa.text("nextval(`it's %s`)"))
        op.alter_column("t", "a", comment="counted", type_=sa.BigInteger())
        op.bulk_insert(sa.table("t", sa.column("b")), [{"b": "x"}, {"b": "y"}])
        assert op.get_bind().execute(sa.text("SELECT a FROM t ORDER BY a")).scalars().all() == [5, 7]
        op.drop_table("t")
        op.execute(sa.schema.DropSequence(number))


def test_a_uuid_of_mariadb(mysql_database: Database) -> None:
    """Since MariaDB 10.7; SQLAlchemy's reflection of 2.0 does not know the type, and does not need to."""
    with operations(mysql_database) as op:
        version = op.get_bind().dialect.server_version_info or ()
        if not op.get_bind().dialect.is_mariadb or version < (10, 7):
            pytest.skip("the type is that of newer MariaDBs")
        op.execute("CREATE TABLE t (a UUID NOT NULL DEFAULT uuid())")
        op.alter_column("t", "a", new_column_name="b", comment="id")
        created = op.get_bind().execute(sa.text("SHOW CREATE TABLE t")).one()[1]
    assert "`b` uuid NOT NULL DEFAULT uuid() COMMENT 'id'" in created
