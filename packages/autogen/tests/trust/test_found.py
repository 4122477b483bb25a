"""Changes that random models have shown to be hard, each as small as it can be: there, back, and nothing is left."""

from __future__ import annotations

from textwrap import dedent
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql

from testing.databases import BACKENDS
from testing.round_trip import Trip, problems_on_the_way


class Change(NamedTuple):
    """Models, and what becomes of them.

    :param before: the models, as Python that fills ``metadata``.
    :param after: what becomes of them.
    :param backends: where it can be.
    """

    before: str
    after: str
    backends: str = "sqlite postgresql mysql"


def made(source: str) -> sa.MetaData:
    metadata = sa.MetaData()
    names: dict[str, Any] = {"sa": sa, "postgresql": postgresql, "mysql": mysql, "metadata": metadata}
    exec(dedent(source), names)
    return metadata


PARENT = """
    sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("code", sa.String(9)))
"""

CHANGES: dict[str, Change] = {
    "a new table refers to a new key": Change(
        'sa.Table("z", metadata, sa.Column("a", sa.Integer, primary_key=True))',
        """
        sa.Table("z", metadata, sa.Column("a", sa.Integer), sa.Column("b", sa.BigInteger, primary_key=True))
        sa.Table("a", metadata, sa.Column("x", sa.BigInteger), sa.ForeignKeyConstraint(["x"], ["z.b"], name="fk"))
        """,
    ),
    "keys refer to columns that the models know by other names": Change(
        PARENT,
        """
        sa.Table("p", metadata, sa.Column("id", sa.Integer, key="ident", primary_key=True),
            sa.Column("code", sa.String(9), key="word"), sa.Column("up", sa.ForeignKey("p.ident"), key="above"))
        sa.Table("z", metadata, sa.Column("p", sa.ForeignKey("p.ident", name="fk", ondelete="CASCADE"), key="parent"),
            sa.Column("q", sa.Integer, key="r"), sa.Column("r", sa.Integer, key="q"), sa.UniqueConstraint("q"),
            sa.ForeignKeyConstraint(["r"], ["z.q"], name="fk_self"))
        """,
    ),
    "keys refer to tables in the schema of the models": Change(
        """
        metadata.schema = "other Schema"
        sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True))
        """,
        """
        metadata.schema = "other Schema"
        sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("p", sa.ForeignKey("p.id")))
        sa.Table("z", metadata, sa.Column("p", sa.ForeignKey("p.id", name="fk")))
        sa.Table("y", metadata, sa.Column("p", sa.ForeignKey("other Schema.p.id")), schema="public")
        """,
        "postgresql",
    ),
    "a new table refers to a key that becomes wider": Change(
        'sa.Table("z", metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))',
        """
        sa.Table("z", metadata, sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False))
        sa.Table("a", metadata, sa.Column("x", sa.BigInteger), sa.ForeignKeyConstraint(["x"], ["z.id"], name="fk"))
        """,
    ),
    "a key goes with the table that refers to it": Change(
        PARENT
        + """
    sa.Table("z", metadata, sa.Column("p", sa.Integer), sa.ForeignKeyConstraint(["p"], ["p.id"], name="fk"))
        """,
        'sa.Table("p", metadata, sa.Column("code", sa.String(9)))',
    ),
    "what is computed goes with what it is computed from": Change(
        """
        sa.Table("t", metadata, sa.Column("a", sa.Integer), sa.Column("b", sa.Integer),
            sa.Column("c", sa.Integer, sa.Computed("b + 1", persisted=True)))
        """,
        'sa.Table("t", metadata, sa.Column("a", sa.Integer))',
    ),
    "what is computed is computed from another column": Change(
        """
        sa.Table("t", metadata, sa.Column("a", sa.Integer), sa.Column("n", sa.Integer),
            sa.Column("c", sa.Integer, sa.Computed("a + 1", persisted=True)))
        """,
        """
        sa.Table("t", metadata, sa.Column("b", sa.Integer), sa.Column("n", sa.Integer),
            sa.Column("c", sa.Integer, sa.Computed("b + 1", persisted=True)))
        """,
    ),
    "what is computed is so no longer, and what it is computed from goes": Change(
        """
        sa.Table("t", metadata, sa.Column("a", sa.Integer), sa.Column("n", sa.Integer),
            sa.Column("c", sa.Integer, sa.Computed("a + 1", persisted=True)))
        """,
        'sa.Table("t", metadata, sa.Column("n", sa.Integer), sa.Column("c", sa.Integer))',
    ),
    "a column with a colon before its name and a CHECK goes": Change(
        'sa.Table("t", metadata, sa.Column("a", sa.Integer))',
        """
        sa.Table("t", metadata, sa.Column("a", sa.Integer, unique=True),
            sa.Column(":b", sa.Boolean(create_constraint=True, name="b_is_boolean")))
        """,
    ),
    "a key that counts becomes a text, under an index with a condition": Change(
        """
        t = sa.Table("t", metadata, sa.Column("id", sa.BigInteger, primary_key=True), sa.Column("n", sa.Integer))
        sa.Index("ix_some", t.c.id, postgresql_where=t.c.id > 10)
        """,
        'sa.Table("t", metadata, sa.Column("id", sa.String(20)), sa.Column("n", sa.Integer))',
    ),
    "an identity becomes a text": Change(
        'sa.Table("t", metadata, sa.Column("id", sa.Integer, sa.Identity(start=5), primary_key=True))',
        'sa.Table("t", metadata, sa.Column("id", sa.String(20)))',
        "postgresql",
    ),
    "a table refers to itself by one of several unique keys": Change(
        """
        t = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("up", sa.Integer),
            sa.UniqueConstraint("id", name="uq"))
        sa.Index("a_unique", t.c.id, unique=True)
        t.append_constraint(sa.ForeignKeyConstraint([t.c.up], [t.c.id]))
        """,
        """
        t = sa.Table("t", metadata, sa.Column("id", sa.Integer, nullable=False), sa.Column("up", sa.Integer))
        sa.Index("a_unique", t.c.id, unique=True)
        """,
    ),
    "a text with a collation becomes a number": Change(
        'sa.Table("t", metadata, sa.Column("a", mysql.VARCHAR(20, collation="utf8mb4_bin")))',
        'sa.Table("t", metadata, sa.Column("a", sa.BigInteger))',
        "mysql",
    ),
    "what is computed comes before what it is computed from": Change(
        'sa.Table("t", metadata, sa.Column("a", sa.Integer))',
        """
        sa.Table("t", metadata, sa.Column("a", sa.Integer),
            sa.Column("c", sa.Integer, sa.Computed("b + 1", persisted=True)), sa.Column("b", sa.Integer))
        """,
    ),
    "a column with a CHECK of its type": Change(
        'sa.Table("t", metadata, sa.Column("a", sa.Integer))',
        """
        sa.Table("t", metadata, sa.Column("a", sa.Integer),
            sa.Column("b", sa.Boolean(create_constraint=True, name="b_is_boolean")),
            sa.Column("c", sa.Enum("x", "y", native_enum=False, create_constraint=True, name="c_is_enum")))
        """,
    ),
    "a type with a CHECK in the place of one without": Change(
        'sa.Table("t", metadata, sa.Column("x", sa.String(20)))',
        'sa.Table("t", metadata, sa.Column("x", sa.Boolean(create_constraint=True, name="ck_x")))',
    ),
    "a type with a CHECK in the place of one with": Change(
        """
        sa.Table("t", metadata,
            sa.Column("x", sa.Enum("a", "bc", native_enum=False, create_constraint=True, name="ck_x")))
        """,
        'sa.Table("t", metadata, sa.Column("x", sa.Boolean(create_constraint=True, name="ck_x")))',
    ),
    "all columns give way to a key that counts": Change(
        'sa.Table("t", metadata, sa.Column("a", sa.String(9)))',
        'sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("b", sa.String(9)))',
    ),
    "json becomes an address": Change(
        'sa.Table("t", metadata, sa.Column("a", sa.JSON), sa.Column("b", sa.BigInteger))',
        'sa.Table("t", metadata, sa.Column("a", postgresql.CIDR), sa.Column("b", sa.DateTime(timezone=True)))',
        "postgresql",
    ),
    "a key is unique, too": Change(
        'sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))',
        """
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
        sa.Table("u", metadata, sa.Column("id", sa.Integer, primary_key=True, unique=True))
        sa.Table("v", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.UniqueConstraint("id", name="v_uq"))
        """,
    ),
    "a sequence with a hard name": Change(
        'sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))',
        """
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
        sa.Table("back\\\\slash", metadata, sa.Column("id", sa.Integer, primary_key=True))
        sa.Table("it's", metadata, sa.Column("id", sa.Integer, primary_key=True))
        sa.Table('q"', metadata, sa.Column("id", sa.Integer, primary_key=True))
        """,
    ),
    "a new key counts": Change(
        'sa.Table("t", metadata, sa.Column("a", sa.String(9), primary_key=True))',
        """
        sa.Table("t", metadata, sa.Column("a", sa.String(9), nullable=False),
            sa.Column("id", sa.BigInteger, primary_key=True))
        """,
    ),
    "a first key counts": Change(
        'sa.Table("t", metadata, sa.Column("a", sa.String(9)))',
        'sa.Table("t", metadata, sa.Column("a", sa.String(9)), sa.Column("id", sa.BigInteger, primary_key=True))',
    ),
    "a column becomes a key that counts": Change(
        'sa.Table("t", metadata, sa.Column("a", sa.String(9)), sa.Column("id", sa.Integer, nullable=False))',
        'sa.Table("t", metadata, sa.Column("a", sa.String(9)), sa.Column("id", sa.Integer, primary_key=True))',
    ),
    "a date with a default becomes a key that counts": Change(
        'sa.Table("z", metadata, sa.Column("a", sa.Date, primary_key=True, server_default="2020-01-31"))',
        'sa.Table("z", metadata, sa.Column("a", sa.Integer, primary_key=True))',
        "postgresql",
    ),
    "a number with a default becomes a key that counts": Change(
        'sa.Table("z", metadata, sa.Column("a", sa.Integer, primary_key=True, server_default="7"))',
        'sa.Table("z", metadata, sa.Column("a", sa.Integer, primary_key=True))',
    ),
    "a key that counts goes": Change(
        """
        sa.Table("t", metadata, sa.Column("a", sa.String(9), nullable=False),
            sa.Column("id", sa.Integer, primary_key=True))
        """,
        'sa.Table("t", metadata, sa.Column("a", sa.String(9), primary_key=True))',
    ),
    "a key that counts is one no longer": Change(
        """
        sa.Table("t", metadata, sa.Column("a", sa.String(9), nullable=False),
            sa.Column("id", sa.Integer, primary_key=True))
        """,
        """
        sa.Table("t", metadata, sa.Column("a", sa.String(9), primary_key=True),
            sa.Column("id", sa.Integer, nullable=False))
        """,
    ),
    "a key that counts becomes one of two": Change(
        """
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("b", sa.Integer, nullable=False))
        """,
        """
        sa.Table("t", metadata, sa.Column("id", sa.Integer), sa.Column("b", sa.Integer),
            sa.PrimaryKeyConstraint("id", "b"))
        """,
    ),
    "binary": Change(
        'sa.Table("t", metadata, sa.Column("a", sa.VARBINARY(4)), sa.Column("b", sa.BINARY(4)))',
        'sa.Table("t", metadata, sa.Column("a", sa.String(9)), sa.Column("b", sa.String(9)))',
        "sqlite mysql",
    ),
    "a key that counts becomes something else": Change(
        """
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
        sa.Table("u", metadata, sa.Column("id", sa.Integer, primary_key=True))
        sa.Table("v", metadata, sa.Column("id", sa.Integer, primary_key=True))
        """,
        """
        sa.Table("t", metadata, sa.Column("id", sa.Boolean, nullable=False))
        sa.Table("u", metadata, sa.Column("id", sa.String(30), server_default="plain", nullable=False))
        sa.Table("v", metadata, sa.Column("id", sa.Integer, server_default="7", primary_key=True))
        """,
    ),
    "a key of columns that may be NULL": Change(
        """
        sa.Table("t", metadata, sa.Column("a", sa.String(9)), sa.Column("b", sa.Integer, nullable=False))
        """,
        """
        sa.Table("t", metadata, sa.Column("a", sa.String(9), nullable=True), sa.Column("b", sa.Integer, nullable=True),
            sa.PrimaryKeyConstraint("a", "b"))
        """,
    ),
    "a percent sign in names": Change(
        """
        t = sa.Table("per%cent", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("j%", sa.JSON),
            sa.Column("n%", sa.Integer, server_default=sa.text("(1 + 2)")))
        sa.Index("ix%_where", t.c.id, postgresql_where=t.c.id > 10)
        sa.Index("ix%_sum", t.c.id + 1)
        sa.CheckConstraint(t.c["n%"] + 3 > 1, name="ck%")
        """,
        """
        t = sa.Table("per%cent", metadata, sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("j%", postgresql.CIDR), sa.Column("n%", sa.Integer, server_default=sa.text("(1 + 3)")))
        sa.Index("ix%_where", t.c.id, postgresql_where=t.c.id > 11)
        sa.Index("ix%_sum", t.c.id + 2)
        """,
        "postgresql",
    ),
    "a key refers to an index of its own table": Change(
        """
        t = sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("up", sa.Integer))
        sa.Index("a_unique", t.c.id, unique=True)
        t.append_constraint(sa.ForeignKeyConstraint([t.c.up], [t.c.id], name="fk_up"))
        """,
        "",
    ),
    "an enum loses a value together with a table of another schema": Change(
        """
        sa.Table("t", metadata, sa.Column("a", sa.Enum("x", "y", name="letters"), server_default="x"))
        sa.Table("u", metadata, sa.Column("a", sa.Enum("x", "y", name="letters")), schema="other Schema")
        """,
        'sa.Table("t", metadata, sa.Column("a", sa.Enum("x", name="letters"), server_default="x"))',
        "postgresql",
    ),
    "an index with a condition about a column with a colon before its name": Change(
        """
        t = sa.Table("t", metadata, sa.Column("a", sa.Integer), sa.Column(":bind", sa.Integer))
        sa.Index("ix_some", t.c.a, postgresql_where=t.c[":bind"] > 10, sqlite_where=t.c[":bind"] > 10)
        """,
        'sa.Table("t", metadata, sa.Column("a", sa.Integer), sa.Column(":bind", sa.Integer))',
        "sqlite postgresql",
    ),
    "a foreign key comes back after a column that SQLite adds by itself": Change(
        """
        sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("code", sa.Integer),
            sa.UniqueConstraint("code", name="uq"))
        sa.Table("t", metadata, sa.Column("id", sa.Integer), sa.Column("a", sa.String(9), nullable=False),
            sa.Column("p", sa.Integer), sa.PrimaryKeyConstraint("id", name="pk of t"),
            sa.ForeignKeyConstraint(["p"], ["p.id"], name="fk of t"))
        """,
        """
        sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("code", sa.Integer))
        sa.Table("t", metadata, sa.Column("id", sa.Integer), sa.Column("p", sa.Integer),
            sa.PrimaryKeyConstraint("id", name="pk of t"))
        """,
    ),
    "numbers and dates become UUIDs": Change(
        """
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("d", sa.Date),
            sa.Column("n", sa.Numeric(10, 2), nullable=False, server_default="1.5"))
        """,
        """
        sa.Table("t", metadata, sa.Column("id", sa.Uuid, primary_key=True), sa.Column("d", sa.Uuid),
            sa.Column("n", sa.Uuid, nullable=False))
        """,
    ),
    "an enum with characters of its own in a new table": Change(
        "",
        """sa.Table("t", metadata, sa.Column("b", mysql.ENUM("a", "it's", charset="latin1")))""",
        "mysql",
    ),
    "an enum with characters of its own": Change(
        'sa.Table("t", metadata, sa.Column("a", sa.Integer))',
        """
        sa.Table("t", metadata, sa.Column("a", sa.Integer),
            sa.Column("b", mysql.ENUM("a", "it's", charset="latin1")))
        """,
        "mysql",
    ),
    "an enum with characters of its own becomes a UUID of 32 characters": Change(
        'sa.Table("t", metadata, sa.Column("a", mysql.ENUM("a", "b", charset="latin1")))',
        'sa.Table("t", metadata, sa.Column("a", sa.Uuid(native_uuid=False)))',
        "mysql",
    ),
    "a foreign key's column becomes the primary key": Change(
        """
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
        sa.Table("u", metadata, sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("ref_id", sa.ForeignKey("t.id", name="fk_u")))
        """,
        """
        sa.Table("t", metadata, sa.Column("id", sa.Integer, primary_key=True))
        sa.Table("u", metadata, sa.Column("n", sa.Integer),
            sa.Column("ref_id", sa.ForeignKey("t.id", name="fk_u"), primary_key=True))
        """,
    ),
    "keys become larger, and what refers to them": Change(
        """
        sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True))
        sa.Table("c", metadata, sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("p_id", sa.ForeignKey("p.id", name="fk_c", ondelete="CASCADE")),
            sa.Column("up", sa.ForeignKey("c.id", name="fk_up")))
        """,
        """
        sa.Table("p", metadata, sa.Column("id", sa.BigInteger, primary_key=True))
        sa.Table("c", metadata, sa.Column("id", sa.BigInteger, primary_key=True),
            sa.Column("p_id", sa.ForeignKey("p.id", name="fk_c", ondelete="CASCADE")),
            sa.Column("up", sa.ForeignKey("c.id", name="fk_up")))
        """,
    ),
    "all columns go, a primary key among them, and others come": Change(
        'sa.Table("t", metadata, sa.Column("b", sa.Integer, primary_key=True))',
        'sa.Table("t", metadata, sa.Column("a", sa.Integer, nullable=False))',
    ),
    "all columns go, and others come, another primary key among them": Change(
        'sa.Table("t", metadata, sa.Column("b", sa.Integer, primary_key=True), sa.Column("c", sa.Integer))',
        'sa.Table("t", metadata, sa.Column("a", sa.Integer, primary_key=True), sa.Column("d", sa.Integer))',
    ),
    "an enum gets characters of its own": Change(
        'sa.Table("t", metadata, sa.Column("b", mysql.ENUM("a", "b")), sa.Column("c", mysql.SET("a", "b")))',
        """
        sa.Table("t", metadata, sa.Column("b", mysql.ENUM("a", "it's", charset="latin1")),
            sa.Column("c", mysql.SET("a", "b", charset="latin1")))
        """,
        "mysql",
    ),
}


@pytest.mark.parametrize(
    ("backend", "name"),
    [(backend, name) for backend in BACKENDS for name in CHANGES if backend in CHANGES[name].backends],
)
def test_a_change_goes_there_and_back(backend: str, name: str, new_database) -> None:
    before, after, _ = CHANGES[name]
    trip = Trip(new_database(backend))
    try:
        assert problems_on_the_way(trip, made(before), made(after)) == []
    finally:
        trip.engine.dispose()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_unique_index_goes_with_its_table_and_comes_back_with_it(backend: str, new_database) -> None:
    """To drop it first is needless, and refused where a foreign key rests upon it."""
    trip = Trip(new_database(backend))
    models = made("""
        p = sa.Table("p", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("code", sa.Integer))
        sa.Index("ix_code", p.c.code, unique=True)
        c = sa.Table("c", metadata, sa.Column("code", sa.Integer), sa.Column("n", sa.Integer))
        c.append_constraint(sa.ForeignKeyConstraint([c.c.code], [p.c.code], name="fk_code"))
        sa.Index("ix_c", c.c.code)
    """)
    try:
        with trip.emptied():
            models.create_all(trip.engine)
            script = trip.script(sa.MetaData())
    finally:
        trip.engine.dispose()
    dropped = [line.strip() for line in script.upgrade.splitlines() if line.strip().startswith(("op.", "batch_op."))]
    kept_apart = {
        "mysql": [],
        "postgresql": ['op.drop_index(op.f("ix_c"), table_name="c")'],
        "sqlite": ['batch_op.drop_index(batch_op.f("ix_c"))'],
    }
    assert dropped == [*kept_apart[backend], 'op.drop_table("c")', 'op.drop_table("p")']
    # To MySQL a unique index and a unique constraint are one thing.
    assert '"ix_code"' in script.downgrade
    assert '"ix_c"' in script.downgrade
