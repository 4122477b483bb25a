"""Comparing models with SQLite: what was created from them does not differ from them, what differs is found."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from testing.databases import Database
from testing.sqlite import script
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import compare_metadata
from whimbrel_autogen.context import AutogenContext
from whimbrel_autogen.produce import produce
from whimbrel_sqlite import sweep
from whimbrel_sqlite.grammar import Unreadable, read_create_table
from whimbrel_sqlite.sweep import Sweep

OPTIONS: dict[str, Any] = {
    "compare_server_default": True,
    "autogenerate_plugins": ["*", "whimbrel.autogenerate.checks"],
}


def differences(database: Database, metadata: sa.MetaData, **options: Any) -> list[Any]:
    """What differs, all that can be compared being compared."""
    with database.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={**OPTIONS, **options})
        return compare_metadata(context, metadata)


class Point(sa.types.UserDefinedType[str]):
    """A type that SQLAlchemy has no class for, with an INT in its name."""

    cache_ok = True

    def get_col_spec(self, **kw: Any) -> str:
        """Its name."""
        return "POINT"


class Money(sa.TypeDecorator[Any]):
    """A type over another one."""

    impl = sa.Numeric(12, 4)
    cache_ok = True


TYPES: dict[str, Any] = {
    "big_integer": sa.BigInteger(),
    "boolean": sa.Boolean(),
    "boolean_checked": sa.Boolean(create_constraint=True, name="only_true_or_false"),
    "char": sa.CHAR(3),
    "collated": sa.String(20, collation="NOCASE"),
    "collated_binary": sa.String(20, collation="binary"),
    "date": sa.Date(),
    "date_as_text": sqlite.DATE(storage_format="%(day)02d.%(month)02d.%(year)04d"),
    "date_time": sa.DateTime(),
    "date_time_as_text": sqlite.DATETIME(
        storage_format="%(year)04dT%(month)02d%(day)02d%(hour)02d%(minute)02d%(second)02d"
    ),
    "date_time_as_number": sqlite.DATETIME(
        storage_format="%(year)04d%(month)02d%(day)02d%(hour)02d%(minute)02d%(second)02d", regexp=r"(\d{4})(\d{2})"
    ),
    "date_time_zone": sa.DateTime(timezone=True),
    "decimal": sa.DECIMAL(10, 2),
    "double": sa.Double(),
    "double_53": sa.Double(53),
    "double_precision": sa.DOUBLE_PRECISION(),
    "enum": sa.Enum("a", "it's", name="letters"),
    "enum_checked": sa.Enum("a", "bcd", name="words_checked", create_constraint=True),
    "float": sa.Float(),
    "float_24": sa.Float(24),
    "integer": sa.Integer(),
    "interval": sa.Interval(),
    "json": sa.JSON(),
    "json_of_sqlite": sqlite.JSON(),
    "large_binary": sa.LargeBinary(),
    "large_binary_16": sa.LargeBinary(16),
    "money": Money(),
    "nchar": sa.NCHAR(3),
    "numeric": sa.Numeric(),
    "numeric_10": sa.Numeric(10),
    "numeric_10_2": sa.Numeric(10, 2),
    "nvarchar": sa.NVARCHAR(20),
    "pickle": sa.PickleType(),
    "point": Point(),
    "real": sa.REAL(),
    "small_integer": sa.SmallInteger(),
    "string": sa.String(),
    "string_50": sa.String(50),
    "text": sa.Text(),
    "text_100": sa.Text(100),
    "time": sa.Time(),
    "timestamp": sa.TIMESTAMP(),
    "unicode_20": sa.Unicode(20),
    "unicode_text": sa.UnicodeText(),
    "uuid": sa.Uuid(),
    "uuid_native": sa.UUID(),
    "uuid_text": sa.Uuid(native_uuid=False),
    "varbinary": sa.VARBINARY(4),
    "variant": sa.JSON().with_variant(sa.Text(), "sqlite"),
}

DEFAULTS: dict[str, tuple[Any, Any]] = {
    "binary": (sa.LargeBinary(), sa.text("x'00ff'")),
    "boolean_false": (sa.Boolean(), sa.false()),
    "boolean_text": (sa.Boolean(), "1"),
    "boolean_true": (sa.Boolean(), sa.true()),
    "boolean_word": (sa.Boolean(), sa.text("TRUE")),
    "current_date": (sa.Date(), sa.func.current_date()),
    "current_timestamp": (sa.DateTime(), sa.func.current_timestamp()),
    "date": (sa.Date(), "2020-01-31"),
    "date_time": (sa.DateTime(), sa.text("(datetime('now', '+1 day'))")),
    "double_quoted": (sa.String(10), sa.text('"Word"')),
    "empty": (sa.String(10), ""),
    "expression": (sa.Integer(), sa.text("(1 + 2)")),
    "function": (sa.String(40), sa.text("(lower(hex(randomblob(16))))")),
    "integer": (sa.Integer(), "42"),
    "integer_literal": (sa.Integer(), sa.text("-42")),
    "json": (sa.JSON(), sa.text("'{\"a\": [1, 2]}'")),
    "now": (sa.DateTime(), sa.func.now()),
    "null": (sa.String(10), sa.text("NULL")),
    "numeric": (sa.Numeric(10, 2), "0.00"),
    "quote": (sa.String(20), "it's 100% :here"),
    "real": (sa.Float(), sa.text("1e3")),
    "sa_literal": (sa.Integer(), sa.literal(7)),
    "semicolon": (sa.String(20), "a; b -- no comment"),
    "text_number": (sa.String(10), "007"),
}


def corpus() -> sa.MetaData:
    """Tables with all that is declared."""
    metadata = sa.MetaData()
    key = {"primary_key": True}
    sa.Table("types", metadata, sa.Column("id", sa.Integer, **key), *(sa.Column(n, t) for n, t in TYPES.items()))
    sa.Table("types_needed", metadata, *(sa.Column(n, t, nullable=False) for n, t in TYPES.items()))
    sa.Table("defaults", metadata, *(sa.Column(n, t, server_default=value) for n, (t, value) in DEFAULTS.items()))
    sa.Table("no_key", metadata, sa.Column("a", sa.Integer))
    sa.Table("text_key", metadata, sa.Column("code", sa.String(3), **key))
    sa.Table("counted", metadata, sa.Column("id", sa.Integer, **key), sqlite_autoincrement=True)
    sa.Table("big_key", metadata, sa.Column("id", sa.BigInteger, **key))
    sa.Table("identity", metadata, sa.Column("id", sa.Integer, sa.Identity(), **key))
    sa.Table(
        "two_keys",
        metadata,
        sa.Column("a", sa.Integer),
        sa.Column("b", sa.Integer),
        sa.PrimaryKeyConstraint("b", "a", name="pk_two_keys"),
        sqlite_with_rowid=False,
    )
    sa.Table(
        "strict",
        metadata,
        sa.Column("id", sa.Integer, **key),
        sa.Column("name", sa.Text, sa.Computed("'n' || id", persisted=False)),
        sa.Column("weight", sa.REAL),
        sqlite_strict=True,
    )
    sa.Table(
        "parent",
        metadata,
        sa.Column("a", sa.Integer, **key),
        sa.Column("b", sa.Integer, **key),
        sa.Column("c", sa.Integer, unique=True),
        comment="none here",
    )
    sa.Table(
        "child",
        metadata,
        sa.Column("id", sa.Integer, **key),
        sa.Column("a", sa.Integer, comment="none either"),
        sa.Column("b", sa.Integer),
        sa.Column("c", sa.ForeignKey("parent.c")),
        sa.Column("d", sa.ForeignKey("parent.c", name="fk_d", ondelete="SET NULL", onupdate="cascade")),
        sa.Column("e", sa.ForeignKey("parent.c", deferrable=True, initially="DEFERRED")),
        sa.Column("f", sa.ForeignKey("parent.c", ondelete="NO ACTION", match="FULL")),
        sa.Column("g", sa.ForeignKey("parent.c", deferrable=False)),
        sa.Column("self", sa.ForeignKey("child.id", name="fk_self")),
        sa.ForeignKeyConstraint(["a", "b"], ["parent.a", "parent.b"], name="fk both"),
        sa.ForeignKeyConstraint(["a", "b"], ["parent.a", "parent.b"], ondelete="CASCADE"),
    )
    _keys(metadata)
    return metadata


def _keys(metadata: sa.MetaData) -> None:
    table = sa.Table(
        "keys",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True, unique=True),
        sa.Column("first", sa.String(20), unique=True),
        sa.Column("Last Name", sa.String(20), index=True, key="last"),
        sa.Column("age", sa.Integer, unique=True, index=True),
        sa.Column("order", sa.Integer, sa.Computed("age * 2 + (1)", persisted=True)),
        sa.Column("select", sa.Integer, sa.Computed("age || ', )' || \"Last Name\"")),
        sa.UniqueConstraint("first", "last", name="uq_names"),
        sa.UniqueConstraint("first", "age"),
        sa.UniqueConstraint("age", "order", sqlite_on_conflict="IGNORE", name="uq ignoring"),
        sa.CheckConstraint("age > 0", name="ck_age"),
        sa.CheckConstraint("age < 200"),
        sa.CheckConstraint("first <> ') CHECK (' AND \"first\" <> 'It''s'", name="ck words"),
    )
    table.append_constraint(sa.CheckConstraint(table.c.age.between(1, 150), name="ck_between"))
    table.append_constraint(sa.CheckConstraint(table.c["last"].like("a%b:c"), name="ck_like"))
    table.append_constraint(sa.CheckConstraint(sa.func.length(table.c.first) > 1, name="ck_length"))
    first, last, age = table.c.first, table.c["last"], table.c.age
    sa.Index("ix_two", first, last)
    sa.Index("ix_unique", last, age, unique=True)
    sa.Index("ix_down", age.desc(), first.asc(), last)
    sa.Index("ix_lower", sa.func.lower(first))
    sa.Index("ix_sum", age + 1, first)
    sa.Index("ix_json", sa.func.json_extract(first, "$.a"))
    sa.Index("ix_text", sa.text("age DESC"), sa.text("(first || 'Say: \"x\"')"), _table=table)
    sa.Index("ix_collated", first.collate("NOCASE"), last.collate("RTRIM").desc())
    sa.Index("ix_some", age, sqlite_where=age > 10)
    sa.Index("ix_some_words", first, sqlite_where=sa.and_(last != "It's", first.is_not(None)), unique=True)
    sa.Index("ix order", table.c.order)


def test_nothing_differs_from_what_was_created(sqlite_database):
    metadata = corpus()
    metadata.create_all(sqlite_database.engine())
    assert differences(sqlite_database, metadata) == []


def test_nothing_differs_with_a_naming_convention(sqlite_database):
    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    for table in corpus().tables.values():
        if table.name not in ("types", "types_needed"):
            table.to_metadata(metadata)
    sa.Table("Odd Name", metadata, sa.Column("Odd Column", sa.ForeignKey("keys.id"), index=True, unique=True))
    metadata.create_all(sqlite_database.engine())
    assert differences(sqlite_database, metadata) == []


# -- by other people's hands ------------------------------------------------------------------------------------------


BY_HAND = """
    create table if not exists [parent] ("ID" integer primary key, name varchar ( 20 ) collate nocase not null);
    CREATE TABLE child ( -- with 'comments', and "quotes
      id INT NOT NULL CONSTRAINT pk PRIMARY KEY ON CONFLICT FAIL,
      `parent` int references PARENT on delete set null, /* , UNIQUE (parent) */
      other INTEGER CONSTRAINT 'fk other' REFERENCES Parent DEFERRABLE INITIALLY DEFERRED,
      code TEXT DEFAULT ('a') CONSTRAINT uq_code UNIQUE ON CONFLICT IGNORE,
      amount DECIMAL(10,2) DEFAULT 0 CONSTRAINT positive CHECK ("amount">=0),
      many mediumint(8) default +1,
      since DATETIME DEFAULT (current_timestamp),
      flag BOOL DEFAULT false,
      empty DEFAULT NULL,
      twice AS (2*id),
      CONSTRAINT [uq both] UNIQUE (code COLLATE NOCASE, Many) FOREIGN KEY (many) REFERENCES child
    );
    CREATE UNIQUE INDEX IF NOT EXISTS main.ix_lower ON child(LOWER("code") DESC,Many desc, flag ASC) WHERE(amount>0);
    CREATE VIEW v AS SELECT * FROM child;
    CREATE TRIGGER on_insert AFTER INSERT ON parent BEGIN SELECT 1; END;
"""


def by_hand() -> sa.MetaData:
    """The models of what people have made by hand."""
    metadata = sa.MetaData()
    sa.Table(
        "parent",
        metadata,
        sa.Column("ID", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(20, collation="NOCASE"), nullable=False),
    )
    child = sa.Table(
        "child",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("parent", sa.ForeignKey("parent.ID", ondelete="SET NULL")),
        sa.Column("other", sa.ForeignKey("parent.ID", name="fk other", deferrable=True, initially="deferred")),
        sa.Column("code", sa.Text, server_default="a"),
        sa.Column("amount", sa.Numeric(10, 2), server_default=sa.text("'0.0'")),
        sa.Column("many", sa.ForeignKey("child.id"), server_default="1"),
        sa.Column("since", sa.DateTime, server_default=sa.func.now()),
        sa.Column("flag", sa.Boolean, server_default=sa.false()),
        sa.Column("empty", sa.Text),
        sa.Column("twice", sa.Integer, sa.Computed("2 * id")),
        sa.UniqueConstraint("code", name="uq_code"),
        sa.UniqueConstraint("code", "many", name="uq both"),
        sa.CheckConstraint("amount >= 0", name="positive"),
    )
    amount, code, many, flag = child.c.amount, child.c.code, child.c.many, child.c.flag
    sa.Index("ix_lower", sa.func.lower(code).desc(), many.desc(), flag, unique=True, sqlite_where=amount > 0)
    return metadata


def test_texts_by_hand_are_the_same_as_models(sqlite_database):
    script(sqlite_database, BY_HAND)
    assert differences(sqlite_database, by_hand()) == []


# -- what differs -----------------------------------------------------------------------------------------------------


def x(*args: Any, **kw: Any) -> sa.Column[Any]:
    """The column ``x``."""
    return sa.Column("x", *args, **kw)


def t(*items: Any, **options: Any) -> sa.MetaData:
    """Models with a table ``t`` with a column ``a`` and more."""
    metadata = sa.MetaData()
    sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("u", sa.Integer, unique=True))
    sa.Table("t", metadata, sa.Column("a", sa.String(10)), *items, **options)
    return metadata


TYPE, DEFAULT, NULLABLE = "modify_type", "modify_default", "modify_nullable"
INDEX = ["remove_index", "add_index"]
CHECK = ["remove_constraint", "add_constraint"]
FOREIGN = ["remove_fk", "add_fk"]

DIFFER: dict[str, tuple[sa.MetaData, sa.MetaData, list[str]]] = {
    "length": (t(x(sa.String(50))), t(x(sa.String(60))), [TYPE]),
    "no length": (t(x(sa.String(50))), t(x(sa.String())), [TYPE]),
    "scale": (t(x(sa.Numeric(10, 2))), t(x(sa.Numeric(10, 3))), [TYPE]),
    "same affinity": (t(x(sa.Integer)), t(x(sa.BigInteger)), [TYPE]),
    "string to text": (t(x(sa.String(50))), t(x(sa.Text)), [TYPE]),
    "integer to boolean": (t(x(sa.Integer)), t(x(sa.Boolean)), [TYPE]),
    "unknown type": (t(x(sa.Integer)), t(x(Point)), [TYPE]),
    "longer enum": (t(x(sa.Enum("a"))), t(x(sa.Enum("a", "bc"))), [TYPE]),
    "storage format": (t(x(TYPES["date_time_as_text"])), t(x(sa.DateTime())), []),
    "storage as number": (t(x(TYPES["date_time_as_number"])), t(x(sa.DateTime())), [TYPE]),
    "collation added": (t(x(sa.String(5))), t(x(sa.String(5, collation="NOCASE"))), [TYPE]),
    "collation gone": (t(x(sa.String(5, collation="NOCASE"))), t(x(sa.String(5))), [TYPE]),
    "collation changed": (
        t(x(sa.String(5, collation="NOCASE"))),
        t(x(sa.String(5, collation="RTRIM"))),
        [TYPE],
    ),
    "nullable": (t(x(sa.Integer)), t(x(sa.Integer, nullable=False)), [NULLABLE]),
    "default added": (t(x(sa.Integer)), t(x(sa.Integer, server_default="0")), [DEFAULT]),
    "default gone": (t(x(sa.Integer, server_default="0")), t(x(sa.Integer)), [DEFAULT]),
    "default changed": (t(x(sa.Integer, server_default="0")), t(x(sa.Integer, server_default="1")), [DEFAULT]),
    "capitals": (t(x(sa.Text, server_default="a")), t(x(sa.Text, server_default="A")), [DEFAULT]),
    "a number as text": (t(x(sa.Text, server_default="07")), t(x(sa.Text, server_default="7")), [DEFAULT]),
    "a string for a blob": (
        t(x(sa.LargeBinary, server_default="7")),
        t(x(sa.LargeBinary, server_default=sa.text("7"))),
        [DEFAULT],
    ),
    "a word in quotes": (
        t(x(sa.Text, server_default="current_date")),
        t(x(sa.Text, server_default=sa.text("CURRENT_DATE"))),
        [DEFAULT],
    ),
    "argument": (
        t(x(sa.Text, server_default=sa.text("(date('now'))"))),
        t(x(sa.Text, server_default=sa.text("(date('NOW'))"))),
        [DEFAULT],
    ),
    "index direction": (
        t(x(sa.Integer), sa.Index("i", "x")),
        t(x(sa.Integer), sa.Index("i", sa.text("x DESC"))),
        INDEX,
    ),
    "index order": (t(x(sa.Integer), sa.Index("i", "x", "a")), t(x(sa.Integer), sa.Index("i", "a", "x")), INDEX),
    "index expression": (
        t(x(sa.Text), sa.Index("i", sa.text("lower(x)"))),
        t(x(sa.Text), sa.Index("i", sa.text("upper(x)"))),
        INDEX,
    ),
    "index collation": (
        t(x(sa.Text), sa.Index("i", "x")),
        t(x(sa.Text), sa.Index("i", sa.text("x COLLATE NOCASE"))),
        INDEX,
    ),
    "index unique": (t(x(sa.Integer), sa.Index("i", "x")), t(x(sa.Integer), sa.Index("i", "x", unique=True)), INDEX),
    "index partial": (
        t(x(sa.Integer), sa.Index("i", "x")),
        t(x(sa.Integer), sa.Index("i", "x", sqlite_where=sa.text("x > 1"))),
        INDEX,
    ),
    "index no longer partial": (
        t(x(sa.Integer), sa.Index("i", "x", sqlite_where=sa.text("x > 1"))),
        t(x(sa.Integer), sa.Index("i", "x")),
        INDEX,
    ),
    "index condition": (
        t(x(sa.Text), sa.Index("i", "x", sqlite_where=sa.text("x > 'a'"))),
        t(x(sa.Text), sa.Index("i", "x", sqlite_where=sa.text("x > 'A'"))),
        INDEX,
    ),
    "index name": (t(x(sa.Integer), sa.Index("i", "x")), t(x(sa.Integer), sa.Index("j", "x")), INDEX),
    "unique": (t(x(sa.Integer)), t(x(sa.Integer, unique=True)), ["add_constraint"]),
    "unique gone": (t(x(sa.Integer), sa.UniqueConstraint("x")), t(x(sa.Integer)), ["remove_constraint"]),
    "unique columns": (
        t(x(sa.Integer), sa.UniqueConstraint("x", name="u")),
        t(x(sa.Integer), sa.UniqueConstraint("x", "a", name="u")),
        CHECK,
    ),
    "unique of another name": (
        t(x(sa.Integer), sa.UniqueConstraint("x", name="u")),
        t(x(sa.Integer), sa.UniqueConstraint("x", name="v")),
        CHECK,
    ),
    "foreign key": (t(x(sa.Integer)), t(x(sa.ForeignKey("p.id"))), ["add_fk"]),
    "foreign key gone": (t(x(sa.ForeignKey("p.id"))), t(x(sa.Integer)), ["remove_fk"]),
    "foreign key elsewhere": (t(x(sa.ForeignKey("p.id"))), t(x(sa.ForeignKey("p.u"))), FOREIGN),
    "foreign key action": (t(x(sa.ForeignKey("p.id"))), t(x(sa.ForeignKey("p.id", ondelete="CASCADE"))), FOREIGN),
    "foreign key deferred": (
        t(x(sa.ForeignKey("p.id", deferrable=True))),
        t(x(sa.ForeignKey("p.id", deferrable=True, initially="DEFERRED"))),
        FOREIGN,
    ),
    "check": (t(sa.CheckConstraint("a > 0", name="c")), t(sa.CheckConstraint("a > 1", name="c")), CHECK),
    "check string": (t(sa.CheckConstraint("a > 'x'", name="c")), t(sa.CheckConstraint("a > 'X'", name="c")), CHECK),
    "check added": (t(), t(sa.CheckConstraint("a > 1", name="c")), ["add_constraint"]),
    "check gone": (t(sa.CheckConstraint("a > 1", name="c")), t(), ["remove_constraint"]),
    "primary key": (t(x(sa.Integer)), t(x(sa.Integer, primary_key=True)), [NULLABLE, "add_constraint"]),
}


@pytest.mark.parametrize("case", DIFFER)
def test_what_differs_is_told(sqlite_database, case):
    before, after, told = DIFFER[case]
    before.create_all(sqlite_database.engine())
    assert differences(sqlite_database, before) == []
    found = [
        part[0]
        for item in differences(sqlite_database, after)
        for part in ([item] if isinstance(item, tuple) else item)
    ]
    assert found == told


# -- what is not a table of the models --------------------------------------------------------------------------------


@pytest.mark.parametrize("module", ["fts3(a)", "fts4(a)", "fts5(a)", "rtree(id, low, high)"])
def test_virtual_tables_and_what_they_keep_are_left_alone(sqlite_database, module):
    script(sqlite_database, f"CREATE VIRTUAL TABLE [my search] USING {module}; CREATE TABLE a (id INTEGER PRIMARY KEY)")
    script(sqlite_database, "CREATE TABLE my (x INT); CREATE TABLE search_content (x INT)")
    found = differences(sqlite_database, sa.MetaData())
    assert {table.name for name, table in found if name == "remove_table"} == {"a", "my", "search_content"}
    assert len(found) == 3


def test_a_virtual_table_that_models_name_is_neither_created_nor_changed(sqlite_database):
    script(sqlite_database, "CREATE VIRTUAL TABLE search USING fts5(body)")
    metadata = sa.MetaData()
    sa.Table("search", metadata, sa.Column("rowid", sa.Integer, primary_key=True), sa.Column("body", sa.Text))
    with sqlite_database.engine().connect() as connection:
        run = MigrationContext.configure(connection, opts=OPTIONS)
        context = AutogenContext(run, metadata)
        assert produce(context).ops == []
    assert context.notes == ["Table search is not compared: it is a virtual table, made by its module."]


def test_a_module_that_is_not_loaded_does_not_matter(sqlite_database):
    script(
        sqlite_database,
        """
        CREATE VIRTUAL TABLE places USING fts5(body);
        CREATE TABLE t (id INTEGER PRIMARY KEY);
        PRAGMA writable_schema = ON;
        UPDATE sqlite_master SET sql = 'CREATE VIRTUAL TABLE places USING no_such_module(body)' WHERE name = 'places';
        """,
    )
    metadata = sa.MetaData()
    sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
    assert differences(sqlite_database, metadata) == []


def test_what_is_sqlites_own_is_left_alone(sqlite_database):
    script(
        sqlite_database,
        """
        CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT);
        CREATE INDEX i ON t (id DESC);
        INSERT INTO t DEFAULT VALUES;
        ANALYZE;
        CREATE VIEW v AS SELECT * FROM t;
        """,
    )
    metadata = sa.MetaData()
    table = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sqlite_autoincrement=True)
    sa.Index("i", table.c.id.desc())
    assert differences(sqlite_database, metadata) == []


# -- attached databases -----------------------------------------------------------------------------------------------


def test_attached_databases_are_compared_too(sqlite_database, tmp_path):
    metadata = sa.MetaData()
    sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table("p", metadata, sa.Column("key", sa.Integer, primary_key=True), schema="other")
    sa.Table(
        "c",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("p", sa.ForeignKey("other.p.key", ondelete="CASCADE"), index=True),
        sa.Column("name", sa.String(10), unique=True),
        sa.CheckConstraint("name <> ''", name="named"),
        schema="other",
    )
    with sqlite_database.engine().connect() as connection:
        connection.exec_driver_sql("ATTACH ? AS other", (str(tmp_path / "other.sqlite"),))
        metadata.create_all(connection)
        connection.exec_driver_sql("CREATE TEMP TABLE p (something_else)")
        connection.exec_driver_sql("CREATE TABLE other.more (id)")
        connection.commit()
        context = MigrationContext.configure(connection, opts={**OPTIONS, "include_schemas": True})
        found = compare_metadata(context, metadata)
        assert [(name, table.schema, table.name) for name, table in found] == [("remove_table", "other", "more")]
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, metadata) == []
        main = sa.MetaData()
        for table in metadata.tables.values():
            table.to_metadata(main, schema=table.schema or "main", referred_schema_fn=lambda *names: "other")
        sa.Table("more", main, sa.Column("id", sa.Text), schema="other")
        context = MigrationContext.configure(connection, opts={**OPTIONS, "include_schemas": True})
        assert compare_metadata(context, main) == []


# -- reading ----------------------------------------------------------------------------------------------------------


def test_tables_are_read_in_few_statements(sqlite_database):
    metadata = corpus()
    for number in range(50):
        sa.Table(
            f"t{number}",
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("x", sa.ForeignKey("keys.id")),
        )
    metadata.create_all(sqlite_database.engine())
    engine = sqlite_database.engine()
    statements: list[str] = []
    with engine.connect() as connection:
        sa.event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        context = MigrationContext.configure(connection, opts=OPTIONS)
        assert compare_metadata(context, metadata) == []
    assert len(statements) <= 20, statements


def test_a_text_that_cannot_be_read_is_reflected(sqlite_database, monkeypatch):
    """A grammar of a later SQLite: the tables that have it are SQLAlchemy's to read."""

    def unreadable(sql: str) -> Any:
        if "odd" in sql:
            raise Unreadable(sql, 0)
        return read_create_table(sql)

    metadata = sa.MetaData()
    for name in ("odd", "plain"):
        sa.Table(
            name,
            metadata,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("x", sa.String(10), unique=True, index=True),
            sa.CheckConstraint("x <> ''", name=f"ck_{name}"),
        )
    metadata.create_all(sqlite_database.engine())
    monkeypatch.setattr(sweep, "read_create_table", unreadable)
    assert differences(sqlite_database, metadata) == []
    assert [item[0] for item in differences(sqlite_database, sa.MetaData())] == ["remove_index", "remove_table"] * 2


def test_types_are_those_of_the_inspector(sqlite_database):
    corpus().create_all(sqlite_database.engine())
    with sqlite_database.engine().connect() as connection:
        inspector = sa.inspect(connection)
        (table,) = Sweep(connection, inspector, None, checks=False).read(["types"])
        found = {column["name"]: repr(column["type"]) for column in table.columns}
        said = {column["name"]: repr(column["type"]) for column in inspector.get_columns("types")}
    assert found.pop("collated") == "VARCHAR(length=20, collation='NOCASE')"
    assert found.pop("collated_binary") == "VARCHAR(length=20, collation='binary')"
    assert found == {name: said[name] for name in found}
