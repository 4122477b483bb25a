"""Each change of a block, and the table and the copy that come of it, in full."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from whimbrel.operations import BatchOperations

Changes = Callable[[BatchOperations], object]


def account() -> sa.Table:
    return sa.Table(
        "account",
        sa.MetaData(),
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("owner", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_account"),
        sa.UniqueConstraint("name", "owner", name="uq_account"),
        sa.CheckConstraint("length(name) > 2", name="ck_account"),
        sa.ForeignKeyConstraint(["owner"], ["account.id"], name="fk_account", ondelete="CASCADE"),
        sa.Index("ix_account", "owner"),
    )


CREATE = """\
CREATE TABLE _whimbrel_tmp_account ( id INTEGER NOT NULL, name VARCHAR(80) NOT NULL, \
owner INTEGER, CONSTRAINT pk_account PRIMARY KEY (id), CONSTRAINT uq_account UNIQUE (name, owner), \
CONSTRAINT ck_account CHECK (length(name) > 2), \
CONSTRAINT fk_account FOREIGN KEY(owner) REFERENCES _whimbrel_tmp_account (id) ON DELETE CASCADE )"""

COPY = """\
INSERT INTO _whimbrel_tmp_account (id, name, owner) \
SELECT account.id AS id, account.name AS name, account.owner AS owner FROM account"""

SWAP = "DROP TABLE account\nALTER TABLE _whimbrel_tmp_account RENAME TO account"

INDEX = "CREATE INDEX ix_account ON account (owner)"


class Case(NamedTuple):
    """Changes, and what they make different: pieces of the text above, and what stands in their place."""

    changes: Changes
    different: dict[str, str]


CASES = {
    "nothing": Case(lambda batch: None, {}),
    "add_column": Case(
        lambda batch: batch.add_column(sa.Column("email", sa.String(200), server_default="")),
        {"owner INTEGER, CONSTRAINT pk": "owner INTEGER, email VARCHAR(200) DEFAULT '', CONSTRAINT pk"},
    ),
    "add_column, with what hangs on it": Case(
        lambda batch: batch.add_column(
            sa.Column("pal", sa.Integer, sa.ForeignKey("person.id", name="fk_pal"), index=True, unique=True),
            insert_after="id",
        ),
        {
            "name VARCHAR": "pal INTEGER, name VARCHAR",
            "CASCADE )": "CASCADE, CONSTRAINT fk_pal FOREIGN KEY(pal) REFERENCES person (id) )",
            INDEX: f"{INDEX}\nCREATE UNIQUE INDEX ix_account_pal ON account (pal)",
        },
    ),
    "add_column, before another": Case(
        lambda batch: batch.add_column(sa.Column("x", sa.Integer), insert_before="id"),
        {"( id INTEGER NOT": "( x INTEGER, id INTEGER NOT"},
    ),
    "add_column, there already": Case(
        lambda batch: batch.add_column(sa.Column("name", sa.Integer), if_not_exists=True), {}
    ),
    "drop_column": Case(
        lambda batch: batch.drop_column("owner"),
        {
            "NOT NULL, owner INTEGER,": "NOT NULL,",
            ", CONSTRAINT uq_account UNIQUE (name, owner)": "",
            ", CONSTRAINT fk_account FOREIGN KEY(owner) REFERENCES _whimbrel_tmp_account (id) ON DELETE CASCADE": "",
            "name, owner) SELECT": "name) SELECT",
            ", account.owner AS owner": "",
            f"\n{INDEX}": "",
        },
    ),
    "drop_column, not there": Case(lambda batch: batch.drop_column("nope", if_exists=True), {}),
    "rename": Case(
        lambda batch: batch.alter_column("name", new_column_name="full name"),
        {
            "name VARCHAR(80)": '"full name" VARCHAR(80)',
            "UNIQUE (name,": 'UNIQUE ("full name",',
            "length(name)": 'length("full name")',
            "id, name, owner) SELECT": 'id, "full name", owner) SELECT',
            "AS name": 'AS "full name"',
        },
    ),
    "rename what others refer to": Case(
        lambda batch: batch.alter_column("id", new_column_name="number"),
        {
            "id INTEGER NOT": "number INTEGER NOT",
            "PRIMARY KEY (id)": "PRIMARY KEY (number)",
            "account (id) ON": "account (number) ON",
            "(id, name": "(number, name",
            "AS id": "AS number",
        },
    ),
    "type, by a cast where kinds differ": Case(
        lambda batch: [
            batch.alter_column("owner", type_=sa.String(20)),
            batch.alter_column("name", type_=sa.String(100)),
        ],
        {
            "name VARCHAR(80)": "name VARCHAR(100)",
            "owner INTEGER, CONSTRAINT pk": "owner VARCHAR(20), CONSTRAINT pk",
            "account.owner AS": "CAST(account.owner AS VARCHAR(20)) AS",
        },
    ),
    "nullable, default, comment": Case(
        lambda batch: batch.alter_column("owner", nullable=False, server_default=sa.text("1"), comment="whose"),
        {"owner INTEGER, CONSTRAINT pk": "owner INTEGER DEFAULT 1 NOT NULL, CONSTRAINT pk"},
    ),
    "many changes of one column, under either name": Case(
        lambda batch: [
            batch.alter_column("owner", new_column_name="boss"),
            batch.alter_column("owner", nullable=False),
            batch.alter_column("boss", server_default="0"),
            batch.create_check_constraint("ck_boss", "boss > 0"),
            batch.create_unique_constraint("uq_boss", ["owner"]),
        ],
        {
            "owner INTEGER, CONSTRAINT pk": "boss INTEGER DEFAULT '0' NOT NULL, CONSTRAINT pk",
            "UNIQUE (name, owner)": "UNIQUE (name, boss)",
            "KEY(owner)": "KEY(boss)",
            "CASCADE )": "CASCADE, CONSTRAINT ck_boss CHECK (boss > 0), CONSTRAINT uq_boss UNIQUE (boss) )",
            "id, name, owner) SELECT": "id, name, boss) SELECT",
            "AS owner": "AS boss",
            "ON account (owner)": "ON account (boss)",
        },
    ),
    "two columns exchange their names": Case(
        lambda batch: [
            batch.alter_column("name", new_column_name="x"),
            batch.alter_column("owner", new_column_name="name"),
            batch.alter_column("x", new_column_name="owner"),
        ],
        {
            "name VARCHAR(80) NOT NULL, owner INTEGER": "owner VARCHAR(80) NOT NULL, name INTEGER",
            "UNIQUE (name, owner)": "UNIQUE (owner, name)",
            "length(name)": "length(owner)",
            "KEY(owner)": "KEY(name)",
            "id, name, owner) SELECT": "id, owner, name) SELECT",
            "account.name AS name, account.owner AS owner": "account.name AS owner, account.owner AS name",
            "ON account (owner)": "ON account (name)",
        },
    ),
    "a column in place of another of its name": Case(
        lambda batch: [batch.drop_column("name"), batch.add_column(sa.Column("name", sa.Text))],
        {
            "name VARCHAR(80) NOT NULL, owner INTEGER": "owner INTEGER, name TEXT",
            ", CONSTRAINT uq_account UNIQUE (name, owner), CONSTRAINT ck_account CHECK (length(name) > 2)": "",
            "id, name, owner) SELECT": "id, owner) SELECT",
            "account.name AS name, ": "",
        },
    ),
    "a column that is added and dropped": Case(
        lambda batch: [
            batch.add_column(sa.Column("x", sa.Integer, index=True)),
            batch.alter_column("x", new_column_name="y"),
            batch.drop_column("y"),
        ],
        {},
    ),
    "move": Case(
        lambda batch: batch.alter_column("owner", insert_before="name"),
        {
            "name VARCHAR(80) NOT NULL, owner INTEGER": "owner INTEGER, name VARCHAR(80) NOT NULL",
            "id, name, owner) SELECT": "id, owner, name) SELECT",
            "account.name AS name, account.owner AS owner": "account.owner AS owner, account.name AS name",
        },
    ),
    "constraints go": Case(
        lambda batch: [
            batch.drop_constraint("uq_account", "unique"),
            batch.drop_constraint("ck_account"),
            batch.drop_constraint("fk_account", type_="foreignkey"),
            batch.drop_constraint("pk_account", type_="primary"),
            batch.drop_index("ix_account"),
            batch.drop_constraint("nope", if_exists=True),
            batch.drop_index("nope", if_exists=True),
        ],
        {
            CREATE[CREATE.index(", CONSTRAINT") :]: " )",
            f"\n{INDEX}": "",
        },
    ),
    "another primary key": Case(
        lambda batch: batch.create_primary_key("pk_new", ["name", "id"]),
        {
            "CONSTRAINT pk_account PRIMARY KEY (id)": "CONSTRAINT pk_new PRIMARY KEY (name, id)",
        },
    ),
    "the primary key goes, whatever its name": Case(
        lambda batch: batch.drop_constraint(None, type_="primary"), {"CONSTRAINT pk_account PRIMARY KEY (id), ": ""}
    ),
    "foreign keys": Case(
        lambda batch: [
            batch.drop_constraint("fk_account"),
            batch.create_foreign_key(
                "fk_new", "person", ["owner"], ["id"], referent_schema="hr", onupdate="CASCADE", deferrable=True
            ),
            batch.create_foreign_key("fk_self", "account", ["owner"], ["id"]),
        ],
        {
            "CONSTRAINT fk_account FOREIGN KEY(owner) REFERENCES _whimbrel_tmp_account (id) ON DELETE CASCADE": (
                "CONSTRAINT fk_new FOREIGN KEY(owner) REFERENCES hr.person (id) ON UPDATE CASCADE DEFERRABLE, "
                "CONSTRAINT fk_self FOREIGN KEY(owner) REFERENCES _whimbrel_tmp_account (id)"
            )
        },
    ),
    "indexes, over expressions too": Case(
        lambda batch: [
            batch.create_index("ix_lower", [sa.text("lower(name)"), "owner"], unique=True),
            batch.create_index("ix_desc", [sa.column("name").desc()]),
            batch.create_index("ix_account", ["name"], if_not_exists=True),
            batch.alter_column("name", new_column_name="label"),
        ],
        {
            "name VARCHAR(80)": "label VARCHAR(80)",
            "UNIQUE (name,": "UNIQUE (label,",
            "length(name)": "length(label)",
            "id, name, owner) SELECT": "id, label, owner) SELECT",
            "AS name": "AS label",
            INDEX: f"{INDEX}\nCREATE UNIQUE INDEX ix_lower ON account (lower(label), owner)\n"
            "CREATE INDEX ix_desc ON account (label DESC)",
        },
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_change_and_its_sql(name: str, rebuilt: Callable[..., str]) -> None:
    expected = "\n".join([CREATE, COPY, SWAP, INDEX])
    for piece, instead in CASES[name].different.items():
        assert expected.count(piece) == 1, piece
        expected = expected.replace(piece, instead)
    assert rebuilt(account(), CASES[name].changes) == expected


def small(*items: Any, schema: str | None = None, **kw: Any) -> sa.Table:
    return sa.Table("t", sa.MetaData(**kw), sa.Column("a", sa.Integer), *items, schema=schema)


def created(text: str) -> str:
    return text.splitlines()[0]


def test_a_schema_stays(rebuilt: Callable[..., str]) -> None:
    table = small(sa.Column("p", sa.ForeignKey("s.t.a", name="fk")), sa.Index("ix", "p"), schema="s")
    assert rebuilt(table, lambda batch: batch.alter_column("a", new_column_name="b")) == (
        "CREATE TABLE s._whimbrel_tmp_t ( b INTEGER, p INTEGER, "
        "CONSTRAINT fk FOREIGN KEY(p) REFERENCES s._whimbrel_tmp_t (b) )\n"
        "INSERT INTO s._whimbrel_tmp_t (b, p) SELECT s.t.a AS b, s.t.p AS p FROM s.t\n"
        "DROP TABLE s.t\n"
        "ALTER TABLE s._whimbrel_tmp_t RENAME TO s.t\n"
        "CREATE INDEX ix ON s.t (p)"
    )


def test_pain_27_what_has_no_name_stays(rebuilt: Callable[..., str]) -> None:
    table = small(
        sa.CheckConstraint("a > 0"), sa.UniqueConstraint("a"), sa.CheckConstraint("a <> ':x' AND a <> 50 % 2")
    )
    assert created(rebuilt(table, lambda batch: batch.alter_column("a", nullable=False))) == (
        "CREATE TABLE _whimbrel_tmp_t ( a INTEGER NOT NULL, CHECK (a > 0), UNIQUE (a), "
        "CHECK (a <> ':x' AND a <> 50 % 2) )"
    )


def test_computed_columns_compute_and_are_not_copied(rebuilt: Callable[..., str]) -> None:
    table = small(sa.Column("twice", sa.Integer, sa.Computed("a * 2")))
    assert rebuilt(table, lambda batch: batch.alter_column("a", new_column_name="b")).splitlines()[:2] == [
        "CREATE TABLE _whimbrel_tmp_t ( b INTEGER, twice INTEGER GENERATED ALWAYS AS (b * 2) )",
        "INSERT INTO _whimbrel_tmp_t (b) SELECT t.a AS b FROM t",
    ]
    plain = rebuilt(table, lambda batch: batch.alter_column("twice", server_default=None))
    assert plain.splitlines()[:2] == [
        "CREATE TABLE _whimbrel_tmp_t ( a INTEGER, twice INTEGER )",
        "INSERT INTO _whimbrel_tmp_t (a, twice) SELECT t.a AS a, t.twice AS twice FROM t",
    ]


def test_names_of_a_convention_drop_what_has_none(rebuilt: Callable[..., str]) -> None:
    table = small(sa.UniqueConstraint("a"), sa.CheckConstraint("a > 0", name="own"))
    convention = {"uq": "uq_%(table_name)s_%(column_0_name)s", "ck": "ck_%(table_name)s_%(constraint_name)s"}
    dropped = rebuilt(table, lambda batch: batch.drop_constraint("uq_t_a"), naming_convention=convention)
    assert created(dropped) == "CREATE TABLE _whimbrel_tmp_t ( a INTEGER, CONSTRAINT own CHECK (a > 0) )"
    kept = rebuilt(table, lambda batch: batch.drop_constraint("own"), naming_convention=convention)
    assert created(kept) == "CREATE TABLE _whimbrel_tmp_t ( a INTEGER, CONSTRAINT uq_t_a UNIQUE (a) )"


def test_the_models_convention_names_what_is_added(rebuilt: Callable[..., str]) -> None:
    models = sa.MetaData(
        naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s", "ck": "ck_%(constraint_name)s"}
    )

    def changes(batch: BatchOperations) -> None:
        batch.create_unique_constraint(None, ["a"])
        batch.create_check_constraint("positive", "a > 0")
        batch.create_check_constraint(batch.f("as_it_is"), "a < 9")
        batch.create_check_constraint("gone", "a = 1")
        batch.drop_constraint("gone", type_="check")

    assert created(rebuilt(small(), changes, opts={"target_metadata": models})) == (
        "CREATE TABLE _whimbrel_tmp_t ( a INTEGER, CONSTRAINT uq_t_a UNIQUE (a), "
        "CONSTRAINT ck_positive CHECK (a > 0), CONSTRAINT as_it_is CHECK (a < 9) )"
    )


def flagged() -> sa.Table:
    return small(sa.Column("f", sa.Boolean(create_constraint=True, name="ck_f")), sa.Column("g", sa.Integer))


def test_the_check_of_a_boolean_goes_with_its_type_its_column_or_its_name(rebuilt: Callable[..., str]) -> None:
    whole = "CREATE TABLE _whimbrel_tmp_t ( a INTEGER, f BOOLEAN, g INTEGER, CONSTRAINT ck_f CHECK (f IN (0, 1)) )"
    assert created(rebuilt(flagged(), lambda batch: None, "sqlite")) == whole
    assert created(rebuilt(flagged(), lambda batch: None, "postgresql")) == whole.partition(", CONSTRAINT")[0] + " )"
    renamed = rebuilt(flagged(), lambda batch: batch.alter_column("f", new_column_name="flag"), "sqlite")
    assert created(renamed) == whole.replace("f BOOLEAN", "flag BOOLEAN").replace("(f IN", "(flag IN")
    retyped = rebuilt(flagged(), lambda batch: batch.alter_column("f", type_=sa.Integer), "sqlite")
    assert created(retyped) == "CREATE TABLE _whimbrel_tmp_t ( a INTEGER, f INTEGER, g INTEGER )"
    dropped = rebuilt(flagged(), lambda batch: batch.drop_column("f"), "sqlite")
    assert created(dropped) == "CREATE TABLE _whimbrel_tmp_t ( a INTEGER, g INTEGER )"
    named = rebuilt(flagged(), lambda batch: batch.drop_constraint("ck_f"), "sqlite")
    assert created(named) == "CREATE TABLE _whimbrel_tmp_t ( a INTEGER, f BOOLEAN, g INTEGER )"
    both = rebuilt(flagged(), lambda batch: [batch.drop_column("f"), batch.drop_constraint("ck_f")], "sqlite")
    assert both == dropped


def test_the_check_of_an_enum_is_replaced(rebuilt: Callable[..., str]) -> None:
    small_enum, large_enum = (
        sa.Enum(*values, create_constraint=True, native_enum=False, name="ck_size") for values in ("ab", "abc")
    )
    reflected = small(sa.Column("size", sa.String(1)), sa.CheckConstraint("size IN ('a', 'b')", name="ck_size"))
    grown = rebuilt(reflected, lambda batch: batch.alter_column("size", type_=large_enum, existing_type=small_enum))
    assert created(grown) == (
        "CREATE TABLE _whimbrel_tmp_t ( a INTEGER, size VARCHAR(1), "
        "CONSTRAINT ck_size CHECK (size IN ('a', 'b', 'c')) )"
    )
    gone = rebuilt(reflected, lambda batch: batch.alter_column("size", type_=sa.Text, existing_type=small_enum))
    assert created(gone) == "CREATE TABLE _whimbrel_tmp_t ( a INTEGER, size TEXT )"


def test_arguments_of_the_table(rebuilt: Callable[..., str]) -> None:
    table = small(sa.CheckConstraint("a > 0", name="ck"), sa.CheckConstraint("a < 9"))
    text = rebuilt(
        table,
        lambda batch: batch.add_column(sa.Column("b", sa.Integer)),
        "sqlite",
        table_args=(sa.CheckConstraint("a > 1", name="ck"), sa.CheckConstraint("A<9"), sa.Index("ix_b", "b")),
        table_kwargs={"sqlite_with_rowid": False, "prefixes": ["/* p */"]},
        partial_reordering=[("b", "a")],
    )
    assert text == (
        "CREATE /* p */ TABLE _whimbrel_tmp_t ( b INTEGER, a INTEGER, CHECK (a < 9), CONSTRAINT ck CHECK (a > 1) ) "
        "WITHOUT ROWID\nINSERT INTO _whimbrel_tmp_t (a) SELECT t.a AS a FROM t\nDROP TABLE t\n"
        "ALTER TABLE _whimbrel_tmp_t RENAME TO t\nCREATE INDEX ix_b ON t (b)"
    )


def test_comments_are_the_new_tables(rebuilt: Callable[..., str]) -> None:
    table = sa.Table("t", sa.MetaData(), sa.Column("a", sa.Integer, comment="an a"), comment="a table")
    text = rebuilt(table, lambda batch: batch.create_table_comment("it's"), "postgresql")
    assert text.endswith("COMMENT ON TABLE t IS 'it''s'\nCOMMENT ON COLUMN t.a IS 'an a'")
    text = rebuilt(
        table, lambda batch: [batch.drop_table_comment(), batch.alter_column("a", comment=None)], "postgresql"
    )
    assert "COMMENT" not in text


def test_the_table_that_is_given_is_not_changed(rebuilt: Callable[..., str]) -> None:
    table = account()
    before = str(sa.schema.CreateTable(table))
    rebuilt(table, CASES["many changes of one column, under either name"].changes)
    assert str(sa.schema.CreateTable(table)) == before
    assert rebuilt(table, lambda batch: None) == "\n".join([CREATE, COPY, SWAP, INDEX])


def test_two_rebuilds_follow_each_other_as_text(rebuilt: Callable[..., str]) -> None:
    def changes(batch: BatchOperations) -> None:
        batch.add_column(sa.Column("b", sa.Integer))
        batch.execute("UPDATE t SET b = a")
        batch.drop_column("a")

    copies = [
        line for line in rebuilt(small(), changes).splitlines() if not line.startswith(("CREATE", "DROP", "ALTER"))
    ]
    assert copies == [
        "INSERT INTO _whimbrel_tmp_t (a) SELECT t.a AS a FROM t",
        "UPDATE t SET b = a",
        "INSERT INTO _whimbrel_tmp_t (b) SELECT t.b AS b FROM t",
    ]


def test_names_that_need_quotes(rebuilt: Callable[..., str]) -> None:
    table = sa.Table('o"dd; t', sa.MetaData(), sa.Column("sel ect", sa.Integer), sa.Column("a%b", sa.Integer))
    assert rebuilt(table, lambda batch: batch.alter_column("a%b", new_column_name="ü '")).replace('o""dd', "odd") == (
        'CREATE TABLE "_whimbrel_tmp_odd\n'
        't" ( "sel ect" INTEGER, "ü \'" INTEGER )\nINSERT INTO "_whimbrel_tmp_odd\nt" ("sel ect", "ü \'") '
        'SELECT "odd\nt"."sel ect" AS "sel ect", "odd\nt"."a%b" AS "ü \'" FROM "odd\nt"\nDROP TABLE "odd\nt"\n'
        'ALTER TABLE "_whimbrel_tmp_odd\nt" RENAME TO "odd\nt"'
    )


def test_a_long_name_is_cut_to_what_the_database_takes(rebuilt: Callable[..., str]) -> None:
    table = sa.Table("t" * 63, sa.MetaData(), sa.Column("a", sa.Integer))
    assert f"INSERT INTO _whimbrel_tmp_{'t' * 49} (a)" in rebuilt(table, lambda batch: None, "postgresql")
