"""``ALGORITHM``, ``LOCK``, ``AFTER``, ``FIRST``: on every statement that takes them; a wrong word is refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, String

from testing.databases import Database
from testing.wings import Action, apply, catalog, operations, sql_of
from whimbrel.errors import CommandError
from whimbrel.operations import Operations

ASKED = {"mysql_algorithm": "inplace", "mysql_lock": "NONE"}

# In this order they run one after the other on a real server, which refuses what it cannot do as it is asked to.
STATEMENTS: dict[str, Action] = {
    "ALTER TABLE t ADD COLUMN x VARCHAR(20) AFTER a, ALGORITHM=INPLACE, LOCK=NONE;": (
        lambda op: op.add_column("t", Column("x", String(20)), mysql_after="a", **ASKED)
    ),
    "ALTER TABLE t ADD COLUMN y INTEGER NOT NULL FIRST, ALGORITHM=INPLACE, LOCK=NONE;": (
        lambda op: op.add_column("t", Column("y", Integer, nullable=False), mysql_first=True, **ASKED)
    ),
    "ALTER TABLE t RENAME COLUMN y TO z, ALGORITHM=INPLACE, LOCK=NONE;": (
        lambda op: op.alter_column("t", "y", new_column_name="z", **ASKED)
    ),
    "ALTER TABLE t ALTER COLUMN z SET DEFAULT '5', ALGORITHM=INPLACE, LOCK=NONE;": (
        lambda op: op.alter_column("t", "z", server_default="5", **ASKED)
    ),
    "ALTER TABLE t MODIFY x VARCHAR(30) NULL FIRST, ALGORITHM=INPLACE, LOCK=NONE;": (
        lambda op: op.alter_column("t", "x", type_=String(30), mysql_first=True, **ASKED)
    ),
    "ALTER TABLE t CHANGE x `w %` VARCHAR(30) NULL COMMENT 'c' AFTER z, ALGORITHM=INPLACE, LOCK=NONE;": (
        lambda op: op.alter_column(
            "t", "x", new_column_name="w %", comment="c", existing_type=String(30), mysql_after="z", **ASKED
        )
    ),
    "CREATE INDEX `ix %` ON t (`w %`) ALGORITHM=INPLACE LOCK=NONE;": (
        lambda op: op.create_index("ix %", "t", ["w %"], **ASKED)
    ),
    "ALTER TABLE t DROP INDEX `ix %`, ALGORITHM=INPLACE, LOCK=NONE;": lambda op: op.drop_index("ix %", "t", **ASKED),
    "ALTER TABLE t ADD CONSTRAINT uq UNIQUE (b), ALGORITHM=INPLACE, LOCK=NONE;": (
        lambda op: op.create_unique_constraint("uq", "t", ["b"], **ASKED)
    ),
    "ALTER TABLE t DROP INDEX uq, ALGORITHM=INPLACE, LOCK=NONE;": (
        lambda op: op.drop_constraint("uq", "t", "unique", **ASKED)
    ),
    "ALTER TABLE t ADD CONSTRAINT ck CHECK (a > 0), ALGORITHM=COPY, LOCK=SHARED;": (
        lambda op: op.create_check_constraint("ck", "t", "a > 0", mysql_algorithm="COPY", mysql_lock="SHARED")
    ),
    "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY(a) REFERENCES owner (id), ALGORITHM=COPY;": (
        lambda op: op.create_foreign_key("fk", "t", "owner", ["a"], ["id"], mysql_algorithm="COPY")
    ),
    "ALTER TABLE t DROP FOREIGN KEY fk, ALGORITHM=INPLACE, LOCK=NONE;": (
        lambda op: op.drop_constraint("fk", "t", "foreignkey", **ASKED)
    ),
    "ALTER TABLE t ADD PRIMARY KEY (a), ALGORITHM=INPLACE, LOCK=NONE;": (
        lambda op: op.create_primary_key(None, "t", ["a"], **ASKED)
    ),
    "ALTER TABLE t DROP PRIMARY KEY, ALGORITHM=COPY;": (
        lambda op: op.drop_constraint("PRIMARY", "t", "primary", mysql_algorithm="COPY")
    ),
    "ALTER TABLE t DROP COLUMN `w %`, ALGORITHM=INPLACE, LOCK=NONE;": (lambda op: op.drop_column("t", "w %", **ASKED)),
}


def start(op: Operations) -> None:
    op.execute("CREATE TABLE owner (id INTEGER PRIMARY KEY)")
    op.execute("CREATE TABLE t (a INTEGER NOT NULL, b INTEGER)")


@pytest.mark.parametrize("dialect", ["mysql", "mariadb"])
@pytest.mark.parametrize("sql", STATEMENTS)
def test_as_text(sql: str, dialect: str) -> None:
    assert sql_of(dialect, STATEMENTS[sql]) == sql


def test_a_server_takes_them(mysql_database: Database) -> None:
    with operations(mysql_database) as op:
        sent = list(statements(op, lambda: [start(op), *(action(op) for action in STATEMENTS.values())]))
    as_asked = [f"{line};" for line in sent if "ALGORITHM" in line]
    # What MODIFY and CHANGE repeat comes from the server, in its own words; some drivers want a % doubled.
    spelt = [re.sub(r"varchar\((\d+)\)", r"VARCHAR(\1)", line).replace("%%", "%") for line in as_asked]
    assert spelt == list(STATEMENTS)
    assert catalog(mysql_database) == [
        "check t.ck `a` > 0",
        "column owner.id INTEGER not null",
        "column t.a INTEGER not null",
        "column t.b INTEGER null",
        "column t.z INTEGER not null default 5",
        "primary key owner (id)",
        "table owner",
        "table t",
    ]


def statements(op: Operations, action: Callable[[], object]) -> Iterator[str]:
    sent: list[str] = []
    connection = op.get_bind()
    sa.event.listen(connection, "before_cursor_execute", lambda *args: sent.append(args[2]))
    action()
    yield from sent


def test_a_server_refuses_what_it_cannot_do_so(mysql_database: Database) -> None:
    """That is what the keywords are for: nothing is locked or copied unawares."""
    apply(mysql_database, start)
    before = catalog(mysql_database)
    with pytest.raises(sa.exc.DBAPIError, match="ALGORITHM=INPLACE is not supported"):
        apply(mysql_database, lambda op: op.alter_column("t", "b", type_=String(20), mysql_algorithm="INPLACE"))
    assert catalog(mysql_database) == before


def test_what_comes_with_a_column_is_carried_out_alike() -> None:
    column: Column[int] = Column("x", Integer, sa.ForeignKey("owner.id", name="fk"), index=True)
    assert sql_of("mysql", lambda op: op.add_column("t", column, mysql_algorithm="INPLACE")).split("\n\n") == [
        "ALTER TABLE t ADD COLUMN x INTEGER, ALGORITHM=INPLACE;",
        "ALTER TABLE t ADD CONSTRAINT fk FOREIGN KEY(x) REFERENCES owner (id), ALGORITHM=INPLACE;",
        "CREATE INDEX ix_t_x ON t (x) ALGORITHM=INPLACE;",
    ]


def test_no_keyword_says_nothing() -> None:
    assert sql_of("mysql", lambda op: op.drop_column("t", "x", mysql_algorithm=None, mysql_lock=None)) == (
        "ALTER TABLE t DROP COLUMN x;"
    )


@pytest.mark.parametrize(
    ("dialect", "keywords", "words"),
    [
        ("mysql", {"mysql_algorithm": "INSTANT"}, ", ALGORITHM=INSTANT"),
        ("mysql", {"mysql_algorithm": "INSTANT", "mariadb_algorithm": "NOCOPY"}, ", ALGORITHM=INSTANT"),
        ("mysql", {"mariadb_algorithm": "NOCOPY"}, ""),
        ("mariadb", {"mysql_algorithm": "INSTANT"}, ", ALGORITHM=INSTANT"),
        ("mariadb", {"mysql_algorithm": "INSTANT", "mariadb_algorithm": "NOCOPY"}, ", ALGORITHM=NOCOPY"),
        ("mariadb", {"mysql_lock": "NONE", "mariadb_lock": None}, ""),
    ],
)
def test_what_is_said_to_mariadb_wins_there(dialect: str, keywords: dict[str, str], words: str) -> None:
    expected = f"ALTER TABLE t DROP COLUMN x{words};"
    assert sql_of(dialect, lambda op: op.drop_column("t", "x", **keywords)) == expected


def test_other_databases_pass_them_over() -> None:
    def change(op: Operations) -> None:
        op.add_column("t", Column("x", Integer), mysql_after="a", **ASKED)
        op.create_index("ix", "t", ["x"], **ASKED)
        op.create_primary_key("pk", "t", ["x"], **ASKED)
        op.drop_constraint("pk", "t", "primary", **ASKED)

    assert sql_of("postgresql", change).split("\n\n") == [
        "ALTER TABLE t ADD COLUMN x INTEGER;",
        "CREATE INDEX ix ON t (x);",
        "ALTER TABLE t ADD CONSTRAINT pk PRIMARY KEY (x);",
        "ALTER TABLE t DROP CONSTRAINT pk;",
    ]


WRONG: dict[str, tuple[Action, str]] = {
    "algorithm": (
        lambda op: op.drop_column("t", "x", mysql_algorithm="fast; DROP TABLE t"),
        "drop_column(): mysql_algorithm='fast; DROP TABLE t' is none that MySQL knows.\n"
        "Choose one of DEFAULT, INSTANT, INPLACE, COPY.",
    ),
    "an algorithm of MariaDB alone": (
        lambda op: op.create_index("ix", "t", ["x"], mysql_algorithm="NOCOPY"),
        "create_index(): mysql_algorithm='NOCOPY' is none that MySQL knows.\n"
        "Choose one of DEFAULT, INSTANT, INPLACE, COPY.",
    ),
    "lock": (
        lambda op: op.create_unique_constraint("uq", "t", ["x"], mysql_lock="READ"),
        "create_constraint(): mysql_lock='READ' is none that MySQL knows.\n"
        "Choose one of DEFAULT, NONE, SHARED, EXCLUSIVE.",
    ),
    "keyword": (
        lambda op: op.alter_column("t", "x", new_column_name="y", mysql_algoritm="COPY"),
        "alter_column() has no keyword 'mysql_algoritm'.\n"
        "It takes mysql_algorithm, mysql_lock, mysql_after, mysql_first.",
    ),
    "keyword of another statement": (
        lambda op: op.drop_column("t", "x", mysql_after="a"),
        "drop_column() has no keyword 'mysql_after'.\nIt takes mysql_algorithm, mysql_lock.",
    ),
    "two places": (
        lambda op: op.add_column("t", Column("x", Integer), mysql_after="a", mysql_first=True),
        "add_column() is given both mysql_after and mysql_first.\nLeave one of them out.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused(name: str) -> None:
    action, message = WRONG[name]
    with pytest.raises(CommandError) as caught:
        sql_of("mysql", action)
    assert str(caught.value) == message


# -- the place of a column --------------------------------------------------------------------------------------------


def test_a_column_moves_and_keeps_what_it_is(mysql_database: Database) -> None:
    with operations(mysql_database) as op:
        op.execute("CREATE TABLE t (a INTEGER, b VARCHAR(9) NOT NULL DEFAULT 'x' COMMENT 'bee', `c %s` INTEGER)")
        show = sa.text("SHOW CREATE TABLE t")
        before = op.get_bind().execute(show).one()[1]
        op.alter_column("t", "b", mysql_after="c %s")
        assert [column["name"] for column in sa.inspect(op.get_bind()).get_columns("t")] == ["a", "c %s", "b"]
        op.alter_column("t", "b", mysql_first=True)
        assert [column["name"] for column in sa.inspect(op.get_bind()).get_columns("t")] == ["b", "a", "c %s"]
        op.alter_column("t", "b", mysql_after="a")
        assert op.get_bind().execute(show).one()[1] == before
