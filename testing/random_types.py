"""What random models are made of: types with defaults that fit them, for each database, and names that hurt."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A type that a column may have.

    :param source: the type as Python; ``{mood}`` stands for the values of an enum.
    :param defaults: server defaults that it may have, as Python.
    :param family: ``"number"``, ``"text"`` or ``"other"``; what expressions over it can be.
    :param is_key: whether every database can index it without being told a length.
    """

    source: str
    defaults: tuple[str, ...] = ()
    family: str = "other"
    is_key: bool = False


NUMBERS = ("'0'", "'-5'", "sa.text('7')", "sa.text('(1 + 2)')")
WORDS = (
    "''",
    "'plain'",
    "'it\\'s'",
    "'100%'",
    "'a:b'",
    "'back\\\\slash'",
    "'\"q\" `b`'",
    "'ünï'",
    "sa.text(\"'lit%%'\")",
)
NOW = ("sa.func.now()", "sa.text('CURRENT_TIMESTAMP')", "'2020-01-31 10:20:30'")

EVERYWHERE = (
    Kind("sa.Integer()", NUMBERS, "number", True),
    Kind("sa.BigInteger()", NUMBERS, "number", True),
    Kind("sa.SmallInteger()", NUMBERS, "number", True),
    Kind("sa.Numeric(10, 2)", ("'0'", "'1.5'", "sa.text('0.25')"), "number", True),
    Kind("sa.Numeric(12, 4)", ("'0'", "sa.text('(1 + 0.5)')"), "number", True),
    Kind("sa.Float()", ("'0'", "sa.text('1.5')"), "number"),
    Kind("sa.Double()", ("'0'",), "number"),
    Kind("sa.Boolean()", ("sa.true()", "sa.false()"), "other", True),
    Kind("sa.Boolean(create_constraint=True, name='{check}')", ("sa.true()",)),
    Kind("sa.String(20)", WORDS, "text", True),
    Kind("sa.String(50)", WORDS, "text", True),
    Kind("sa.Unicode(30)", WORDS, "text", True),
    Kind("sa.CHAR(3)", ("'abc'",), "text", True),
    Kind("sa.Date()", ("'2020-01-31'",), "other", True),
    Kind("sa.DateTime()", NOW, "other", True),
    Kind("sa.DateTime(timezone=True)", NOW[:1], "other", True),
    Kind("sa.Time()", ("'10:20:30'",), "other", True),
    Kind("sa.LargeBinary()"),
    Kind("sa.JSON()"),
    Kind("sa.Uuid()", ("'6a1b1c1e-0000-4000-8000-000000000001'",), "other", True),
    Kind("sa.Uuid(native_uuid=False)", (), "other", True),
    Kind("sa.Enum('a', 'it\\'s', native_enum=False, name='{check}')", ("'a'",), "text", True),
    Kind("sa.Enum('a', 'bcd', native_enum=False, create_constraint=True, name='{check}')", ("'a'",)),
    Kind("sa.Interval()"),
)
POSTGRESQL = (
    Kind("sa.String()", WORDS, "text", True),
    Kind("sa.Text()", WORDS, "text", True),
    Kind("sa.Text(collation='C')", WORDS[:2], "text", True),
    Kind("postgresql.JSONB()", ("'{}'", "sa.text(\"'[1, 2]'::jsonb\")")),
    Kind("postgresql.ARRAY(sa.Integer())", ("'{}'", "sa.text('ARRAY[1, 2]')")),
    Kind("postgresql.ARRAY(sa.String(5))", ("'{}'",)),
    Kind("postgresql.ARRAY(sa.Enum({mood}, name='mood'))"),
    Kind("postgresql.UUID()", ("sa.text('gen_random_uuid()')",), "other", True),
    Kind("sa.Enum({mood}, name='mood')", ("'calm'",), "other", True),
    Kind("postgresql.ENUM({mood}, name='mood')", ("'calm'", "sa.text(\"'calm'::mood\")"), "other", True),
    Kind("postgresql.INTERVAL()", ("'1 day'",)),
    Kind("postgresql.INTERVAL(fields='DAY TO SECOND', precision=2)"),
    Kind("postgresql.TIMESTAMP(precision=3)", NOW, "other", True),
    Kind("postgresql.TIMESTAMP(timezone=True, precision=0)", ("sa.text(\"timezone('utc', now())\")",), "other", True),
    Kind("sa.Numeric()", ("'0'",), "number", True),
    Kind("postgresql.INET()", ("'127.0.0.1'",), "other", True),
    Kind("postgresql.CIDR()", (), "other", True),
    Kind("postgresql.INT4RANGE()", ("'[1,5]'",)),
    Kind("postgresql.TSVECTOR()"),
    Kind("postgresql.BIT(3)", ("sa.text(\"B'101'\")",)),
    Kind("postgresql.BIT(5, varying=True)"),
    Kind("postgresql.MONEY()"),
    Kind("postgresql.MACADDR()", (), "other", True),
    Kind("postgresql.DOMAIN('positive', sa.Integer(), check='VALUE > 0')", ("'3'",)),
)
MYSQL = (
    Kind("sa.Text()", ("sa.text(\"('plain')\")",), "text"),
    Kind("sa.Text(20)", (), "text"),
    Kind("mysql.INTEGER(unsigned=True)", NUMBERS[:1], "number", True),
    Kind("mysql.BIGINT(unsigned=True)", NUMBERS[:1], "number", True),
    Kind("mysql.SMALLINT(5, unsigned=True, zerofill=True)", NUMBERS[:1], "number", True),
    Kind("mysql.TINYINT(1)", NUMBERS[:1], "number", True),
    Kind("mysql.MEDIUMINT()", NUMBERS, "number", True),
    Kind("mysql.TINYTEXT()", (), "text"),
    Kind("mysql.MEDIUMTEXT()", (), "text"),
    Kind("mysql.LONGTEXT()", (), "text"),
    Kind("mysql.LONGBLOB()"),
    Kind("sa.Enum({mood})", ("'calm'",), "text", True),
    Kind("mysql.ENUM({mood}, 'x', charset='latin1')", ("'calm'", "'x'"), "text", True),
    Kind("mysql.SET('a', 'b', 'c')", ("'a,b'",), "text", True),
    Kind("mysql.YEAR()", ("'2020'",)),
    Kind("mysql.DATETIME(fsp=6)", ("sa.text('CURRENT_TIMESTAMP(6)')",), "other", True),
    Kind("mysql.TIMESTAMP(fsp=3)", ("sa.text('CURRENT_TIMESTAMP(3)')",), "other", True),
    Kind("mysql.DOUBLE(10, 2)", ("'0'",), "number"),
    Kind("mysql.DECIMAL(10, 2, unsigned=True)", ("'0'",), "number", True),
    Kind("mysql.VARCHAR(20, collation='utf8mb4_bin')", WORDS, "text", True),
    Kind("mysql.VARCHAR(20, charset='latin1')", WORDS[:3], "text", True),
    Kind("sa.VARBINARY(16)", (), "other", True),
    Kind("sa.BINARY(16)", (), "other", True),
    Kind("mysql.BIT(4)", ("sa.text(\"b'101'\")",)),
)
SQLITE = (
    Kind("sa.String()", WORDS, "text", True),
    Kind("sa.Text()", WORDS, "text", True),
    Kind("sa.String(20, collation='NOCASE')", WORDS, "text", True),
    Kind("sqlite.JSON()", ("'{}'", "sa.text(\"(json('[]'))\")")),
    Kind("sa.REAL()", ("'0.5'",), "number", True),
    Kind("sa.Numeric()", ("'0'",), "number", True),
    Kind("sa.DECIMAL(8, 3)", ("'0.125'",), "number", True),
    Kind("sa.Enum({mood}, name='mood')", ("'calm'",), "text", True),
    Kind("sa.TIMESTAMP()", NOW, "other", True),
    Kind("sa.VARBINARY(4)", ("sa.text(\"x'00ff'\")",), "other", True),
)
KINDS = {
    "sqlite": EVERYWHERE + SQLITE,
    "postgresql": EVERYWHERE + POSTGRESQL,
    "mysql": EVERYWHERE + MYSQL,
}
COUNTING = tuple(kind for kind in EVERYWHERE if kind.source in ("sa.Integer()", "sa.BigInteger()"))

MOODS = ("'calm'", "'calm', 'it\\'s'", "'new', 'calm', 'it\\'s'", "'it\\'s', 'calm', '100%'")

TABLES = (
    "t",
    "user data",
    "select",
    'quo"te',
    "per%cent",
    "ünïcode",
    "Mixed",
    "co:lon",
    "dot.ted",
    "back\\slash",
    "it's",
    "ti`ck",
    "long_table_" + "t" * 50,
)
COLUMNS = (
    "a",
    "b",
    "order",
    "Mixed Case",
    'quo"te',
    "per%cent",
    "%(x)s",
    "co:lon",
    ":bind",
    "ünïcode",
    "paren(s)",
    "back\\slash",
    "it's",
    "dot.ted",
    "ti`ck",
    "[brackets]",
    "{braces}",
    "long_column_" + "c" * 50,
)
PREFIXES = ("uq", "ix", "select", "Mixed Name", 'q"', "p%", "c:d", "ü", "it's", "d.t", "b\\", "t`", "long_" + "n" * 50)
COMMENTS = ("plain", "it's", "100% %s", ":bind a::b", "back\\slash", 'two\nlines "q"', "ünï", "semi; colon -- no")
