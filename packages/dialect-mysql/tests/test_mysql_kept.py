"""Nothing of a column is lost by a change of something else: every clause that MariaDB knows, however it is written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql

from testing.databases import Database
from testing.wings import operations
from whimbrel.errors import CommandError
from whimbrel.operations import Operations

# Each column has something that SQLAlchemy's reflection does not tell, or not in full.
COLUMNS = {
    "id": "bigint(20) unsigned zerofill NOT NULL AUTO_INCREMENT COMMENT 'k'",
    "name": r"""varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s \\ "x", (y%s'"""
    r""" COMMENT 'a, b\n''c'''""",
    "seen": "datetime(3) NOT NULL DEFAULT current_timestamp(3) ON UPDATE current_timestamp(3)",
    "touched": "timestamp NULL DEFAULT NULL ON UPDATE current_timestamp()",
    "hidden": "int(11) INVISIBLE DEFAULT 5",
    "checked": "int(11) DEFAULT NULL CHECK (`checked` > 0 and `checked` < 10)",
    "doc": "longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT '{}' CHECK (json_valid(`doc`))",
    "ip": "inet6 DEFAULT NULL",
    "reckoned": "int(11) DEFAULT (`hidden` + 1)",
    "virtual": "int(11) GENERATED ALWAYS AS (`hidden` * 2) VIRTUAL COMMENT 'vee'",
    "stored": "int(11) GENERATED ALWAYS AS (`hidden` * 2) STORED INVISIBLE",
    "mood": "enum('a','b,c','it''s (5%)') CHARACTER SET utf8mb3 COLLATE utf8mb3_bin DEFAULT 'b,c'",
    "many": "set('x','y') DEFAULT 'x,y'",
    "packed": "text /*M!100301 COMPRESSED*/ DEFAULT NULL",
    "bytes": r"blob DEFAULT concat('a','COMMENT \'b')",
    "counted": "int(11) DEFAULT nextval(`{database}`.`numbers`)",
    "unversioned": "int(11) DEFAULT NULL WITHOUT SYSTEM VERSIONING",
    'a "b" `c` %s :x': "int(11) DEFAULT 1 COMMENT 'odd'",
    "Größe" + "é" * 59: "double(8,2) NOT NULL DEFAULT -1.50",
}


@contextmanager
def everything(database: Database) -> Iterator[tuple[Operations, dict[str, str]]]:
    """A table with all of these columns on a MariaDB, and what it says of them."""
    with operations(database) as op:
        connection = op.get_bind()
        if not connection.dialect.is_mariadb:
            pytest.skip("these clauses are MariaDB's")
        op.execute("SET system_versioning_alter_history = KEEP")
        op.execute("CREATE SEQUENCE numbers")
        columns = [f"{_quoted(name)} {_here(connection, definition)}" for name, definition in COLUMNS.items()]
        op.execute(f"CREATE TABLE t ({', '.join(columns)}, PRIMARY KEY (id)) CHARSET=utf8mb4 WITH SYSTEM VERSIONING")
        before = definitions(connection)
        assert before == {name: _here(connection, definition) for name, definition in COLUMNS.items()}
        yield op, before


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _here(connection: sa.Connection, definition: str) -> str:
    name = connection.engine.url.database
    assert name is not None
    return definition.replace("{database}", name)


def definitions(connection: sa.Connection) -> dict[str, str]:
    """Return what SHOW CREATE TABLE says of each column, by its name as it stands in backticks."""
    created = connection.exec_driver_sql("SHOW CREATE TABLE t").one()[1]
    return {name.replace("``", "`"): rest for name, rest in _LINE.findall(created)}


_LINE = re.compile(r"^  `((?:[^`]|``)*)` (.*?),?$", re.M)


def changed(before: dict[str, str], after: dict[str, str]) -> dict[str, str]:
    assert list(after) == list(before)
    return {name: definition for name, definition in after.items() if definition != before[name]}


def test_a_comment_changes_nothing_else(mysql_database: Database) -> None:
    with everything(mysql_database) as (op, before):
        for name, definition in before.items():
            op.alter_column("t", name, comment="it's new: 5% :x `y`")
            kept, check, condition = definition.partition(" CHECK (")
            kept = kept.rsplit(" COMMENT ", 1)[0] if name in COMMENTS else kept
            expected = {name: f"{kept} COMMENT 'it''s new: 5% :x `y`'{check}{condition}"}
            assert changed(before, definitions(op.get_bind())) == expected
            op.alter_column("t", name, comment=COMMENTS.get(name))
            assert changed(before, definitions(op.get_bind())) == {}


COMMENTS = {"id": "k", "name": "a, b\n'c'", "virtual": "vee", 'a "b" `c` %s :x': "odd"}


@pytest.mark.parametrize(
    "mode",
    [
        "SET sql_mode = 'ANSI_QUOTES'",
        "SET sql_mode = 'NO_BACKSLASH_ESCAPES'",
        "SET sql_quote_show_create = 0",
    ],
)
def test_however_the_session_writes_sql(mysql_database: Database, mode: str) -> None:
    """SQLAlchemy learns of the mode when it connects first; so these are the server's words, sent back."""
    with everything(mysql_database) as (op, before):
        for name in before:
            op.execute(mode)
            op.alter_column("t", name, mysql_first=True)
            op.execute("SET sql_mode = DEFAULT, sql_quote_show_create = 1")
            after = definitions(op.get_bind())
            assert (next(iter(after)), after) == (name, before)


def test_a_session_that_does_not_tell_all_is_refused(mysql_database: Database) -> None:
    with everything(mysql_database) as (op, before):
        op.execute("SET sql_mode = 'ORACLE'")
        with pytest.raises(CommandError, match="sql_mode hides AUTO_INCREMENT"):
            op.alter_column("t", "id", comment="new")
        op.execute("SET sql_mode = DEFAULT")
        assert definitions(op.get_bind()) == before


def test_a_new_name_is_known_to_its_check(mysql_database: Database) -> None:
    """One statement defines the column and renames it; RENAME COLUMN alone would not do."""
    with everything(mysql_database) as (op, before):
        op.alter_column("t", "checked", new_column_name="it's `%s`", comment="new")
        after = definitions(op.get_bind())
        assert after["it's `%s`"] == (
            "int(11) DEFAULT NULL COMMENT 'new' CHECK (`it's ``%s``` > 0 and `it's ``%s``` < 10)"
        )
        op.alter_column("t", "it's `%s`", new_column_name="checked", comment=None)
        assert changed(before, definitions(op.get_bind())) == {}


TYPES: dict[str, tuple[str, Any, str]] = {
    "a string keeps its characters": (
        "name",
        sa.String(40),
        COLUMNS["name"].replace("varchar(20)", "varchar(40)"),
    ),
    "unless the new type says which": (
        "name",
        mysql.VARCHAR(40, charset="utf8mb4", collation="utf8mb4_bin"),
        COLUMNS["name"].replace("(20)", "(40)").replace("latin1_bin", "utf8mb4_bin").replace("latin1", "utf8mb4"),
    ),
    "a time keeps ON UPDATE, to its own precision": (
        "seen",
        mysql.DATETIME(fsp=6),
        "datetime(6) NOT NULL DEFAULT current_timestamp(6) ON UPDATE current_timestamp(6)",
    ),
    "a timestamp too": (
        "seen",
        sa.TIMESTAMP(),
        "timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp()",
    ),
    "a date has no ON UPDATE": ("touched", sa.Date(), "date DEFAULT NULL"),
    "what is hidden stays so": ("hidden", sa.BigInteger(), "bigint(20) INVISIBLE DEFAULT 5"),
    "a check stays": (
        "checked",
        sa.SmallInteger(),
        "smallint(6) DEFAULT NULL CHECK (`checked` > 0 and `checked` < 10)",
    ),
    "the check of JSON goes with it": ("doc", sa.Text(), "text DEFAULT '{}'"),
    "an expression stays": ("reckoned", sa.BigInteger(), "bigint(20) DEFAULT (`hidden` + 1)"),
    "so does what computes": (
        "virtual",
        sa.BigInteger(),
        "bigint(20) GENERATED ALWAYS AS (`hidden` * 2) VIRTUAL COMMENT 'vee'",
    ),
    "an enum gets one more": (
        "mood",
        sa.Enum("a", "b,c", "it's (5%)", "d%"),
        COLUMNS["mood"].replace("'it''s (5%)'", "'it''s (5%)','d%'"),
    ),
    "a set": ("many", mysql.SET("x", "y", "z"), "set('x','y','z') DEFAULT 'x,y'"),
    "a compressed text": ("packed", sa.String(99), "varchar(99) /*M!100301 COMPRESSED*/ DEFAULT NULL"),
    "a sequence": ("counted", sa.BigInteger(), "bigint(20) DEFAULT nextval(`{database}`.`numbers`)"),
    "unsigned is part of a type": ("hidden", mysql.INTEGER(unsigned=True), "int(10) unsigned INVISIBLE DEFAULT 5"),
    "no history": ("unversioned", sa.BigInteger(), "bigint(20) DEFAULT NULL WITHOUT SYSTEM VERSIONING"),
}


def test_another_type_and_nothing_else(mysql_database: Database) -> None:
    with everything(mysql_database) as (op, before):
        for why, (name, type_, after) in TYPES.items():
            op.alter_column("t", name, type_=type_)
            assert changed(before, definitions(op.get_bind())) == {name: _here(op.get_bind(), after)}, why
            op.execute(f"ALTER TABLE t MODIFY {_quoted(name)} {before[name]}")
            assert changed(before, definitions(op.get_bind())) == {}


def test_a_default_leaves_on_update_alone(mysql_database: Database) -> None:
    """MariaDB's SET DEFAULT and DROP DEFAULT take ON UPDATE away together with DEFAULT current_timestamp()."""
    with everything(mysql_database) as (op, before):
        op.alter_column("t", "seen", server_default="2020-01-01")
        assert changed(before, definitions(op.get_bind())) == {
            "seen": "datetime(3) NOT NULL DEFAULT '2020-01-01 00:00:00.000' ON UPDATE current_timestamp(3)"
        }
        op.alter_column("t", "seen", server_default=None)
        assert changed(before, definitions(op.get_bind())) == {
            "seen": "datetime(3) NOT NULL DEFAULT '0000-00-00 00:00:00.000' ON UPDATE current_timestamp(3)"
        }
        now = sa.text("current_timestamp(3)")
        op.alter_column("t", "seen", server_default=now)
        assert changed(before, definitions(op.get_bind())) == {}
        on_update = sa.text("current_timestamp(3) ON UPDATE current_timestamp(3)")
        op.alter_column("t", "seen", server_default=now, existing_server_default=on_update)
        assert changed(before, definitions(op.get_bind())) == {
            "seen": "datetime(3) NOT NULL DEFAULT current_timestamp(3)"
        }
        op.alter_column("t", "seen", server_default=on_update)
        assert changed(before, definitions(op.get_bind())) == {}


def test_the_reference_system_of_a_geometry(mysql_database: Database) -> None:
    """SHOW CREATE TABLE of MariaDB does not tell it."""
    with operations(mysql_database) as op:
        if not op.get_bind().dialect.is_mariadb:
            pytest.skip("MySQL's SHOW CREATE TABLE tells the SRID")
        op.execute("CREATE TABLE t (place POINT REF_SYSTEM_ID=4326 NOT NULL, SPATIAL INDEX (place))")
        op.alter_column("t", "place", comment="where")
        assert definitions(op.get_bind()) == {"place": "point NOT NULL COMMENT 'where'"}
        srid = sa.text("SELECT srid FROM information_schema.geometry_columns WHERE g_table_schema = database()")
        assert op.get_bind().execute(srid).scalar_one() == 4326


def test_what_has_no_definition_is_left_to_the_server(mysql_database: Database) -> None:
    with operations(mysql_database) as op:
        op.execute("CREATE VIEW v AS SELECT 1 AS a")
        with pytest.raises(sa.exc.DBAPIError, match="is not of type 'BASE TABLE'"):
            op.alter_column("v", "a", nullable=False, existing_type=sa.Integer())


# -- a law: whatever the column is, a change and its reverse are nothing ----------------------------------------------

PLAIN = st.text(st.characters(exclude_categories=["Cs", "Cc"], max_codepoint=0xFFFF), max_size=12)
STRINGS = PLAIN | st.text("'\"\\%:`(), \n", max_size=12)


def literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


TYPE_CLAUSES = st.sampled_from(
    [
        "varchar(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        "varchar(20)",
        "enum('a','b)','it''s') CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
        "mediumtext",
    ]
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=STRINGS.filter(lambda name: name.strip() == name != "" and name.lower() not in ("first", "last")),
    type_=TYPE_CLAUSES,
    null=st.sampled_from(["", " NOT NULL"]),
    hidden=st.sampled_from(["", " INVISIBLE"]),
    default=st.none() | STRINGS,
    comment=st.none() | STRINGS,
    check=st.none() | STRINGS,
)
def test_a_change_and_its_reverse_are_nothing(
    mysql_database: Database,
    name: str,
    type_: str,
    null: str,
    hidden: str,
    default: str | None,
    comment: str | None,
    check: str | None,
) -> None:
    quoted = _quoted(name)
    clauses = [type_, null]
    if default is not None and not type_.startswith("enum"):
        clauses += [f" DEFAULT {literal(default)}", hidden]
    if comment is not None:
        clauses.append(f" COMMENT {literal(comment)}")
    if check is not None:
        clauses.append(f" CHECK ({quoted} <> {literal(check)})")
    with operations(mysql_database) as op:
        connection = op.get_bind()
        connection.exec_driver_sql(
            f"CREATE TEMPORARY TABLE t (first INT, {quoted} {''.join(clauses)}, last INT)",
            execution_options={"no_parameters": True},
        )
        show = sa.text("SHOW CREATE TABLE t")
        before = connection.execute(show).one()[1]
        op.alter_column("t", name, new_column_name="other `x`", comment="new", nullable=bool(null))
        assert connection.execute(show).one()[1] != before
        op.alter_column("t", "other `x`", new_column_name=name, comment=comment or None, nullable=not null)
        assert connection.execute(show).one()[1] == before
        op.execute("DROP TABLE t")
