"""Options of tables, such as the engine, in a comparison that was told to look at them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from testing.comparing import Compared, compared, made, there_and_back
from testing.databases import Database

TRACKED = ["mysql_engine", "mysql_charset", "mysql_collate", "mysql_row_format", "mysql_max_rows"]


def models(name: str = "book", **options: Any) -> sa.MetaData:
    metadata = sa.MetaData()
    sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True, autoincrement=False), **options)
    return metadata


def assert_there_and_back(database: Database, found: Compared, wanted: sa.MetaData, **options: Any) -> None:
    def table() -> str:
        with database.engine().connect() as connection:
            connection = connection.execution_options(no_parameters=True)  # a percent sign is one
            return str(connection.exec_driver_sql(f"SHOW CREATE TABLE `{next(iter(wanted.tables))}`").all())

    was = table()
    missing, _, _ = there_and_back(database, found, wanted, **options)
    assert missing == "pass"
    assert table() == was


@pytest.fixture
def book(mysql_database):
    made(
        mysql_database,
        "CREATE TABLE book (id INTEGER NOT NULL PRIMARY KEY) "
        "ENGINE=MyISAM DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci ROW_FORMAT=FIXED",
    )
    return mysql_database


def test_they_are_left_alone_unless_they_are_named(book):
    wanted = models(mysql_engine="InnoDB", mysql_row_format="DYNAMIC")
    assert compared(book, wanted).upgrade == "pass"
    assert compared(book, wanted, compare_table_options=["postgresql_with"]).upgrade == "pass"
    assert compared(book, wanted, compare_table_options=["mysql_charset"]).upgrade == "pass"


def test_an_engine_and_a_row_format_change_and_come_back(book):
    wanted = models(mysql_engine="InnoDB", mysql_row_format="DYNAMIC")
    found = compared(book, wanted, compare_table_options=TRACKED)
    assert found.upgrade == 'op.execute("ALTER TABLE book ENGINE=InnoDB, ROW_FORMAT=DYNAMIC")'
    assert found.downgrade == 'op.execute("ALTER TABLE book ENGINE=MyISAM, ROW_FORMAT=FIXED")'
    assert_there_and_back(book, found, wanted, compare_table_options=TRACKED)


def test_a_character_set_changes_with_its_collation_and_both_come_back(book):
    wanted = models(mysql_default_charset="utf8mb4", mysql_collate="utf8mb4_unicode_ci")
    found = compared(book, wanted, compare_table_options=TRACKED)
    assert '"ALTER TABLE book DEFAULT CHARACTER SET=utf8mb4, COLLATE=utf8mb4_unicode_ci"' in found.upgrade
    assert '"ALTER TABLE book DEFAULT CHARACTER SET=latin1, COLLATE=latin1_swedish_ci"' in found.downgrade
    assert_there_and_back(book, found, wanted, compare_table_options=TRACKED)


def test_what_a_table_did_not_say_is_taken_away_again(mysql_database):
    made(mysql_database, "CREATE TABLE book (id INTEGER NOT NULL PRIMARY KEY)")
    wanted = models(mysql_row_format="COMPRESSED", mysql_max_rows="1000")
    found = compared(mysql_database, wanted, compare_table_options=TRACKED)
    assert found.upgrade == 'op.execute("ALTER TABLE book MAX_ROWS=1000, ROW_FORMAT=COMPRESSED")'
    assert found.downgrade == 'op.execute("ALTER TABLE book MAX_ROWS=0, ROW_FORMAT=DEFAULT")'
    assert_there_and_back(mysql_database, found, wanted, compare_table_options=TRACKED)


def test_the_same_in_other_words_is_the_same(mysql_database):
    made(mysql_database, "CREATE TABLE book (id INTEGER NOT NULL PRIMARY KEY) ENGINE=InnoDB CHARSET=utf8mb3")
    wanted = models(mysql_engine="innodb", mysql_character_set="utf8", mysql_row_format="default", mysql_max_rows=0)
    assert compared(mysql_database, wanted, compare_table_options=TRACKED).upgrade == "pass"


def test_what_the_models_do_not_say_is_as_it_is(book):
    assert compared(book, models(), compare_table_options=TRACKED).upgrade == "pass"


def test_names_are_quoted(mysql_database):
    made(mysql_database, "CREATE TABLE `odd: 5% name` (id INTEGER NOT NULL PRIMARY KEY) ENGINE=MyISAM")
    wanted = models("odd: 5% name", mysql_engine="InnoDB")
    found = compared(mysql_database, wanted, compare_table_options=TRACKED)
    assert_there_and_back(mysql_database, found, wanted, compare_table_options=TRACKED)
