"""Storage parameters in a comparison that was told to look at them."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from testing.comparing import Compared, compared, made, there_and_back
from testing.databases import Database

TRACKED = {"compare_table_options": ["postgresql_with", "mysql_engine"]}


def models(schema: str | None = None, **parameters: Any) -> sa.MetaData:
    metadata = sa.MetaData()
    column = sa.Column("id", sa.Integer, primary_key=True, autoincrement=False)
    sa.Table("book", metadata, column, schema=schema, postgresql_with=parameters or None)
    return metadata


def assert_there_and_back(database: Database, found: Compared, wanted: sa.MetaData, **options: Any) -> None:
    def parameters() -> set[str]:
        with database.engine().connect() as connection:
            return set(connection.scalar(sa.text("SELECT reloptions FROM pg_class WHERE relname = 'book'")) or ())

    was = parameters()
    missing, _, _ = there_and_back(database, found, wanted, **options)
    assert missing == "pass"
    assert parameters() == {item.replace("=off", "=false") for item in was}


@pytest.fixture
def book(postgresql_database):
    made(
        postgresql_database,
        "CREATE TABLE book (id INTEGER NOT NULL PRIMARY KEY) WITH (fillfactor = 70, autovacuum_enabled = off)",
    )
    return postgresql_database


def test_they_are_left_alone_unless_they_are_named(book):
    assert compared(book, models(fillfactor=90)).upgrade == "pass"
    assert compared(book, models(fillfactor=90), compare_table_options=["mysql_engine"]).upgrade == "pass"


def test_they_are_set_changed_and_reset_and_come_back(book):
    wanted = models(fillfactor=90, autovacuum_vacuum_scale_factor=0.05)
    found = compared(book, wanted, **TRACKED)
    assert found.upgrade == "\n".join(
        (
            "op.set_storage_parameters(",
            '    "book",',
            '    {"autovacuum_enabled": None, "autovacuum_vacuum_scale_factor": 0.05, "fillfactor": 90},',
            '    existing_parameters={"autovacuum_enabled": False, "fillfactor": 70},',
            ")",
        )
    )
    assert_there_and_back(book, found, wanted, **TRACKED)


def test_the_models_say_none_and_they_go(book):
    found = compared(book, models(), **TRACKED)
    assert '{"autovacuum_enabled": None, "fillfactor": None}' in found.upgrade
    assert_there_and_back(book, found, models(), **TRACKED)


def test_the_same_in_other_words_is_the_same(book):
    assert compared(book, models(FILLFACTOR="70", autovacuum_enabled=False), **TRACKED).upgrade == "pass"


def test_those_of_the_toast_table_are_left_alone(postgresql_database):
    made(postgresql_database, "CREATE TABLE book (id INTEGER NOT NULL PRIMARY KEY)")
    wanted = models(**{"toast.autovacuum_enabled": False})
    assert compared(postgresql_database, wanted, **TRACKED).upgrade == "pass"


def test_in_another_schema(postgresql_database):
    made(postgresql_database, "CREATE SCHEMA shop", "CREATE TABLE shop.book (id INTEGER NOT NULL PRIMARY KEY)")
    wanted = models("shop", fillfactor=50)
    found = compared(postgresql_database, wanted, **TRACKED)
    assert found.upgrade == 'op.set_storage_parameters("book", {"fillfactor": 50}, schema="shop")'
    assert_there_and_back(postgresql_database, found, wanted, **TRACKED)
