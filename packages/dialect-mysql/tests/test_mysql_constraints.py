"""Constraints of MySQL and MariaDB: each kind goes by words of its own, which the database knows where nobody says."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer
from sqlalchemy.exc import DBAPIError

from testing.databases import Database
from testing.mysql import differences
from testing.wings import Action, Case, apply, catalog, changes, dedent, effect_and_back, operations, sql_of
from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.operations import Operations, ops
from whimbrel.operations.directives.any_constraint import ConstraintType

ODD = "it's `odd` %s :x"


def start(op: Operations) -> None:
    op.create_table("owner", Column("id", Integer, primary_key=True))
    op.create_table(
        "t",
        Column("id", Integer, nullable=False, autoincrement=False),
        Column("a", Integer, nullable=False),
        Column("b", Integer),
        Column("c", Integer),
    )


FOREIGN_KEY = """
    + foreign key t.fk_t (b) -> owner (id) ondelete CASCADE onupdate SET NULL
    + index t.fk_t (b)
"""
DROPPED_KEY = "ALTER TABLE t DROP INDEX fk_t"

CASES = {
    "create_primary_key": Case(
        action=lambda op: op.create_primary_key("pk_t", "t", ["id", "a"]),
        sql="ALTER TABLE t ADD CONSTRAINT pk_t PRIMARY KEY (id, a);",
        effect="+ primary key t (id, a)",
        reverse=lambda op: op.drop_constraint("pk_t", "t", type_="primary"),
    ),
    "create_unique_constraint": Case(
        action=lambda op: op.create_unique_constraint("uq_t", "t", ["a", "b"]),
        sql="ALTER TABLE t ADD CONSTRAINT uq_t UNIQUE (a, b);",
        effect="""
            + index t.uq_t (a, b) unique
            + unique t.uq_t (a, b)
        """,
        reverse=lambda op: op.drop_constraint("uq_t", "t", type_="unique"),
    ),
    "create_foreign_key": Case(
        action=lambda op: op.create_foreign_key(
            "fk_t", "t", "owner", ["b"], ["id"], ondelete="CASCADE", onupdate="SET NULL"
        ),
        sql=(
            "ALTER TABLE t ADD CONSTRAINT fk_t FOREIGN KEY(b) REFERENCES owner (id) ON DELETE CASCADE "
            "ON UPDATE SET NULL;"
        ),
        effect=FOREIGN_KEY,
        reverse=lambda op: (op.drop_constraint("fk_t", "t", type_="foreignkey"), op.drop_index("fk_t", "t")),
    ),
    "create_check_constraint": Case(
        action=lambda op: op.create_check_constraint("ck_t", "t", "b <> ':x 5%' and c > 0"),
        sql="ALTER TABLE t ADD CONSTRAINT ck_t CHECK (b <> ':x 5%' and c > 0);",
        effect="+ check t.ck_t `b` <> ':x 5%' and `c` > 0",
        reverse=lambda op: op.drop_constraint("ck_t", "t", type_="check"),
    ),
    "odd_names": Case(
        action=lambda op: (
            op.create_unique_constraint(ODD, "t", ["a"]),
            op.create_check_constraint(f"{ODD}!", "t", sa.column("b") > 5),
        ),
        sql="""
            ALTER TABLE t ADD CONSTRAINT `it's ``odd`` %s :x` UNIQUE (a);

            ALTER TABLE t ADD CONSTRAINT `it's ``odd`` %s :x!` CHECK (b > 5);
        """,
        effect=f"""
            + check t.{ODD}! `b` > 5
            + index t.{ODD} (a) unique
            + unique t.{ODD} (a)
        """,
        reverse=lambda op: (op.drop_constraint(ODD, "t"), op.drop_constraint(f"{ODD}!", "t")),
    ),
}


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
@pytest.mark.parametrize("name", CASES)
def test_sql(name: str, dialect: str) -> None:
    assert sql_of(dialect, CASES[name].action) == dedent(CASES[name].sql)


@pytest.mark.parametrize("name", CASES)
def test_effect_and_back(mysql_database: Database, name: str) -> None:
    effect, left = effect_and_back(mysql_database, start, CASES[name])
    assert (effect.replace("``", "`"), left) == (dedent(CASES[name].effect), "")


def test_text_does_what_a_run_does(mysql_database: Database, new_database: Callable[[str], Database]) -> None:
    assert differences(new_database("mysql"), mysql_database, start, CASES) == []


DROPS: dict[ConstraintType, tuple[str, str]] = {
    "primary": ("ALTER TABLE s.t DROP PRIMARY KEY;", "ALTER TABLE s.t DROP PRIMARY KEY;"),
    "unique": ("ALTER TABLE s.t DROP INDEX `a b`;", "ALTER TABLE s.t DROP INDEX `a b`;"),
    "foreignkey": ("ALTER TABLE s.t DROP FOREIGN KEY `a b`;", "ALTER TABLE s.t DROP FOREIGN KEY `a b`;"),
    "check": ("ALTER TABLE s.t DROP CHECK `a b`;", "ALTER TABLE s.t DROP CONSTRAINT `a b`;"),
}


@pytest.mark.parametrize("type_", DROPS)
def test_the_words_that_drop_each_kind(type_: ConstraintType) -> None:
    """https://dev.mysql.com/doc/refman/8.4/en/alter-table.html, https://mariadb.com/kb/en/alter-table/"""

    def drop(op: Operations) -> None:
        op.drop_constraint("a b", "t", type_=type_, schema="s")

    assert (sql_of("mysql", drop), sql_of("mariadb", drop)) == DROPS[type_]


# -- whose kind nobody says ------------------------------------------------------------------------------------------


def constrained(op: Operations) -> None:
    """A table with a constraint of each kind, and columns called like them: DROP alone would drop the column."""
    op.execute("CREATE TABLE owner (id INTEGER PRIMARY KEY)")
    op.execute(
        "CREATE TABLE t (fk INTEGER, ck INTEGER, uq INTEGER, id INTEGER PRIMARY KEY, "
        "CONSTRAINT fk FOREIGN KEY (fk) REFERENCES owner (id), CONSTRAINT ck CHECK (ck > 0), "
        "CONSTRAINT uq UNIQUE (uq))"
    )


@pytest.mark.parametrize(
    ("name", "gone"),
    [
        ("fk", "- foreign key t.fk (fk) -> owner (id)"),
        ("ck", "- check t.ck `ck` > 0"),
        ("UQ", "- index t.uq (uq) unique\n- unique t.uq (uq)"),
        ("PRIMARY", "- primary key t (id)"),
    ],
)
@pytest.mark.parametrize("if_exists", [None, True])
def test_the_database_knows_the_kind(mysql_database: Database, name: str, gone: str, if_exists: bool | None) -> None:
    apply(mysql_database, constrained)
    before = catalog(mysql_database)
    apply(mysql_database, lambda op: op.drop_constraint(name, "t", if_exists=if_exists))
    assert changes(before, catalog(mysql_database)) == gone


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
def test_as_text_the_kind_is_wanted(dialect: str) -> None:
    server = {"mysql": "MySQL", "mariadb": "MariaDB"}[dialect]
    with pytest.raises(CommandError) as caught:
        sql_of(dialect, lambda op: op.drop_constraint("uq", "t"))
    assert str(caught.value) == (
        f"drop_constraint('uq', 't'): {server} wants to know what kind of constraint that is.\n"
        'Give type_="unique", "foreignkey", "primary" or "check"; connected to a database, that is looked up.'
    )


def test_one_that_is_not_there(mysql_database: Database) -> None:
    apply(mysql_database, constrained)
    with pytest.raises(CommandError) as caught:
        apply(mysql_database, lambda op: op.drop_constraint("absent", "t"))
    assert str(caught.value) == (
        "drop_constraint('absent', 't'): table t has no constraint of that name.\n"
        "It has ck, fk, primary, uq. if_exists=True passes over one that is not there."
    )


def test_two_of_one_name_are_not_guessed_between(mysql_database: Database) -> None:
    with operations(mysql_database) as op:
        op.execute(
            "CREATE TABLE t (a INTEGER PRIMARY KEY, CONSTRAINT x CHECK (a > 0), CONSTRAINT y UNIQUE (a), "
            "CONSTRAINT y FOREIGN KEY (a) REFERENCES t (a))"
        )
        with pytest.raises(CommandError, match=r"FOREIGN KEY and UNIQUE of table t have that name"):
            op.drop_constraint("y", "t")
        before = catalog(mysql_database)
        op.drop_constraint("y", "t", type_="foreignkey")
        assert changes(before, catalog(mysql_database)) == "- foreign key t.y (a) -> t (a)"


def test_a_constraint_without_a_name() -> None:
    with pytest.raises(CommandError, match=r"drop_constraint\(None, 't'\): a constraint is dropped by its name"):
        sql_of("mysql", lambda op: op.invoke(ops.DropConstraintOp(None, "t", "unique")))
    unnamed_key = sql_of("mysql", lambda op: op.invoke(ops.DropConstraintOp(None, "t", "primary")))
    assert unnamed_key == "ALTER TABLE t DROP PRIMARY KEY;"


def test_the_check_of_a_column_is_part_of_it(mysql_database: Database) -> None:
    """MariaDB calls it like the column; DROP CONSTRAINT does not find it, and a drop of the column would be worse."""
    with operations(mysql_database) as op:
        if not op.get_bind().dialect.is_mariadb:
            pytest.skip("MySQL makes a CHECK of the table of it")
        op.execute("CREATE TABLE t (`a %s` INTEGER NOT NULL DEFAULT 5 COMMENT 'ay' CHECK (`a %s` > 0), b INTEGER)")
        for type_ in (None, "check"):
            op.drop_constraint("a %s", "t", type_=type_)
            created = op.get_bind().execute(sa.text("SHOW CREATE TABLE t")).one()[1]
            assert "`a %s` int(11) NOT NULL DEFAULT 5 COMMENT 'ay',\n" in created
            op.execute("ALTER TABLE t MODIFY `a %s` INTEGER NOT NULL DEFAULT 5 COMMENT 'ay' CHECK (`a %s` > 0)")


# -- IF EXISTS --------------------------------------------------------------------------------------------------------

IF_EXISTS: dict[ConstraintType, str | None] = {
    "unique": "ALTER TABLE t DROP INDEX IF EXISTS x;",
    "foreignkey": "ALTER TABLE t DROP FOREIGN KEY IF EXISTS x;",
    "check": "ALTER TABLE t DROP CONSTRAINT IF EXISTS x;",
    "primary": None,
}


@pytest.mark.parametrize("type_", IF_EXISTS)
def test_if_exists_as_text(type_: ConstraintType) -> None:
    def drop(op: Operations) -> None:
        op.drop_constraint("x", "t", type_=type_, if_exists=True)

    with pytest.raises(UnsupportedOperation, match=r"MySQL has no SQL for drop_constraint of .* with IF EXISTS"):
        sql_of("mysql", drop)
    if IF_EXISTS[type_] is None:
        with pytest.raises(UnsupportedOperation, match=r"MariaDB has no SQL for drop_constraint of the primary key"):
            sql_of("mariadb", drop)
    else:
        assert sql_of("mariadb", drop) == IF_EXISTS[type_]


@pytest.mark.parametrize("is_mariadb", [True, False])
@pytest.mark.parametrize("type_", IF_EXISTS)
def test_if_exists(mysql_database: Database, type_: ConstraintType, is_mariadb: bool) -> None:
    apply(mysql_database, lambda op: op.execute("CREATE TABLE t (a INTEGER)"))
    before = catalog(mysql_database)
    with operations(mysql_database) as op:
        if is_mariadb and not op.get_bind().dialect.is_mariadb:
            pytest.skip("this server is a MySQL")
        op.get_bind().dialect.is_mariadb = is_mariadb
        op.drop_constraint("x", "t", type_=type_, if_exists=True)
        op.drop_constraint("x", "t", if_exists=True)
    assert catalog(mysql_database) == before


# -- what the servers do not understand -------------------------------------------------------------------------------

REFUSED: dict[str, tuple[Action, str]] = {
    "match": (
        lambda op: op.create_foreign_key("fk", "t", "owner", ["a"], ["id"], match="FULL"),
        "Constraint fk of table t says MATCH",
    ),
    "deferrable": (
        lambda op: op.create_foreign_key("fk", "t", "owner", ["a"], ["id"], deferrable=True),
        "Constraint fk of table t says DEFERRABLE or INITIALLY",
    ),
    "initially": (
        lambda op: op.create_unique_constraint("uq", "t", ["a"], initially="DEFERRED"),
        "Constraint uq of table t says DEFERRABLE or INITIALLY",
    ),
}


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
@pytest.mark.parametrize("name", REFUSED)
def test_what_is_not_understood_is_refused(name: str, dialect: str) -> None:
    action, message = REFUSED[name]
    with pytest.raises(UnsupportedOperation, match=re.escape(message)):
        sql_of(dialect, action)


def test_a_server_that_forgets_checks_gets_none(mysql_database: Database) -> None:
    """MySQL before 8.0.16 reads a CHECK and says nothing."""
    with operations(mysql_database) as op:
        op.execute("CREATE TABLE t (a INTEGER)")
        op.get_bind().dialect.server_version_info = (5, 7, 44)
        with pytest.raises(UnsupportedOperation, match=r"CHECK, which M[a-zA-Z]+ reads and forgets in this"):
            op.create_check_constraint("ck", "t", "a > 0")
        op.add_column("t", Column("b", sa.Boolean()))  # no CHECK is asked for


@pytest.mark.parametrize("parent", ["owner", "ti`ck"])
@pytest.mark.parametrize("drop", ["drop_constraint", "drop_index"])
def test_what_makes_a_foreign_keys_column_unique_goes_and_the_key_stays(
    mysql_database: Database, parent: str, drop: str
) -> None:
    """The server refuses to drop an index that a foreign key needs: another takes its place in the same statement."""
    with operations(mysql_database) as op:
        op.create_table(parent, Column("id", Integer, primary_key=True))
        op.create_table("t", Column("b", Integer))
        op.create_unique_constraint("uq_t", "t", ["b"])
        op.create_foreign_key("fk_t", "t", parent, ["b"], ["id"])
    with operations(mysql_database) as op:
        if drop == "drop_index":
            op.drop_index("uq_t", "t")
        else:
            op.drop_constraint("uq_t", "t", type_="unique")
    with mysql_database.engine().connect() as connection:
        made = connection.exec_driver_sql("SHOW CREATE TABLE t").one()[1]
    assert "UNIQUE" not in made
    assert "KEY `fk_t` (`b`)" in made
    assert "CONSTRAINT `fk_t` FOREIGN KEY (`b`)" in made


def test_a_primary_key_goes_that_a_foreign_key_needs(mysql_database: Database) -> None:
    with operations(mysql_database) as op:
        op.create_table("parent", Column("id", Integer, primary_key=True))
        op.create_table("t", Column("a", Integer), Column("b", Integer, nullable=False))
        op.create_foreign_key("fk_t", "t", "parent", ["b"], ["id"])
        op.create_primary_key("pk_t", "t", ["b"])
    with operations(mysql_database) as op:
        op.drop_constraint("pk_t", "t", type_="primary")
    with mysql_database.engine().connect() as connection:
        made = connection.exec_driver_sql("SHOW CREATE TABLE t").one()[1]
    assert "PRIMARY" not in made
    assert "KEY `fk_t` (`b`)" in made
    assert "CONSTRAINT `fk_t` FOREIGN KEY (`b`)" in made


def test_a_primary_key_stays_that_the_keys_of_others_refer_to(mysql_database: Database) -> None:
    with operations(mysql_database) as op:
        op.create_table("parent", Column("id", Integer, primary_key=True, autoincrement=False))
        op.create_table("t", Column("b", Integer))
        op.create_foreign_key("fk_t", "t", "parent", ["b"], ["id"])
    with operations(mysql_database) as op, pytest.raises(DBAPIError, match="DROP PRIMARY KEY]"):
        op.drop_constraint("parent_pk", "parent", type_="primary")
