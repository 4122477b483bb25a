"""Comparing models with PostgreSQL: what was created from them does not differ from them, what differs is found."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from testing.all_types import column_of_each_type, made, rejected, type_classes
from testing.databases import Database
from testing.scripted import differences, run, scripted
from whimbrel_postgresql.server_types import ServerType


class Ltree(sa.types.UserDefinedType[str]):
    """A type of an extension that SQLAlchemy has no class for."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        """Its name."""
        return "LTREE"


class Money(sa.TypeDecorator[Any]):
    """A type over another one."""

    impl = sa.Numeric(12, 4)
    cache_ok = True


TYPES: dict[str, Any] = {
    "big_integer": sa.BigInteger(),
    "boolean": sa.Boolean(),
    "boolean_checked": sa.Boolean(create_constraint=True, name="only_true_or_false"),
    "date": sa.Date(),
    "date_time": sa.DateTime(),
    "date_time_zone": sa.DateTime(timezone=True),
    "double": sa.Double(),
    "double_53": sa.Double(53),
    "enum": sa.Enum("a", "it's", name="letters"),
    "enum_as_text": sa.Enum("a", "bcd", name="words", native_enum=False),
    "enum_checked": sa.Enum("a", "bcd", name="words_checked", native_enum=False, create_constraint=True),
    "float": sa.Float(),
    "float_24": sa.Float(24),
    "float_25": sa.Float(25),
    "float_53": sa.Float(53),
    "integer": sa.Integer(),
    "interval": sa.Interval(),
    "interval_3": sa.Interval(second_precision=3),
    "large_binary": sa.LargeBinary(),
    "numeric": sa.Numeric(),
    "numeric_10": sa.Numeric(10),
    "numeric_10_2": sa.Numeric(10, 2),
    "pickle": sa.PickleType(),
    "small_integer": sa.SmallInteger(),
    "string": sa.String(),
    "string_50": sa.String(50),
    "string_collated": sa.String(50, collation="C"),
    "text": sa.Text(),
    "text_collated": sa.Text(collation="POSIX"),
    "time": sa.Time(),
    "time_zone": sa.Time(timezone=True),
    "unicode_20": sa.Unicode(20),
    "unicode_text": sa.UnicodeText(),
    "uuid": sa.Uuid(),
    "uuid_as_text": sa.Uuid(native_uuid=False),
    "json": sa.JSON(),
    "char": sa.CHAR(),
    "char_3": sa.CHAR(3),
    "nchar_3": sa.NCHAR(3),
    "decimal": sa.DECIMAL(8, 3),
    "real": sa.REAL(),
    "array": sa.ARRAY(sa.Integer),
    "array_2": sa.ARRAY(sa.String(20), dimensions=2),
    "array_collated": sa.ARRAY(sa.String(20, collation="C")),
    "array_of_enum": pg.ARRAY(sa.Enum("a", "it's", name="letters")),
    "array_of_times": pg.ARRAY(sa.DateTime(timezone=True)),
    "bit": pg.BIT(),
    "bit_3": pg.BIT(3),
    "bit_varying": pg.BIT(varying=True),
    "bit_varying_5": pg.BIT(5, varying=True),
    "bytea": pg.BYTEA(),
    "cidr": pg.CIDR(),
    "citext": pg.CITEXT(),
    "citext_array": pg.ARRAY(pg.CITEXT()),
    "date_multi_range": pg.DATEMULTIRANGE(),
    "date_range": pg.DATERANGE(),
    "domain": pg.DOMAIN("positive", sa.Integer(), check="VALUE > 0", not_null=True, default="1"),
    "domain_text": pg.DOMAIN("postcode", sa.String(5), collation="C", check="VALUE ~ '^[0-9]+$'"),
    "domain_array": pg.ARRAY(pg.DOMAIN("positive", sa.Integer(), check="VALUE > 0", not_null=True)),
    "hstore": pg.HSTORE(),
    "inet": pg.INET(),
    "int4_multi_range": pg.INT4MULTIRANGE(),
    "int4_range": pg.INT4RANGE(),
    "int8_range": pg.INT8RANGE(),
    "interval_fields": pg.INTERVAL(fields="DAY TO SECOND", precision=2),
    "interval_year": pg.INTERVAL(fields="YEAR"),
    "jsonb": pg.JSONB(),
    "json_path": pg.JSONPATH(),
    "ltree": Ltree(),
    "mac": pg.MACADDR(),
    "mac8": pg.MACADDR8(),
    "money": pg.MONEY(),
    "money_decorated": Money(),
    "named_enum": pg.ENUM("x", "y", name="Named Enum"),
    "numeric_range": pg.NUMRANGE(),
    "oid": pg.OID(),
    "regclass": pg.REGCLASS(),
    "regconfig": pg.REGCONFIG(),
    "timestamp_3": pg.TIMESTAMP(precision=3),
    "timestamp_zone_0": pg.TIMESTAMP(timezone=True, precision=0),
    "time_zone_2": pg.TIME(timezone=True, precision=2),
    "ts_multi_range": pg.TSMULTIRANGE(),
    "ts_query": pg.TSQUERY(),
    "ts_range": pg.TSRANGE(),
    "ts_vector": pg.TSVECTOR(),
    "tstz_range": pg.TSTZRANGE(),
    "variant": sa.Text().with_variant(pg.JSONB(), "postgresql"),
    "variant_of_enum": sa.String(10).with_variant(pg.ENUM("x", "y", name="Named Enum"), "postgresql"),
}

NOT_THERE = {"BINARY", "BLOB", "CLOB", "DATETIME", "DOUBLE", "NVARCHAR", "VARBINARY"}
"""Names of SQLAlchemy's types that the database does not have."""

DEFAULTS: dict[str, tuple[Any, Any]] = {
    "word": (sa.String(20), "plain"),
    "quote": (sa.String(20), "it's"),
    "percent": (sa.String(20), "100%"),
    "colon": (sa.String(20), "a:b"),
    "backslash": (sa.String(20), "a\\b"),
    "empty": (sa.String(20), ""),
    "text": (sa.Text(), "plain"),
    "char": (sa.CHAR(3), "abc"),
    "integer_as_text": (sa.Integer(), "5"),
    "integer": (sa.Integer(), sa.text("5")),
    "negative": (sa.Integer(), "-5"),
    "negative_number": (sa.Integer(), sa.text("-5")),
    "sum": (sa.Integer(), sa.text("1 + 2 * 3")),
    "numeric": (sa.Numeric(10, 2), "0"),
    "numeric_scale": (sa.Numeric(10, 2), sa.text("1.50")),
    "float": (sa.Float(), sa.text("1e3")),
    "true": (sa.Boolean(), sa.true()),
    "false": (sa.Boolean(), sa.text("FALSE")),
    "boolean_letter": (sa.Boolean(), "t"),
    "now": (sa.DateTime(), sa.func.now()),
    "current": (sa.DateTime(timezone=True), sa.func.current_timestamp()),
    "current_text": (sa.DateTime(timezone=True), sa.text("CURRENT_TIMESTAMP")),
    "utc": (sa.DateTime(), sa.text("timezone('utc', now())")),
    "at_zone": (sa.DateTime(), sa.text("(now() AT TIME ZONE 'utc')")),
    "today": (sa.Date(), sa.text("CURRENT_DATE")),
    "a_date": (sa.Date(), "2020-1-2"),
    "interval": (sa.Interval(), "1 day"),
    "interval_text": (sa.Interval(), sa.text("INTERVAL '90 minutes'")),
    "uuid": (sa.Uuid(), sa.text("gen_random_uuid()")),
    "json": (sa.JSON(), "{}"),
    "jsonb": (pg.JSONB(), sa.text("'{\"a\":   1}'")),
    "array": (pg.ARRAY(sa.Integer), "{}"),
    "array_text": (pg.ARRAY(sa.Text), sa.text("ARRAY[]::text[]")),
    "enum": (sa.Enum("a", "it's", name="letters"), "it's"),
    "enum_cast": (sa.Enum("a", "it's", name="letters"), sa.text("'a'::letters")),
    "bytes": (sa.LargeBinary(), sa.text(r"'\x00ff'")),
    "null": (sa.Integer(), sa.text("NULL")),
    "function": (sa.Text(), sa.text("md5(random()::text)")),
    "case": (sa.Text(), sa.text("CASE WHEN now() > '2020-01-01' THEN 'late' ELSE 'early' END")),
    "in_parentheses": (sa.Integer(), sa.text("((7))")),
    "bits": (pg.BIT(3), sa.text("B'101'")),
    "inet": (pg.INET(), "127.0.0.1"),
    "range": (pg.INT4RANGE(), "[1,5]"),
    "domain": (pg.DOMAIN("positive", sa.Integer(), check="VALUE > 0", not_null=True, default="1"), "3"),
    "next": (sa.Integer(), sa.Sequence("numbers", metadata=sa.MetaData()).next_value()),
}


def of_2_1(**keywords: Any) -> dict[str, Any]:
    """Keywords that SQLAlchemy takes since 2.1; none of them before."""
    return keywords if sa.__version__ >= "2.1" else {}


def corpus() -> sa.MetaData:
    """Tables with columns of all types and defaults, keys and indexes of all kinds."""
    metadata = sa.MetaData()
    sa.Sequence("numbers", metadata=metadata)
    sa.Table("of_types", metadata, *(sa.Column(name, type_) for name, type_ in TYPES.items()))
    sa.Table(
        "of_defaults",
        metadata,
        *(sa.Column(name, type_, server_default=default) for name, (type_, default) in DEFAULTS.items()),
    )
    sa.Table("of_all_types", metadata, *column_of_each_type(pg, but=NOT_THERE))
    sa.Table("serial", metadata, sa.Column("id", sa.Integer, primary_key=True), comment="it's 100%")
    sa.Table("small serial", metadata, sa.Column("Id", sa.SmallInteger, primary_key=True, comment="of: what"))
    sa.Table("big_serial", metadata, sa.Column("id", sa.BigInteger, primary_key=True))
    sa.Table("plain_key", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))
    sa.Table("text_key", metadata, sa.Column("id", sa.Text, primary_key=True))
    sa.Table("identity", metadata, sa.Column("id", sa.Integer, sa.Identity(), primary_key=True))
    sa.Table(
        "identity_always",
        metadata,
        sa.Column("id", sa.BigInteger, sa.Identity(always=True, start=5, increment=2, cache=3)),
    )
    sa.Table("sequenced", metadata, sa.Column("id", sa.Integer, sa.Sequence("ids"), primary_key=True))
    sa.Table(
        "sequenced_by_server",
        metadata,
        sa.Column(
            "id",
            sa.Integer,
            (ids := sa.Sequence("server_ids", metadata=metadata)),
            server_default=ids.next_value(),
            primary_key=True,
        ),
    )
    sa.Table(
        "computed",
        metadata,
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer, sa.Computed("a * 2 + 1", persisted=True)),
        sa.Column("c", sa.Text, sa.Computed("CASE WHEN a IN (1, 2) THEN 'x%' ELSE 'y' END", persisted=True)),
    )
    t = sa.Table(
        "indexed",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), unique=True),
        sa.Column("nick", sa.Text, index=True),
        sa.Column("data", pg.JSONB),
        sa.Column("words", pg.TSVECTOR),
        sa.Column("stay", pg.TSRANGE),
        sa.Column("room", sa.Integer),
        sa.Column("Odd Name", sa.Integer),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.Column("status", sa.String(10)),
        sa.Column("a_name_that_is_" + "very_" * 8 + "long", sa.Integer, index=True, unique=True),
        sa.UniqueConstraint("room", "at"),
        sa.UniqueConstraint(
            "room", "nick", name="uq_with", postgresql_nulls_not_distinct=True, **of_2_1(postgresql_include=["data"])
        ),
        sa.UniqueConstraint("nick", "at", name="uq_late", deferrable=True, initially="DEFERRED"),
        sa.CheckConstraint("room > 0 AND room<1000", name="room_number"),
        sa.CheckConstraint("status IN ('a', 'b%')", name="known_status"),
        sa.CheckConstraint("length(name) between 1 and 10 or name is null", name="name_length"),
        sa.CheckConstraint('"Odd Name" != 5'),
        pg.ExcludeConstraint(("room", "="), ("stay", "&&"), name="one_guest", where=sa.text("room <> 13")),
        pg.ExcludeConstraint((sa.text("lower(name)"), "="), name="one_name", using="btree", deferrable=True),
    )
    c = t.c
    sa.Index("ix_plain", c.room, c.at)
    sa.Index("ix_unique", c.room, c.nick, c.id, unique=True)
    sa.Index("ix_lower", sa.func.lower(c.name))
    sa.Index("ix_lower_text", sa.text("lower(name) DESC NULLS LAST"), _table=t)
    sa.Index("ix_lower_ops", sa.func.lower(c.name).label("low"), postgresql_ops={"low": "text_pattern_ops"})
    sa.Index("ix_desc", c.room.desc(), c.at.desc().nulls_last(), c.id.asc().nulls_first(), c.nick.asc())
    sa.Index("ix_ops", c.name, c.nick, postgresql_ops={"name": "varchar_pattern_ops"})
    sa.Index("ix_where", c.name, postgresql_where=(c.room > 5) & c.status.in_(["a", "b"]))
    sa.Index("ix_where_text", c.name, postgresql_where=sa.text("status like 'x%%'"))
    sa.Index("ix_include", c.name, postgresql_include=["room", "at"])
    sa.Index("ix_gin", c.data, postgresql_using="gin", postgresql_ops={"data": "jsonb_path_ops"})
    sa.Index("ix_words", c.words, postgresql_using="gin", postgresql_with={"fastupdate": "off"})
    sa.Index("ix_vector", sa.func.to_tsvector(sa.literal_column("'english'"), c.nick), postgresql_using="gin")
    sa.Index("ix_trigram", c.nick, postgresql_using="gist", postgresql_ops={"nick": "gist_trgm_ops"})
    sa.Index("ix_json", c.data["key"].astext)
    sa.Index("ix_json_cast", sa.cast(c.data["key"].astext, sa.Integer))
    sa.Index("ix_coalesce", sa.func.coalesce(c.room, 0), c.nick, unique=True)
    sa.Index("ix_brin", c.at, postgresql_using="brin", postgresql_with={"pages_per_range": 32})
    sa.Index("ix_hash", c.status, postgresql_using="hash")
    sa.Index("ix_fill", c.status, postgresql_with={"fillfactor": 50})
    sa.Index("ix_nulls", c.room, c.status, unique=True, postgresql_nulls_not_distinct=True)
    sa.Index("ix_collate", c.name.collate("C"))
    sa.Index("ix_sum", c.room + c.id)
    sa.Index("ix_odd", c["Odd Name"])
    sa.Table(
        "child",
        metadata,
        sa.Column("id", sa.Integer, sa.ForeignKey("indexed.id"), primary_key=True),
        sa.Column("a", sa.Integer, sa.ForeignKey("indexed.id", ondelete="CASCADE", onupdate="SET NULL")),
        sa.Column("b", sa.Integer, sa.ForeignKey("indexed.id", deferrable=True, initially="DEFERRED", name="fk_late")),
        sa.Column("room", sa.Integer),
        sa.Column("at", sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(["room", "at"], ["indexed.room", "indexed.at"], match="FULL", ondelete="RESTRICT"),
    )
    sa.Table(
        "key of many",
        metadata,
        sa.Column("b", sa.Integer),
        sa.Column("a", sa.Integer),
        sa.Column("c", sa.Integer),
        sa.PrimaryKeyConstraint(
            "a", "b", name="Own Name", deferrable=True, initially="DEFERRED", **of_2_1(postgresql_include=["c"])
        ),
    )
    sa.Table("parted", metadata, sa.Column("at", sa.Date), postgresql_partition_by="RANGE (at)")
    sa.Table("filled", metadata, sa.Column("at", sa.Date), **of_2_1(postgresql_with={"fillfactor": 70}))
    return metadata


EXTENSIONS = ("citext", "hstore", "ltree", "btree_gist", "pg_trgm")


@pytest.fixture
def engine(postgresql_database: Database) -> sa.Engine:
    """An empty database with the extensions that the corpus needs."""
    engine = postgresql_database.engine()
    with engine.begin() as connection:
        for name in EXTENSIONS:
            connection.exec_driver_sql(f"CREATE EXTENSION {name}")
    return engine


@pytest.mark.parametrize("name", sorted(NOT_THERE))
def test_what_the_corpus_leaves_out_is_no_type_of_the_server(engine: sa.Engine, name: str) -> None:
    assert rejected(engine, made(name, type_classes(pg)[name]))


def test_what_was_created_from_models_does_not_differ_from_them(engine: sa.Engine) -> None:
    corpus().create_all(engine)
    assert differences(engine, corpus()) == []


def _kinds(found: list[Any]) -> list[str]:
    return [item[0] if isinstance(item, tuple) else item[0][0] for item in found]


def _one(*items: Any, schema: str | None = None) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table("t", metadata, *items, schema=schema)
    return metadata


INTEGER = sa.Column("a", sa.Integer)


DIFFER: dict[str, tuple[Callable[[], sa.MetaData], Callable[[], sa.MetaData], list[str]]] = {
    "precision": (
        lambda: _one(sa.Column("a", sa.Float(24))),
        lambda: _one(sa.Column("a", sa.Float(25))),
        ["modify_type"],
    ),
    "time zone": (
        lambda: _one(sa.Column("a", sa.DateTime())),
        lambda: _one(sa.Column("a", sa.DateTime(timezone=True))),
        ["modify_type"],
    ),
    "length": (
        lambda: _one(sa.Column("a", sa.String(5))),
        lambda: _one(sa.Column("a", sa.String())),
        ["modify_type"],
    ),
    "char and varchar": (
        lambda: _one(sa.Column("a", sa.String(5))),
        lambda: _one(sa.Column("a", sa.CHAR(5))),
        ["modify_type"],
    ),
    "collation": (
        lambda: _one(sa.Column("a", sa.String(5, collation="C"))),
        lambda: _one(sa.Column("a", sa.String(5))),
        ["modify_type"],
    ),
    "element of an array": (
        lambda: _one(sa.Column("a", sa.ARRAY(sa.Integer))),
        lambda: _one(sa.Column("a", sa.ARRAY(sa.BigInteger))),
        ["modify_type"],
    ),
    "a type that SQLAlchemy does not know": (
        lambda: _one(sa.Column("a", Ltree())),
        lambda: _one(sa.Column("a", sa.Text)),
        ["modify_type"],
    ),
    "default": (
        lambda: _one(sa.Column("a", sa.Text, server_default="x")),
        lambda: _one(sa.Column("a", sa.Text, server_default="X")),
        ["modify_default"],
    ),
    "default that the server rejects": (
        lambda: _one(sa.Column("a", sa.Integer, server_default="1")),
        lambda: _one(sa.Column("a", sa.Integer, server_default=sa.text("no_such_function()"))),
        ["modify_default"],
    ),
    "default of a function": (
        lambda: _one(sa.Column("a", sa.DateTime, server_default=sa.func.now())),
        lambda: _one(sa.Column("a", sa.DateTime, server_default=sa.func.clock_timestamp())),
        ["modify_default"],
    ),
    "unique: deferrable": (
        lambda: _one(sa.Column("a", sa.Integer), sa.UniqueConstraint("a", name="u")),
        lambda: _one(sa.Column("a", sa.Integer), sa.UniqueConstraint("a", name="u", deferrable=True)),
        ["remove_constraint", "add_constraint"],
    ),
    "unique: not deferrable any more": (
        lambda: _one(sa.Column("a", sa.Integer), sa.UniqueConstraint("a", name="u", deferrable=True)),
        lambda: _one(sa.Column("a", sa.Integer), sa.UniqueConstraint("a", name="u")),
        ["remove_constraint", "add_constraint"],
    ),
    "unique: nulls": (
        lambda: _one(sa.Column("a", sa.Integer), sa.UniqueConstraint("a", name="u")),
        lambda: _one(
            sa.Column("a", sa.Integer), sa.UniqueConstraint("a", name="u", postgresql_nulls_not_distinct=True)
        ),
        ["remove_constraint", "add_constraint"],
    ),
    "primary key: deferrable": (
        lambda: _one(sa.Column("a", sa.Text), sa.PrimaryKeyConstraint("a", name="p")),
        lambda: _one(sa.Column("a", sa.Text), sa.PrimaryKeyConstraint("a", name="p", deferrable=True)),
        ["remove_constraint", "add_constraint"],
    ),
    "index: expression": (
        lambda: _one(c := sa.Column("a", sa.Text), sa.Index("i", sa.func.lower(c))),
        lambda: _one(c := sa.Column("a", sa.Text), sa.Index("i", sa.func.upper(c))),
        ["remove_index", "add_index"],
    ),
    "index: sorting": (
        lambda: _one(c := sa.Column("a", sa.Text), sa.Index("i", c)),
        lambda: _one(c := sa.Column("a", sa.Text), sa.Index("i", c.desc())),
        ["remove_index", "add_index"],
    ),
    "index: where": (
        lambda: _one(c := sa.Column("a", sa.Integer), sa.Index("i", c, postgresql_where=c > 1)),
        lambda: _one(c := sa.Column("a", sa.Integer), sa.Index("i", c, postgresql_where=c > 2)),
        ["remove_index", "add_index"],
    ),
    "index: operator class": (
        lambda: _one(sa.Column("a", sa.Text), sa.Index("i", "a")),
        lambda: _one(sa.Column("a", sa.Text), sa.Index("i", "a", postgresql_ops={"a": "text_pattern_ops"})),
        ["remove_index", "add_index"],
    ),
    "index: include": (
        lambda: _one(sa.Column("a", sa.Text), sa.Column("b", sa.Text), sa.Index("i", "a", postgresql_include=["b"])),
        lambda: _one(sa.Column("a", sa.Text), sa.Column("b", sa.Text), sa.Index("i", "a")),
        ["remove_index", "add_index"],
    ),
    "index: method": (
        lambda: _one(sa.Column("a", sa.Text), sa.Index("i", "a")),
        lambda: _one(sa.Column("a", sa.Text), sa.Index("i", "a", postgresql_using="hash")),
        ["remove_index", "add_index"],
    ),
    "index: parameters": (
        lambda: _one(sa.Column("a", sa.Text), sa.Index("i", "a", postgresql_with={"fillfactor": 50})),
        lambda: _one(sa.Column("a", sa.Text), sa.Index("i", "a", postgresql_with={"fillfactor": 60})),
        ["remove_index", "add_index"],
    ),
    "index: unique": (
        lambda: _one(c := sa.Column("a", sa.Text), sa.Index("i", sa.func.lower(c))),
        lambda: _one(c := sa.Column("a", sa.Text), sa.Index("i", sa.func.lower(c), unique=True)),
        ["remove_index", "add_index"],
    ),
    "index: collation of an expression": (
        lambda: _one(c := sa.Column("a", sa.Text), sa.Index("i", sa.func.lower(c))),
        lambda: _one(c := sa.Column("a", sa.Text), sa.Index("i", sa.func.lower(c).collate("C"))),
        ["remove_index", "add_index"],
    ),
    "check": (
        lambda: _one(sa.Column("a", sa.Integer), sa.CheckConstraint("a > 1", name="k")),
        lambda: _one(sa.Column("a", sa.Integer), sa.CheckConstraint("a > 2", name="k")),
        ["remove_constraint", "add_constraint"],
    ),
    "a key that does not count any more": (
        lambda: _one(sa.Column("a", sa.Integer, primary_key=True)),
        lambda: _one(sa.Column("a", sa.Integer, primary_key=True, autoincrement=False)),
        ["modify_autoincrement"],
    ),
    "a key that is to count": (
        lambda: _one(sa.Column("a", sa.Integer, primary_key=True, autoincrement=False)),
        lambda: _one(sa.Column("a", sa.Integer, primary_key=True)),
        ["modify_autoincrement"],
    ),
}


@pytest.mark.parametrize("name", DIFFER)
def test_what_differs_is_found(name: str, engine: sa.Engine) -> None:
    before, after, kinds = DIFFER[name]
    before().create_all(engine)
    assert differences(engine, before()) == []
    assert _kinds(differences(engine, after())) == kinds


def test_an_identity_counts_as_models_want_that_say_no_more(engine: sa.Engine) -> None:
    _one(sa.Column("a", sa.Integer, sa.Identity(), primary_key=True)).create_all(engine)
    assert differences(engine, _one(sa.Column("a", sa.Integer, primary_key=True))) == []


MODELS = SimpleNamespace(Ltree=Ltree, Money=Money, ServerType=ServerType)


def test_all_of_it_is_dropped_and_brought_back_by_a_script(engine: sa.Engine) -> None:
    corpus().create_all(engine)
    empty = sa.MetaData()
    upgrade, downgrade = scripted(engine, empty, "models.")
    run(engine, upgrade)
    assert differences(engine, empty) == []
    run(engine, downgrade, models=MODELS)
    assert differences(engine, corpus()) == []


def test_all_of_it_is_created_by_a_script(engine: sa.Engine) -> None:
    upgrade, downgrade = scripted(engine, corpus(), "models.")
    run(engine, upgrade, models=MODELS)
    assert differences(engine, corpus()) == []
    run(engine, downgrade)
    assert differences(engine, sa.MetaData()) == []
