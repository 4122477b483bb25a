"""Models for SQLite: those that its texts are compared with, and pairs of models that differ."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from testing.all_types import column_of_each_type

OPTIONS: dict[str, Any] = {
    "compare_server_default": True,
    "autogenerate_plugins": ["*", "whimbrel.autogenerate.checks"],
}
"""Compares all that can be compared."""


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


def _stored(class_: Any, storage_format: str, regexp: str | None = None) -> Any:
    """A date or time that is stored in a format of its own; SQLAlchemy has not typed these classes."""
    return class_(storage_format=storage_format, regexp=regexp)


TYPES: dict[str, Any] = {
    "big_integer": sa.BigInteger(),
    "boolean": sa.Boolean(),
    "boolean_checked": sa.Boolean(create_constraint=True, name="only_true_or_false"),
    "char": sa.CHAR(3),
    "collated": sa.String(20, collation="NOCASE"),
    "collated_binary": sa.String(20, collation="binary"),
    "date": sa.Date(),
    "date_as_text": _stored(sqlite.DATE, "%(day)02d.%(month)02d.%(year)04d"),
    "date_time": sa.DateTime(),
    "date_time_as_text": _stored(sqlite.DATETIME, "%(year)04dT%(month)02d%(day)02d%(hour)02d%(minute)02d%(second)02d"),
    "date_time_as_number": _stored(
        sqlite.DATETIME, "%(year)04d%(month)02d%(day)02d%(hour)02d%(minute)02d%(second)02d", r"(\d{4})(\d{2})"
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

NOT_THERE = {"ARRAY"}
"""Names of SQLAlchemy's types that the database does not have."""

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
    sa.Table(
        "types", metadata, sa.Column("id", sa.Integer, primary_key=True), *(sa.Column(n, t) for n, t in TYPES.items())
    )
    sa.Table("types_needed", metadata, *(sa.Column(n, t, nullable=False) for n, t in TYPES.items()))
    sa.Table("defaults", metadata, *(sa.Column(n, t, server_default=value) for n, (t, value) in DEFAULTS.items()))
    sa.Table("of_all_types", metadata, *column_of_each_type(sqlite, but=NOT_THERE))
    sa.Table("no_key", metadata, sa.Column("a", sa.Integer))
    sa.Table("text_key", metadata, sa.Column("code", sa.String(3), primary_key=True))
    sa.Table("counted", metadata, sa.Column("id", sa.Integer, primary_key=True), sqlite_autoincrement=True)
    sa.Table("big_key", metadata, sa.Column("id", sa.BigInteger, primary_key=True))
    sa.Table("identity", metadata, sa.Column("id", sa.Integer, sa.Identity(), primary_key=True))
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
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, sa.Computed("'n' || id", persisted=False)),
        sa.Column("weight", sa.REAL),
        sqlite_strict=True,
    )
    sa.Table(
        "parent",
        metadata,
        sa.Column("a", sa.Integer, primary_key=True),
        sa.Column("b", sa.Integer, primary_key=True),
        sa.Column("c", sa.Integer, unique=True),
        comment="none here",
    )
    sa.Table(
        "child",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
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
