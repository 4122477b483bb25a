"""Comparing models with MySQL: what was created from models does not differ from them, and what differs is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql

from testing.all_types import column_of_each_type, made, rejected, type_classes
from testing.databases import Database
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import compare_metadata
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.same import SameCheck

OPTIONS: dict[str, Any] = {
    "compare_server_default": True,
    "autogenerate_plugins": ["*", "whimbrel.autogenerate.checks"],
}


def differences(engine: sa.Engine, metadata: sa.MetaData, **options: Any) -> list[Any]:
    """What differs, all that can be compared being compared."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={**OPTIONS, **options})
        return compare_metadata(context, metadata)


class Money(sa.TypeDecorator[Any]):
    """A type over another one."""

    impl = sa.Numeric(12, 4)
    cache_ok = True


TYPES: dict[str, Any] = {
    "big_integer": sa.BigInteger(),
    "boolean": sa.Boolean(),
    "boolean_checked": sa.Boolean(create_constraint=True, name="only_true_or_false"),
    "boolean_checked_nameless": sa.Boolean(create_constraint=True),
    "char": sa.CHAR(),
    "char_3": sa.CHAR(3),
    "date": sa.Date(),
    "date_time": sa.DateTime(),
    "date_time_zone": sa.DateTime(timezone=True),
    "decimal": sa.DECIMAL(8, 3),
    "decorated": Money(),
    "double": sa.Double(),
    "enum": sa.Enum("a", "it's", "b, c", "100%", name="letters"),
    "enum_as_text": sa.Enum("a", "bcd", name="words", native_enum=False),
    "enum_checked": sa.Enum("a", "bcd", name="words_checked", native_enum=False, create_constraint=True),
    "float": sa.Float(),
    "float_24": sa.Float(24),
    "float_53": sa.Float(53),
    "integer": sa.Integer(),
    "interval": sa.Interval(),
    "interval_3": sa.Interval(second_precision=3),
    "json": sa.JSON(),
    "large_binary": sa.LargeBinary(),
    "large_binary_200": sa.LargeBinary(200),
    "large_binary_70000": sa.LargeBinary(70000),
    "nchar_3": sa.NCHAR(3),
    "numeric": sa.Numeric(),
    "numeric_10": sa.Numeric(10),
    "numeric_10_2": sa.Numeric(10, 2),
    "pickle": sa.PickleType(),
    "real": sa.REAL(),
    "small_integer": sa.SmallInteger(),
    "string_50": sa.String(50),
    "string_collated": sa.String(50, collation="utf8mb4_bin"),
    "string_utf8": sa.String(50, collation="utf8_unicode_ci"),
    "text": sa.Text(),
    "text_60": sa.Text(60),
    "text_100": sa.Text(100),
    "text_20000": sa.Text(20000),
    "text_collated": sa.Text(collation="utf8mb4_bin"),
    "time": sa.Time(),
    "timestamp": sa.TIMESTAMP(),
    "unicode_20": sa.Unicode(20),
    "unicode_text": sa.UnicodeText(),
    "uuid": sa.Uuid(),
    "uuid_as_text": sa.Uuid(native_uuid=False),
    "variant": sa.Text().with_variant(mysql.LONGTEXT(), "mysql", "mariadb"),
    "my_big": mysql.BIGINT(unsigned=True),
    "my_big_20": mysql.BIGINT(20),
    "my_bit": mysql.BIT(),
    "my_bit_5": mysql.BIT(5),
    "my_binary": sa.BINARY(),
    "my_binary_16": sa.BINARY(16),
    "my_char_ascii": mysql.CHAR(5, ascii=True),
    "my_char_latin": mysql.CHAR(5, charset="latin1"),
    "my_datetime_6": mysql.DATETIME(fsp=6),
    "my_datetime_0": mysql.DATETIME(fsp=0),
    "my_decimal_unsigned": mysql.DECIMAL(12, 4, unsigned=True),
    "my_double_10_2": mysql.DOUBLE(10, 2),
    "my_double_zerofill": mysql.DOUBLE(zerofill=True),
    "my_enum_charset": mysql.ENUM("a", "é", charset="utf8mb4"),
    "my_float_10": mysql.FLOAT(10),
    "my_float_7_3": mysql.FLOAT(7, 3),
    "my_int_5": mysql.INTEGER(5),
    "my_int_zerofill": mysql.INTEGER(zerofill=True),
    "my_int_zerofill_5": mysql.INTEGER(5, zerofill=True),
    "my_long_blob": mysql.LONGBLOB(),
    "my_long_text": mysql.LONGTEXT(),
    "my_medium_blob": mysql.MEDIUMBLOB(),
    "my_medium_int": mysql.MEDIUMINT(unsigned=True),
    "my_medium_text": mysql.MEDIUMTEXT(charset="latin1"),
    "my_national": mysql.VARCHAR(20, national=True),
    "my_numeric": mysql.NUMERIC(unsigned=True),
    "my_real": mysql.REAL(10, 2),
    "my_set": mysql.SET("a", "it's", "b"),
    "my_set_latin": mysql.SET("a", "b", charset="latin1", collation="latin1_bin"),
    "my_time_3": mysql.TIME(fsp=3),
    "my_timestamp_6": mysql.TIMESTAMP(fsp=6),
    "my_tiny_blob": mysql.TINYBLOB(),
    "my_tiny_int": mysql.TINYINT(),
    "my_tiny_int_1": mysql.TINYINT(1),
    "my_tiny_int_1_unsigned": mysql.TINYINT(1, unsigned=True),
    "my_tiny_int_4": mysql.TINYINT(4),
    "my_tiny_text": mysql.TINYTEXT(),
    "my_varbinary": sa.VARBINARY(30),
    "my_varchar_binary": mysql.VARCHAR(20, binary=True),
    "my_varchar_table": mysql.VARCHAR(20, charset="utf8mb4"),
    "my_varchar_unicode": mysql.VARCHAR(20, unicode=True),
    "my_year": mysql.YEAR(),
    "my_year_4": mysql.YEAR(4),
}

NOT_THERE = {"ARRAY", "CLOB"}
"""Names of SQLAlchemy's types that the database does not have."""

DEFAULTS: dict[str, tuple[Any, Any]] = {
    "word": (sa.String(20), "plain"),
    "quote": (sa.String(20), "it's"),
    "double_quote": (sa.String(20), 'say "x"'),
    "percent": (sa.String(20), "100%"),
    "percents": (sa.String(20), "100%%"),
    "colon": (sa.String(20), "a:b"),
    "backslash": (sa.String(20), sa.text(r"'a\\b'")),
    "empty": (sa.String(20), ""),
    "blank": (sa.String(20), " "),
    "number_as_text": (sa.String(20), "5"),
    "number_in_text": (sa.String(20), sa.text("5")),
    "letter_n": (sa.String(20), sa.text("N'x'")),
    "introduced": (sa.String(20), sa.text("_utf8mb4'x'")),
    "hexadecimal": (sa.String(20), sa.text("0x6162")),
    "null_word": (sa.String(20), "NULL"),
    "char": (sa.CHAR(3), "abc"),
    "text": (sa.Text(), sa.text("('plain')")),
    "integer_as_text": (sa.Integer(), "5"),
    "integer": (sa.Integer(), sa.text("5")),
    "negative": (sa.Integer(), "-5"),
    "negative_number": (sa.Integer(), sa.text("-5")),
    "sum": (sa.Integer(), sa.text("(1 + 2 * 3)")),
    "in_parentheses": (sa.Integer(), sa.text("((7))")),
    "rounded": (sa.Integer(), sa.text("1.0")),
    "zerofill": (mysql.INTEGER(5, zerofill=True), sa.text("42")),
    "numeric": (sa.Numeric(10, 2), "0"),
    "numeric_scale": (sa.Numeric(10, 2), sa.text("1.5")),
    "numeric_scale_text": (sa.Numeric(10, 2), "0.00"),
    "float": (sa.Float(), sa.text("1e3")),
    "double": (sa.Double(), "0.1"),
    "true": (sa.Boolean(), sa.true()),
    "true_word": (sa.Boolean(), sa.text("true")),
    "false": (sa.Boolean(), sa.text("FALSE")),
    "false_text": (sa.Boolean(), "0"),
    "bits": (mysql.BIT(3), sa.text("b'101'")),
    "bits_of_number": (mysql.BIT(3), sa.text("5")),
    "now": (sa.DateTime(), sa.func.now()),
    "current": (sa.DateTime(), sa.func.current_timestamp()),
    "current_text": (sa.DateTime(), sa.text("CURRENT_TIMESTAMP")),
    "current_fsp": (mysql.DATETIME(fsp=6), sa.text("CURRENT_TIMESTAMP(6)")),
    "now_fsp": (mysql.DATETIME(fsp=3), sa.text("now(3)")),
    "local": (sa.DateTime(), sa.text("LOCALTIME")),
    "on_update": (sa.DateTime(), sa.text("CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP")),
    "on_update_fsp": (mysql.TIMESTAMP(fsp=3), sa.text("NOW(3) ON UPDATE NOW(3)")),
    "null_on_update": (sa.DateTime(), sa.text("NULL ON UPDATE CURRENT_TIMESTAMP")),
    "later": (sa.DateTime(), sa.text("(now() + INTERVAL 1 DAY)")),
    "a_date": (sa.Date(), "2020-1-2"),
    "a_datetime": (sa.DateTime(), "2020-01-02"),
    "a_time": (sa.Time(), "1:2:3"),
    "today": (sa.Date(), sa.text("(CURRENT_DATE)")),
    "year": (mysql.YEAR(), "20"),
    "uuid": (sa.String(36), sa.text("(uuid())")),
    "uuid_function": (sa.String(36), sa.func.uuid()),
    "enum": (sa.Enum("a", "it's", name="letters"), "it's"),
    "set": (mysql.SET("a", "b"), "b,a"),
    "bytes": (sa.VARBINARY(20), "a"),
    "null": (sa.Integer(), sa.text("NULL")),
    "case": (sa.String(20), sa.text("(CASE WHEN now() > '2020-01-01' THEN 'late' ELSE concat('ear', \"ly\") END)")),
    "of_another": (sa.Integer(), sa.text("(`integer` + 1)")),
    "json": (sa.JSON(), sa.text("('{}')")),
}


def corpus() -> sa.MetaData:
    """Tables with columns of all types and defaults, keys and indexes of all kinds."""
    metadata = sa.MetaData()
    types = list(TYPES.items())
    for part in range(2):  # a row has its limit
        columns = (sa.Column(name, type_, comment=f"of {name}") for name, type_ in types[part::2])
        sa.Table(f"of_types_{part}", metadata, *columns)
    sa.Table(
        "of_defaults",
        metadata,
        *(sa.Column(name, type_, server_default=default) for name, (type_, default) in DEFAULTS.items()),
    )
    sa.Table(
        "not_null",
        metadata,
        *(sa.Column(name, type_, nullable=False) for name, type_ in TYPES.items() if name in ("timestamp", "json")),
        sa.Column("seen", sa.TIMESTAMP, server_default=sa.func.now(), nullable=False),
    )
    sa.Table("of_all_types", metadata, *column_of_each_type(mysql, but=NOT_THERE))
    sa.Table("Counting", metadata, sa.Column("Id", sa.Integer, primary_key=True), comment="it's 100% \\ `so`")
    sa.Table("counting big", metadata, sa.Column("Id", mysql.BIGINT(unsigned=True), primary_key=True))
    sa.Table("plain_key", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
    sa.Table("identity", metadata, sa.Column("id", sa.Integer, sa.Identity(), primary_key=True))
    sa.Table(
        "two_keys",
        metadata,
        sa.Column("a", sa.Integer, nullable=False),
        sa.Column("b", sa.String(20), nullable=False),
        sa.PrimaryKeyConstraint("b", "a"),
    )
    sa.Table(
        "computed",
        metadata,
        sa.Column("a", sa.Integer),
        sa.Column("word", sa.String(20)),
        sa.Column("double", sa.Integer, sa.Computed("a * 2 + 1")),
        sa.Column("stored", sa.Integer, sa.Computed("(a  % 3)", persisted=True)),
        sa.Column("virtual", sa.String(50), sa.Computed("CONCAT(word, '%', 'it''s')", persisted=False)),
    )
    indexed = sa.Table(
        "indexed",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer, index=True),
        sa.Column("b", sa.String(20), unique=True),
        sa.Column("c", sa.String(20), index=True, unique=True),
        sa.Column("words", sa.Text),
        sa.Column("blob", sa.LargeBinary),
        sa.UniqueConstraint("a", "b"),
        sa.UniqueConstraint("b", "a", name="uq_b_a"),
        sa.Index("ix_two", "b", "a"),
        sa.Index("ix_desc_text", sa.text("b DESC"), sa.text("`words`(10)"), "a"),
        sa.Index("IX_Prefix", "words", "b", mysql_length={"words": 10, "b": 20}, mariadb_length={"words": 10, "b": 20}),
        sa.Index("ix_all_prefixes", "words", "blob", mysql_length=7, mariadb_length=7),
        sa.Index("uq_prefix", "words", unique=True, mysql_length={"words": 9}, mariadb_length={"words": 9}),
        sa.Index("ft", "words", mysql_prefix="FULLTEXT", mariadb_prefix="FULLTEXT"),
        sa.Index("ix_using", "a", "c", mysql_using="hash", mariadb_using="hash"),
        sa.CheckConstraint("a > 0 AND b <> 'it''s 100%'", name="positive"),
        sa.CheckConstraint("a in (1,2,3) or b like 'x%'"),
        mysql_engine="InnoDB",
    )
    sa.Index("ix_desc", indexed.c.b.desc(), indexed.c.a)
    sa.Table(
        "in_memory",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer),
        sa.Index("ix_hash", "a", mysql_using="hash", mariadb_using="hash"),
        sa.Index("ix_tree", "a", "id", mysql_using="btree", mariadb_using="btree"),
        sa.Index("ix_default", "id", "a"),
        mysql_engine="MEMORY",
        mariadb_engine="MEMORY",
    )
    sa.Table(
        "child",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.String(20)),
        sa.Column("nameless", sa.ForeignKey("Counting.Id")),
        sa.Column("named", sa.ForeignKey("Counting.Id", name="fk_named", ondelete="RESTRICT", onupdate="no action")),
        sa.Column("cascades", sa.ForeignKey("Counting.Id", ondelete="CASCADE", onupdate="SET NULL")),
        sa.Column("indexed", sa.ForeignKey("Counting.Id"), index=True),
        sa.Column("twice", sa.ForeignKey("Counting.Id", name="fk_twice")),
        sa.Column("itself", sa.ForeignKey("child.id", name="fk_itself")),
        sa.ForeignKeyConstraint(["a", "b"], ["indexed.a", "indexed.b"], name="fk_two"),
        sa.ForeignKeyConstraint(["twice"], ["Counting.Id"], name="fk_again"),
        sa.Index("named", "named"),
    )
    sa.Table(
        "latin",
        metadata,
        sa.Column("plain", sa.String(20)),
        sa.Column("sized", sa.Text(200)),
        sa.Column("said", mysql.VARCHAR(20, charset="latin1", collation="latin1_bin")),
        sa.Column("other", sa.String(20, collation="utf8mb4_bin")),
        mysql_charset="latin1",
        mariadb_charset="latin1",
    )
    return metadata


@pytest.fixture
def engine(mysql_database: Database) -> Iterator[sa.Engine]:
    """An engine of an empty database."""
    found = mysql_database.engine()
    yield found
    found.dispose()


@pytest.mark.parametrize("name", sorted(NOT_THERE))
def test_what_the_corpus_leaves_out_is_no_type_of_the_server(engine: sa.Engine, name: str) -> None:
    assert rejected(engine, made(name, type_classes(mysql)[name]))


def test_what_was_created_does_not_differ(engine: sa.Engine) -> None:
    metadata = corpus()
    metadata.create_all(engine)

    assert differences(engine, metadata) == []


def test_tables_are_read_in_a_few_statements(engine: sa.Engine) -> None:
    metadata = corpus()
    for number in range(40):
        sa.Table(f"one_of_many_{number}", metadata, sa.Column("id", sa.Integer, primary_key=True))
    metadata.create_all(engine)
    statements: list[str] = []
    sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))

    assert differences(engine, metadata, compare_server_default=False, autogenerate_plugins=["*"]) == []
    assert len(statements) <= 20


def test_one_spelling_that_the_server_rejects_spoils_no_other(engine: sa.Engine) -> None:
    def models(*defaults: str) -> sa.MetaData:
        metadata = sa.MetaData()
        columns = (sa.Column(f"c{n}", sa.Integer, server_default=sa.text(said)) for n, said in enumerate(defaults))
        sa.Table("t", metadata, *columns)
        return metadata

    models("(1 + 2)", "(3 * 4)", "(length('x'))", "(c0 + 1)").create_all(engine)
    found = differences(engine, models("((1)+ 2)", "(no_such_function(1))", "(LENGTH('x'))", "(`c0`+1)"))

    assert [(change[0], change[3]) for changes in found for change in changes] == [("modify_default", "c1")]


def test_asking_commits_nothing(engine: sa.Engine) -> None:
    metadata = corpus()
    metadata.create_all(engine)
    with engine.connect() as connection:
        connection.execute(metadata.tables["plain_key"].insert().values(id=1))
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, metadata) == []
        connection.rollback()
        assert connection.execute(sa.select(metadata.tables["plain_key"])).all() == []


def test_the_databases_of_the_server_itself_are_left_out(engine: sa.Engine) -> None:
    with engine.connect() as connection:
        impl = MigrationContext.configure(connection).impl
        assert impl.system_schemas() >= {"mysql", "information_schema", "performance_schema", "sys"}


def test_a_foreign_key_to_another_database(engine: sa.Engine, new_database: Callable[[str], Database]) -> None:
    other = new_database("mysql").name

    def models(own: str | None) -> sa.MetaData:
        metadata = sa.MetaData()
        sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True), schema=other)
        sa.Table("near", metadata, sa.Column("id", sa.Integer, primary_key=True), schema=own)
        sa.Table(
            "child",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("parent", sa.ForeignKey(f"{other}.parent.id")),
            sa.Column("near", sa.ForeignKey(f"{own}.near.id" if own else "near.id")),
        )
        return metadata

    models(None).create_all(engine)

    assert differences(engine, models(None)) == []
    assert differences(engine, models(engine.url.database)) == []


def test_a_table_that_is_the_same_is_known_at_a_glance(engine: sa.Engine) -> None:
    metadata = sa.MetaData()
    sa.Table("parent", metadata, sa.Column("id", sa.Integer, primary_key=True))
    child = sa.Table(
        "child",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, comment="key"),
        sa.Column("flag", sa.Boolean, nullable=False, server_default=sa.text("true")),
        sa.Column("amount", sa.Numeric(10, 2), server_default="0"),
        sa.Column("created", sa.DateTime, server_default=sa.func.now(), index=True),
        sa.Column("parent_id", sa.ForeignKey("parent.id", name="fk_parent")),
        sa.UniqueConstraint("amount", name="uq_amount"),
    )
    metadata.create_all(engine)

    with engine.connect() as connection:
        context = AutogenContext(
            MigrationContext.configure(connection, opts={"compare_server_default": True}), metadata
        )
        (table,) = context.impl.read_tables(context.inspector, None, ["child"], checks=False)
        assert SameCheck(context).is_same(table, child)
