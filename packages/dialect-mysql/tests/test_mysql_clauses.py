"""Definitions as MySQL prints them, taken apart and put together again; no MySQL is needed to read its text."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql

from whimbrel_mysql.clauses import Syntax, clauses, fields, first_token, renamed, unquoted, without_escapes
from whimbrel_mysql.ddl import MySQLDefineColumn
from whimbrel_mysql.definition import Change, read_definition

# As MySQL 8.4 prints it: https://dev.mysql.com/doc/refman/8.4/en/show-create-table.html; what older servers are not to
# read stands in comments: https://dev.mysql.com/doc/refman/8.4/en/comments.html
CREATED = r"""CREATE TABLE `it's (``t``)` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `name` varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s (\\, "x"' COMMENT 'a, b\n''c''',
  `seen` timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6),
  `touched` timestamp NULL DEFAULT NULL ON UPDATE CURRENT_TIMESTAMP,
  `hidden` int DEFAULT '5' /*!80023 INVISIBLE */ COMMENT 'not seen',
  `place` point NOT NULL /*!80003 SRID 4326 */,
  `key` binary(16) DEFAULT (uuid_to_bin(uuid())),
  `doc` json DEFAULT (json_array(_utf8mb4'it\'s',_utf8mb4'COMMENT \'x\'')),
  `virtual` varchar(9) COLLATE utf8mb4_bin GENERATED ALWAYS AS (concat(`name`,_utf8mb4')')) VIRTUAL,
  `stored` int GENERATED ALWAYS AS ((`id` * 2)) STORED NOT NULL,
  `slow` int /*!50606 STORAGE DISK */ /*!50606 COLUMN_FORMAT DYNAMIC */ DEFAULT NULL,
  `bits` bit(3) NOT NULL DEFAULT b'101',
  `mood` enum('a','b)','it''s') COLLATE utf8mb4_bin DEFAULT 'a',
  PRIMARY KEY (`id`),
  KEY `name` (`name`(5)),
  CONSTRAINT `c` CHECK ((`hidden` > 0)) /*!80016 NOT ENFORCED */
) ENGINE=InnoDB AUTO_INCREMENT=5 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci COMMENT='it''s (5%)'"""

KEPT = {
    "id": "bigint unsigned NOT NULL AUTO_INCREMENT",
    "name": r"""varchar(20) CHARACTER SET latin1 COLLATE latin1_bin NOT NULL DEFAULT 'it''s (\\, "x"' """
    r"COMMENT 'a, b\n''c'''",
    "seen": "timestamp(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6)",
    "touched": "timestamp NULL ON UPDATE CURRENT_TIMESTAMP",
    "hidden": "int NULL DEFAULT '5' /*!80023 INVISIBLE */ COMMENT 'not seen'",
    "place": "point /*!80003 SRID 4326 */ NOT NULL",
    "KEY": "binary(16) NULL DEFAULT (uuid_to_bin(uuid()))",
    "doc": r"json NULL DEFAULT (json_array(_utf8mb4'it\'s',_utf8mb4'COMMENT \'x\''))",
    "virtual": "varchar(9) COLLATE utf8mb4_bin GENERATED ALWAYS AS (concat(`name`,_utf8mb4')')) VIRTUAL",
    "stored": "int GENERATED ALWAYS AS ((`id` * 2)) STORED NOT NULL",
    "slow": "int NULL /*!50606 STORAGE DISK */ /*!50606 COLUMN_FORMAT DYNAMIC */",
    "bits": "bit(3) NOT NULL DEFAULT b'101'",
    "mood": "enum('a','b)','it''s') COLLATE utf8mb4_bin NULL DEFAULT 'a'",
}

DIALECT = mysql.dialect(paramstyle="named")  # type: ignore[no-untyped-call]  # SQLAlchemy's own


def defined(column: str, change: Change) -> str:
    definition = read_definition(CREATED, column, Syntax())
    assert definition is not None
    statement = MySQLDefineColumn("t", "x", definition.changed(change, DIALECT))
    return str(statement.compile(dialect=DIALECT)).removeprefix("ALTER TABLE t MODIFY x ")


@pytest.mark.parametrize("column", KEPT)
def test_each_clause_is_repeated(column: str) -> None:
    assert defined(column, Change()) == KEPT[column]


@pytest.mark.parametrize(
    ("column", "change", "after"),
    [
        ("id", Change(type_=sa.Integer()), "INTEGER NOT NULL AUTO_INCREMENT"),
        ("seen", Change(type_=mysql.DATETIME(fsp=3)), "DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE "
         "CURRENT_TIMESTAMP(3)"),
        ("touched", Change(type_=sa.DateTime()), "DATETIME NULL ON UPDATE CURRENT_TIMESTAMP()"),
        ("hidden", Change(comment=None), "int NULL DEFAULT '5' /*!80023 INVISIBLE */"),
        ("place", Change(nullable=True), "point /*!80003 SRID 4326 */ NULL"),
        ("KEY", Change(default=None), "binary(16) NULL"),
        ("doc", Change(default="{}"), "json NULL DEFAULT ('{}')"),
        ("doc", Change(type_=sa.Text(), default=None), "TEXT NULL"),
        ("virtual", Change(type_=sa.String(20)), "VARCHAR(20) COLLATE utf8mb4_bin GENERATED ALWAYS AS "
         "(concat(`name`,_utf8mb4')')) VIRTUAL"),
        ("stored", Change(default="5"), "int NOT NULL DEFAULT '5'"),
        ("mood", Change(nullable=False), "enum('a','b)','it''s') COLLATE utf8mb4_bin NOT NULL DEFAULT 'a'"),
    ],
)  # fmt: skip
def test_one_clause_is_changed(column: str, change: Change, after: str) -> None:
    assert defined(column, change) == after


def test_what_is_no_column() -> None:
    assert read_definition(CREATED, "c", Syntax()) is None
    assert read_definition(CREATED, "absent", Syntax()) is None
    assert read_definition("CREATE VIEW `v` AS select (`id` > 0) AS `id`", "id", Syntax()) is None


def test_names_in_double_quotes() -> None:
    """In the mode ``ANSI_QUOTES`` they are names, and a backslash in them is one."""
    created = r"""CREATE TABLE "t" ("a\" int DEFAULT 5, "b""" + '""c" int CHECK ("b""c" > \'"b""c"\'))'
    ansi = Syntax(ansi_quotes=True)
    assert read_definition(created, "a\\", ansi) is not None
    definition = read_definition(created, 'b"c', ansi)
    assert definition is not None
    assert definition.renamed('b"c', "new `n`", ansi).check == 'CHECK (`new ``n``` > \'"b""c"\')'


# -- laws -------------------------------------------------------------------------------------------------------------

TEXT = st.text(st.characters(exclude_categories=["Cs"])) | st.text("'\"\\`(),/* \n%AS")


def literal(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


CLAUSES = (
    st.just("NOT NULL")
    | TEXT.map(lambda text: f"DEFAULT {literal(text)}")
    | TEXT.map(lambda text: f"DEFAULT (concat({literal(text)},{quoted(text)}))")
    | TEXT.map(lambda text: f"COMMENT {literal(text)}")
    | TEXT.map(lambda text: f"CHECK ({quoted(text)} <> {literal(text)})")
    | TEXT.map(lambda text: f"GENERATED ALWAYS AS (({quoted(text)})) STORED")
    | st.sampled_from(["ON UPDATE current_timestamp(3)", "AUTO_INCREMENT", "INVISIBLE", "DEFAULT NULL", "NULL"])
)


@given(st.lists(CLAUSES, max_size=5), st.sampled_from(["int(11) unsigned zerofill", "enum('NOT','NULL ,')"]))
def test_clauses_come_back(said: list[str], type_: str) -> None:
    # "NULL" after a bare word would belong to it; servers print no such thing.
    assert [clause.text for clause in clauses(" ".join([type_, *said]))] == [type_, *said]


@given(st.lists(TEXT, min_size=1))
def test_fields_come_back(texts: list[str]) -> None:
    said = [f"{quoted(text)} varchar(9) DEFAULT {literal(text)}" for text in texts]
    assert list(fields(f"CREATE TABLE `(,` ({', '.join(said)}) COMMENT='(,'")) == said
    assert [unquoted(first_token(field)) for field in said] == texts


@given(TEXT)
def test_a_literal_means_the_same_without_backslashes(text: str) -> None:
    plain = without_escapes(f"DEFAULT {literal(text)} COMMENT 'x'")
    assert plain == "DEFAULT '" + text.replace("'", "''") + "' COMMENT 'x'"


@given(TEXT, TEXT, TEXT)
def test_a_name_is_replaced_and_a_literal_is_not(old: str, new: str, text: str) -> None:
    expression = f"CHECK ({quoted(old)} > 0 and {literal(text)} <> {literal(quoted(old))})"
    assert renamed(expression, old, new) == expression.replace(quoted(old), quoted(new), 1)
