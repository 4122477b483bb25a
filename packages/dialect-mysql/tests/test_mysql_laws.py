"""A law of SQL as text, held against a real server: any string comes back from MySQL and MariaDB as it went in."""

from __future__ import annotations

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testing.databases import Database
from testing.wings import text_of

# NUL is left out as elsewhere; a lone surrogate is no text.
TEXT = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
STRINGS = st.text(TEXT) | st.text("'\"\\\\%:?`; -\n", min_size=1)
NOTES = sa.table("notes", sa.column("id", sa.Integer), sa.column("note", sa.String))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(notes=st.lists(STRINGS, min_size=1))
def test_strings_come_back(mysql_database: Database, notes: list[str]) -> None:
    with mysql_database.engine().connect() as connection, connection.connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE notes (id INTEGER, note LONGTEXT)")
        for number, note in enumerate(notes):
            rows = [{"id": number, "note": note}]
            cursor.execute(
                text_of("mysql", lambda op, rows=rows: op.bulk_insert(NOTES, rows)).rstrip().removesuffix(";")
            )
        cursor.execute("SELECT note FROM notes ORDER BY id")
        assert [row[0] for row in cursor.fetchall()] == notes
