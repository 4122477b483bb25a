"""Pairs of models that both tools compare: the database is made from the first, and compared with the second."""

# ruff: noqa: E501  # a pair is one line where it can be, so that it can be read and found
from __future__ import annotations

BACKENDS = ("sqlite", "postgresql", "mysql")

Pair = tuple[str, str]


def _of_items(before: str, after: str) -> Pair:
    """Return models of a table ``t`` that differ in what they say besides the columns ``id``, ``a`` and ``b``."""
    table = (
        'p = sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True))\n'
        't = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer), '
        'sa.Column("b", sa.String(20)){})\n'
    )
    return table.format(f", {before}" if before else ""), table.format(f", {after}" if after else "")


def _of_column(before: str, after: str) -> Pair:
    """Return models of a table ``t`` with a column ``x`` that differs."""
    return _of_items(f'sa.Column("x", {before})', f'sa.Column("x", {after})')


def _of_key(before: str, after: str) -> Pair:
    table = 'sa.Table("t", metadata, {})'
    return table.format(before), table.format(after)


ALIKE: dict[str, str] = {
    "integers": "sa.Integer sa.BigInteger sa.SmallInteger",
    "numbers": "sa.Numeric(10,2) sa.Float() sa.Double()",
    "texts": "sa.String(30) sa.Text() sa.Unicode(9) sa.CHAR(3)",
    "times": "sa.Date() sa.DateTime() sa.Time() sa.DateTime(timezone=True)",
    "others": "sa.Boolean() sa.LargeBinary() sa.JSON() sa.Uuid() sa.Interval()",
}
PAIRS: dict[str, Pair] = {
    **{
        f"alike: {name}": (source, source)
        for name, words in ALIKE.items()
        for columns in [", ".join(f'sa.Column("c{n}", {word})' for n, word in enumerate(words.split()))]
        for source in [f'sa.Table("t", metadata, {columns})']
    },
    "alike: defaults": _of_column(
        "sa.DateTime, server_default=sa.func.now()", "sa.DateTime, server_default=sa.func.now()"
    ),
    "alike: default text": _of_column('sa.String(9), server_default="it\'s"', 'sa.String(9), server_default="it\'s"'),
    "alike: default number": _of_column('sa.Integer, server_default="5"', 'sa.Integer, server_default=sa.text("5")'),
    "alike: default expression": _of_column(
        'sa.Integer, server_default=sa.text("(1 + 2)")', 'sa.Integer, server_default=sa.text("(1+2)")'
    ),
    "alike: default false": _of_column(
        "sa.Boolean, server_default=sa.false()", "sa.Boolean, server_default=sa.false()"
    ),
    "alike: enum": _of_column('sa.Enum("a", "b", name="e")', 'sa.Enum("a", "b", name="e")'),
    "alike: keys": _of_items(
        'sa.UniqueConstraint("a", name="uq"), sa.Index("ix", "b"), sa.ForeignKeyConstraint(["a"], ["p.id"], name="fk")',
        'sa.UniqueConstraint("a", name="uq"), sa.Index("ix", "b"), sa.ForeignKeyConstraint(["a"], ["p.id"], name="fk")',
    ),
    "alike: key that is unique": _of_key(
        'sa.Column("id", sa.Integer, primary_key=True, unique=True)',
        'sa.Column("id", sa.Integer, primary_key=True, unique=True)',
    ),
    "table comes": ("", 'sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))'),
    "table comes with an index": (
        "",
        'sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer, index=True))',
    ),
    "table goes": ('sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))', ""),
    "table goes with an index": (
        'sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("a", sa.Integer, index=True))',
        "",
    ),
    "table goes with a unique index": (
        'sa.Table("t", metadata, sa.Column("a", sa.Integer, index=True, unique=True))',
        "",
    ),
    "column comes": _of_items("", 'sa.Column("x", sa.String(9))'),
    "column comes, needed": _of_items("", 'sa.Column("x", sa.String(9), nullable=False, server_default="?")'),
    "column comes, with a default": _of_items("", 'sa.Column("x", sa.Integer, server_default=sa.text("7"))'),
    "column comes, unique": _of_items("", 'sa.Column("x", sa.String(9)), sa.UniqueConstraint("x", name="uq_x")'),
    "column comes, refers": _of_items(
        "", 'sa.Column("x", sa.Integer), sa.ForeignKeyConstraint(["x"], ["p.id"], name="fk_x")'
    ),
    "column goes": _of_items('sa.Column("x", sa.String(9))', ""),
    "column is to be null": _of_column("sa.Integer, nullable=False", "sa.Integer"),
    "column is not to be null": _of_column("sa.Integer", "sa.Integer, nullable=False"),
    "type: longer": _of_column("sa.String(20)", "sa.String(30)"),
    "type: wider": _of_column("sa.Integer", "sa.BigInteger"),
    "type: scale": _of_column("sa.Numeric(10, 2)", "sa.Numeric(12, 4)"),
    "type: to text": _of_column("sa.Integer", "sa.String(30)"),
    "type: to number": _of_column("sa.String(30)", "sa.Integer"),
    "default comes": _of_column("sa.Integer", 'sa.Integer, server_default="1"'),
    "default goes": _of_column('sa.Integer, server_default="1"', "sa.Integer"),
    "default changes": _of_column('sa.Integer, server_default="1"', 'sa.Integer, server_default="2"'),
    "default text changes": _of_column('sa.String(9), server_default="a"', 'sa.String(9), server_default="A"'),
    "comment of a column": _of_column("sa.Integer", 'sa.Integer, comment="it\'s"'),
    "comment of a table": _of_items("", 'comment="it\'s"'),
    "unique comes": _of_items("", 'sa.UniqueConstraint("a", "b", name="uq")'),
    "unique goes": _of_items('sa.UniqueConstraint("a", name="uq")', ""),
    "unique changes": _of_items('sa.UniqueConstraint("a", name="uq")', 'sa.UniqueConstraint("a", "b", name="uq")'),
    "index comes": _of_items("", 'sa.Index("ix", "a", "b")'),
    "index comes, unique": _of_items("", 'sa.Index("ix", "a", unique=True)'),
    "index goes": _of_items('sa.Index("ix", "a")', ""),
    "index changes": _of_items('sa.Index("ix", "a")', 'sa.Index("ix", "b", "a")'),
    "foreign key comes": _of_items("", 'sa.ForeignKeyConstraint(["a"], ["p.id"], name="fk")'),
    "foreign key goes": _of_items('sa.ForeignKeyConstraint(["a"], ["p.id"], name="fk")', ""),
    "foreign key changes": _of_items(
        'sa.ForeignKeyConstraint(["a"], ["p.id"], name="fk")',
        'sa.ForeignKeyConstraint(["a"], ["p.id"], name="fk", ondelete="CASCADE")',
    ),
    "check comes": _of_items("", 'sa.CheckConstraint("a > 0", name="ck")'),
    "primary key of two": _of_key(
        'sa.Column("a", sa.Integer, primary_key=True, autoincrement=False), sa.Column("b", sa.Integer, nullable=False)',
        'sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.Integer, primary_key=True)',
    ),
    "primary key comes": _of_key(
        'sa.Column("a", sa.String(9))', 'sa.Column("a", sa.String(9)), sa.Column("id", sa.Integer, primary_key=True)'
    ),
    "computed changes": _of_column(
        'sa.Integer, sa.Computed("a + 1", persisted=True)', 'sa.Integer, sa.Computed("a + 2", persisted=True)'
    ),
}
OWN: dict[str, dict[str, Pair]] = {
    "postgresql": {
        "alike: jsonb": _of_column(
            "postgresql.JSONB, server_default=sa.text(\"'{}'::jsonb\")", "postgresql.JSONB, server_default='{}'"
        ),
        "alike: array": _of_column("postgresql.ARRAY(sa.Text)", "postgresql.ARRAY(sa.Text)"),
        "alike: expression index": _of_items(
            'sa.Index("ix", sa.text("lower(b)"))', 'sa.Index("ix", sa.text("LOWER(b)"))'
        ),
        "enum grows": _of_column('sa.Enum("a", name="e")', 'sa.Enum("a", "b", name="e")'),
        "enum comes": _of_items("", 'sa.Column("x", sa.Enum("a", name="e"))'),
        "text to date": _of_column("sa.String(20)", "sa.Date"),
        "partial index": _of_items('sa.Index("ix", "a")', 'sa.Index("ix", "a", postgresql_where=sa.text("a > 0"))'),
        "identity comes": _of_column("sa.Integer, nullable=False", "sa.Integer, sa.Identity()"),
    },
    "mysql": {
        "alike: tiny": _of_column("mysql.TINYINT(1)", "sa.Boolean"),
        "unsigned": _of_column("sa.Integer", "mysql.INTEGER(unsigned=True)"),
        "enum grows": _of_column('sa.Enum("a")', 'sa.Enum("a", "b")'),
        "collation": _of_column("sa.String(20)", 'sa.String(20, collation="utf8mb4_bin")'),
        "counts": _of_key(
            'sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)',
            'sa.Column("id", sa.Integer, primary_key=True)',
        ),
    },
    "sqlite": {
        "alike: nocase": _of_column('sa.String(20, collation="NOCASE")', 'sa.String(20, collation="NOCASE")'),
        "alike: expression index": _of_items(
            'sa.Index("ix", sa.text("lower(b)"))', 'sa.Index("ix", sa.text("lower(b)"))'
        ),
        "partial index": _of_items('sa.Index("ix", "a")', 'sa.Index("ix", "a", sqlite_where=sa.text("a > 0"))'),
    },
}


def pairs_of(backend: str) -> dict[str, Pair]:
    """Return the pairs for one database."""
    return {**PAIRS, **OWN[backend]}
