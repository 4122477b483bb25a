"""What belongs to a table is there after it was made anew: rows, triggers, views, indexes, counters."""

from __future__ import annotations

import sqlite3

import pytest
import sqlalchemy as sa
from sqlalchemy import Column, Integer, String

from testing.databases import Database
from testing.sqlite import Enforcing, everything, raw, rows, script, text_of_table
from testing.wings import Action, apply, operations
from whimbrel.errors import CommandError, UnsupportedOperation
from whimbrel.operations import Operations

START = """
CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE NOT NULL, age INT, CHECK (age > 0));
CREATE TABLE child (id INTEGER PRIMARY KEY, parent_id INT REFERENCES parent ON DELETE CASCADE);
CREATE TABLE log (what TEXT);
CREATE UNIQUE INDEX ix_name ON parent (name COLLATE BINARY DESC, lower(name)) WHERE age > 5;
CREATE INDEX ix_age ON parent (age);
CREATE VIEW adults AS SELECT name, "age" FROM parent WHERE age >= 18;
CREATE VIEW names AS SELECT name FROM adults;
CREATE TRIGGER on_update AFTER UPDATE OF age ON parent BEGIN INSERT INTO log VALUES (old.age || '->' || new.age); END;
CREATE TRIGGER on_child AFTER INSERT ON child BEGIN UPDATE parent SET age = age + 1 WHERE id = new.parent_id; END;
CREATE TRIGGER on_view INSTEAD OF DELETE ON adults BEGIN DELETE FROM parent WHERE name = old.name; END;
INSERT INTO parent VALUES (1, 'Ann', 20), (2, 'bob', 4), (9, 'gone', 1);
DELETE FROM parent WHERE id = 9;
INSERT INTO child VALUES (10, 1), (11, 2);
ANALYZE;
"""


def wider(op: Operations) -> None:
    """Give a column another type, for which SQLite has no ALTER TABLE."""
    with op.batch_alter_table("parent") as batch:
        batch.alter_column("name", type_=String(50))


def changed(database: Database, action: Action) -> set[str]:
    """Carry *action* out and return the names of what is not as it was."""
    with raw(database) as connection:
        before = everything(connection)
        apply(database, action)
        after = everything(connection)
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def refused(database: Database, action: Action) -> str:
    """Return the message with which *action* is refused, and see that it has changed nothing."""
    with raw(database) as connection:
        before = everything(connection)
        with pytest.raises(CommandError) as caught:
            apply(database, action)
        assert everything(connection) == before
    return str(caught.value)


def test_pains_row_27_batch_mode_deletes_no_children_and_loses_no_triggers_and_no_unnamed_checks(
    sqlite_database: Database,
) -> None:
    """Measured elsewhere with foreign_keys=ON: children deleted, triggers and unnamed CHECKs gone."""
    script(sqlite_database, START)
    assert changed(Enforcing(sqlite_database), wider) == {"table parent"}
    with raw(sqlite_database) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed: age > 0"):
            connection.execute("UPDATE parent SET age = -1")
        connection.execute("UPDATE parent SET age = 30 WHERE id = 1")
        assert connection.execute("SELECT what FROM log").fetchall()[-1] == ("21->30",)
        connection.execute("INSERT INTO parent (name, age) VALUES ('new', 3)")
        assert connection.execute("SELECT max(id) FROM parent").fetchall() == [(10,)]
        connection.execute("DELETE FROM parent WHERE id = 1")
        assert connection.execute("SELECT id FROM child").fetchall() == [(11,)]


def test_a_renamed_column_is_renamed_wherever_it_is_meant(sqlite_database: Database) -> None:
    script(sqlite_database, START)

    def change(op: Operations) -> None:
        with op.batch_alter_table("parent") as batch:
            batch.alter_column("age", new_column_name="years", nullable=False)

    apply(sqlite_database, change)
    texts = dict(rows(sqlite_database, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    assert texts["parent"] == (
        'CREATE TABLE "parent" (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE NOT NULL, '
        '"years" INT NOT NULL, CHECK ("years" > 0))'
    )
    assert texts["ix_age"] == 'CREATE INDEX ix_age ON parent ("years")'
    assert texts["ix_name"] == (
        'CREATE UNIQUE INDEX ix_name ON parent (name COLLATE BINARY DESC, lower(name)) WHERE "years" > 5'
    )
    assert texts["adults"] == 'CREATE VIEW adults AS SELECT name, "years" FROM parent WHERE "years" >= 18'
    assert texts["on_update"] == (
        'CREATE TRIGGER on_update AFTER UPDATE OF "years" ON parent '
        """BEGIN INSERT INTO log VALUES (old."years" || '->' || new."years"); END"""
    )
    assert 'UPDATE parent SET "years" = "years" + 1' in texts["on_child"]


def test_indexes_come_and_go(sqlite_database: Database) -> None:
    script(sqlite_database, START)

    def change(op: Operations) -> None:
        with op.batch_alter_table("parent", recreate="always") as batch:
            batch.drop_index("ix_name")
            batch.drop_index("ix_age")
            batch.create_index("ix_age", [sa.text("age DESC")], sqlite_where=sa.text("age > 1"))
            batch.create_index("ix_new", ["name", "age"], unique=True)

    apply(sqlite_database, change)
    texts = rows(sqlite_database, "SELECT sql FROM sqlite_master WHERE type = 'index' ORDER BY name")
    assert [text for (text,) in texts] == [
        "CREATE INDEX ix_age ON parent (age DESC) WHERE age > 1",
        "CREATE UNIQUE INDEX ix_new ON parent (name, age)",
    ]


def test_temporary_triggers_and_views(sqlite_database: Database) -> None:
    script(sqlite_database, START)
    with operations(sqlite_database) as op:
        op.execute("CREATE TEMP VIEW ages AS SELECT age FROM parent")
        op.execute("CREATE TEMP TRIGGER watch AFTER DELETE ON main.parent BEGIN INSERT INTO log VALUES ('gone'); END")
        connection = op.get_bind()
        before = connection.exec_driver_sql("SELECT name, sql FROM temp.sqlite_master").fetchall()
        wider(op)
        assert connection.exec_driver_sql("SELECT name, sql FROM temp.sqlite_master").fetchall() == before
        connection.exec_driver_sql("DELETE FROM parent")
        assert connection.exec_driver_sql("SELECT count(*) FROM log WHERE what = 'gone'").scalar() == 2


def test_rows_keep_their_rowids(sqlite_database: Database) -> None:
    """A full-text index with ``content=`` knows rows by their rowids: https://www.sqlite.org/fts5.html#external_content_tables"""
    script(
        sqlite_database,
        """
        CREATE TABLE doc (title TEXT, body TEXT);
        INSERT INTO doc (rowid, title, body) VALUES (7, 'a', 'whimbrel'), (3, 'b', 'curlew'), (90, 'c', 'godwit');
        CREATE VIRTUAL TABLE doc_text USING fts5 (body, content='doc');
        INSERT INTO doc_text (doc_text) VALUES ('rebuild');
        CREATE TRIGGER doc_new AFTER INSERT ON doc BEGIN
          INSERT INTO doc_text (rowid, body) VALUES (new.rowid, new.body);
        END;
        """,
    )

    def change(op: Operations) -> None:
        with op.batch_alter_table("doc", recreate="always") as batch:
            batch.alter_column("title", nullable=False)
            batch.add_column(Column("rowid", Integer))

    apply(sqlite_database, change)
    script(sqlite_database, "INSERT INTO doc (title, body) VALUES ('d', 'stint')")
    assert rows(sqlite_database, "SELECT oid, title FROM doc ORDER BY oid") == [
        (3, "b"),
        (7, "a"),
        (90, "c"),
        (91, "d"),
    ]
    for word, title in {"whimbrel": "a", "godwit": "c", "stint": "d"}.items():
        found = rows(sqlite_database, f"SELECT title FROM doc WHERE oid IN (SELECT rowid FROM doc_text('{word}'))")
        assert found == [(title,)]


def test_an_attached_database(sqlite_database: Database, new_database: object) -> None:
    other = new_database("sqlite")  # type: ignore[operator]  # a function that makes databases
    script(other, START)
    before = rows(
        other, "SELECT type, name, sql FROM sqlite_master WHERE name <> 'parent' ORDER BY name = 'ix_more', name"
    )
    engine = sqlite_database.engine()
    path = sa.make_url(other.url).database
    sa.event.listen(engine, "connect", lambda connection, record: connection.execute("ATTACH ? AS other", (path,)))
    attached = Database(sqlite_database.name, sqlite_database.url)
    attached.engine = lambda **options: engine  # type: ignore[method-assign]  # of this test only
    script(sqlite_database, "CREATE TABLE parent (another INT)")

    def change(op: Operations) -> None:
        with op.batch_alter_table("parent", schema="other") as batch:
            batch.alter_column("name", type_=String(50))
            batch.create_index("ix_more", ["age"])

    apply(attached, change)
    after = rows(
        other, "SELECT type, name, sql FROM sqlite_master WHERE name <> 'parent' ORDER BY name = 'ix_more', name"
    )
    assert after == [*before, ("index", "ix_more", "CREATE INDEX ix_more ON parent (age)")]
    assert rows(other, "SELECT id, name FROM parent") == [(1, "Ann"), (2, "bob")]
    assert "VARCHAR(50)" in text_of_table(other, "parent")
    assert text_of_table(sqlite_database, "parent") == "CREATE TABLE parent (another INT)"


@pytest.mark.parametrize(("legacy", "said"), [(0, ["ON", "OFF"]), (1, ["OFF", "ON", "OFF", "ON"])])
def test_legacy_alter_table_is_said_only_where_it_changes(
    sqlite_database: Database, legacy: int, said: list[str]
) -> None:
    apply(sqlite_database, lambda op: op.execute("CREATE TABLE t (a INTEGER)"))
    statements: list[str] = []
    with operations(sqlite_database) as op:
        connection = op.get_bind()
        connection.exec_driver_sql(f"PRAGMA legacy_alter_table = {legacy}")
        sa.event.listen(connection, "before_cursor_execute", lambda *args: statements.append(args[2]))
        with op.batch_alter_table("t", recreate="always") as batch:
            batch.add_column(Column("b", Integer))
    prefix = "PRAGMA legacy_alter_table = "
    assert [statement.removeprefix(prefix) for statement in statements if statement.startswith(prefix)] == said


@pytest.mark.parametrize("legacy", [0, 1])
def test_legacy_alter_table_is_as_it_was(sqlite_database: Database, legacy: int) -> None:
    script(sqlite_database, START)
    with operations(sqlite_database) as op:
        connection = op.get_bind()
        connection.exec_driver_sql(f"PRAGMA legacy_alter_table = {legacy}")
        wider(op)
        assert connection.exec_driver_sql("PRAGMA legacy_alter_table").scalar() == legacy
        with pytest.raises(UnsupportedOperation), op.batch_alter_table("parent") as batch:
            batch.drop_column("age")
        assert connection.exec_driver_sql("PRAGMA legacy_alter_table").scalar() == legacy


def test_a_conflict_clause_leaves_no_row_out(sqlite_database: Database) -> None:
    script(sqlite_database, "CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (1), (NULL)")

    def change(op: Operations) -> None:
        with op.batch_alter_table("t") as batch:
            batch.create_unique_constraint("uq", ["a"], sqlite_on_conflict="IGNORE")

    with raw(sqlite_database) as connection:
        before = everything(connection)
        with pytest.raises(sa.exc.IntegrityError, match="UNIQUE constraint failed"):
            apply(sqlite_database, change)
        assert everything(connection) == before


def test_no_column_has_to_stay(sqlite_database: Database) -> None:
    script(sqlite_database, "CREATE TABLE t (a INT); INSERT INTO t VALUES (1), (2), (3)")

    def change(op: Operations) -> None:
        with op.batch_alter_table("t", recreate="always") as batch:
            batch.add_column(Column("b", Integer, server_default="5"))
            batch.drop_column("a")

    apply(sqlite_database, change)
    assert rows(sqlite_database, "SELECT * FROM t") == [(5,), (5,), (5,)]


def test_a_caught_refusal_leaves_the_rest_of_the_revision(sqlite_database: Database) -> None:
    script(sqlite_database, "CREATE TABLE t (a INT); INSERT INTO t VALUES (NULL)")

    def change(op: Operations) -> None:
        op.execute("INSERT INTO t VALUES (5)")
        with pytest.raises(sa.exc.IntegrityError), op.batch_alter_table("t") as batch:
            batch.alter_column("a", nullable=False)
        op.execute("INSERT INTO t VALUES (6)")

    apply(sqlite_database, change)
    assert rows(sqlite_database, "SELECT a FROM t") == [(None,), (5,), (6,)]
    assert text_of_table(sqlite_database, "t") == "CREATE TABLE t (a INT)"


# -- refused beforehand -----------------------------------------------------------------------------------------------


def test_what_uses_a_dropped_column_is_named(sqlite_database: Database) -> None:
    script(
        sqlite_database,
        START + "CREATE UNIQUE INDEX uq_age ON parent (age); "
        "CREATE TABLE other (x INT REFERENCES parent (age)); CREATE TABLE mine (age INT); "
        "CREATE VIEW innocent AS SELECT age FROM mine; CREATE VIEW whole AS SELECT * FROM parent",
    )

    def change(op: Operations) -> None:
        with op.batch_alter_table("parent") as batch:
            batch.drop_column("age")
            batch.add_column(Column("born", Integer))

    assert refused(sqlite_database, change) == (
        "Columns of table parent cannot be dropped:\n"
        "  age is used by view adults\n"
        "  age is used by trigger on_update\n"
        "  age is used by trigger on_child\n"
        "  age is used by table other\n"
        "Drop that first (views and triggers with op.execute(), the table's own constraints and indexes with "
        "batch.drop_constraint() and batch.drop_index()), and create it again afterwards without the column."
    )


def test_what_would_no_longer_work_is_named(sqlite_database: Database) -> None:
    script(
        sqlite_database,
        "CREATE TABLE t (a INT CONSTRAINT uq UNIQUE, b INT); CREATE TABLE source (a INT); "
        "CREATE TRIGGER copied AFTER INSERT ON source BEGIN "
        "INSERT INTO t VALUES (new.a, 1) ON CONFLICT (a) DO UPDATE SET b = b + 1; END",
    )

    def change(op: Operations) -> None:
        with op.batch_alter_table("t") as batch:
            batch.drop_constraint("uq")

    assert refused(sqlite_database, change) == (
        "With table t made anew as asked, these would no longer work:\n"
        "  trigger copied: ON CONFLICT clause does not match any PRIMARY KEY or UNIQUE constraint\n"
        "Drop them before with op.execute(), and create them afterwards as they are to be."
    )


def test_what_does_not_work_already_is_nobodys_business(sqlite_database: Database) -> None:
    broken = "CREATE VIEW broken AS SELECT absent FROM parent; CREATE VIEW dangling AS SELECT 1 FROM nowhere"
    script(sqlite_database, f"{START} {broken}")
    assert changed(sqlite_database, wider) == {"table parent"}


def test_unless_sqlite_cannot_tell_what_a_name_means(sqlite_database: Database) -> None:
    script(sqlite_database, START + "CREATE VIEW broken AS SELECT absent FROM parent")

    def drop(op: Operations) -> None:
        with op.batch_alter_table("parent", recreate="always") as batch:
            batch.drop_column("name")

    def rename(op: Operations) -> None:
        with op.batch_alter_table("parent", recreate="always") as batch:
            batch.alter_column("name", new_column_name="called")

    assert refused(sqlite_database, drop) == (
        "Column 'name' of table 'parent' cannot be dropped: error in view broken: no such column: absent.\n"
        "Put right, or drop, what SQLite names there, and create it again afterwards."
    )
    assert refused(sqlite_database, rename).startswith(
        "SQLite cannot rename columns of table 'parent': error in view broken: no such column: absent."
    )


@pytest.mark.parametrize(
    ("sql", "name", "said"),
    [
        ("CREATE VIEW v AS SELECT 1 AS a", "v", "v is a view."),
        ("CREATE VIRTUAL TABLE f USING fts5 (a)", "f", "f is a virtual table"),
        ("CREATE VIRTUAL TABLE f USING fts5 (a)", "f_content", "f_content is a shadow table"),
    ],
)
def test_what_is_no_table(sqlite_database: Database, sql: str, name: str, said: str) -> None:
    script(sqlite_database, sql)

    def change(op: Operations) -> None:
        with op.batch_alter_table(name, recreate="always") as batch:
            batch.add_column(Column("b", Integer))

    with pytest.raises(UnsupportedOperation) as caught:
        apply(sqlite_database, change)
    assert str(caught.value).startswith(said)


def test_a_table_under_the_temporary_name(sqlite_database: Database) -> None:
    script(sqlite_database, START + "CREATE TABLE _whimbrel_tmp_parent (precious TEXT)")
    assert refused(sqlite_database, wider) == (
        "There is a table '_whimbrel_tmp_parent' already, which is the name that parent has while it is made anew.\n"
        "Look at what is in it, and drop it: op.drop_table('_whimbrel_tmp_parent')"
    )


def test_a_text_that_is_not_understood(sqlite_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """As if SQLite had learnt a clause of a later day."""
    script(sqlite_database, "CREATE TABLE t (a INT PRIMARY KEY, b INT)")
    monkeypatch.setattr("whimbrel_sqlite.grammar._Reader.sees", _blind_to("PRIMARY"))

    def change(op: Operations) -> None:
        with op.batch_alter_table("t", recreate="always"):
            pass

    assert refused(sqlite_database, change) == (
        "The CREATE TABLE of t cannot be read at 'PRIMARY KEY, b INT)'.\n"
        "Say in batch_alter_table(copy_from=Table(...)) what the table is like, or make it anew with op.execute(): "
        "https://www.sqlite.org/lang_altertable.html#otheralter"
    )


def test_copy_from_says_what_a_table_is_like(sqlite_database: Database) -> None:
    script(sqlite_database, START)
    table = sa.Table("parent", sa.MetaData(), Column("id", Integer, primary_key=True), Column("name", String(20)))
    table.append_column(Column("age", Integer))

    def change(op: Operations) -> None:
        with op.batch_alter_table("parent", copy_from=table) as batch:
            batch.alter_column("age", nullable=False, new_column_name="years")

    # Indexes, triggers and views are the database's own, not of copy_from.
    assert changed(sqlite_database, change) >= {"table parent", "index ix_age", "view adults", "trigger on_child"}
    assert rows(sqlite_database, "SELECT * FROM parent") == [(1, "Ann", 21), (2, "bob", 5)]
    assert len(rows(sqlite_database, "SELECT * FROM sqlite_master WHERE type = 'trigger'")) == 3
    assert len(rows(sqlite_database, "SELECT * FROM sqlite_master WHERE type = 'index' AND sql <> ''")) == 2


def _blind_to(word: str) -> object:
    from whimbrel_sqlite.grammar import _Reader

    sees = _Reader.sees
    return lambda self, *keywords: word not in keywords and sees(self, *keywords)
