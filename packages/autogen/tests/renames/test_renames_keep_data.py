"""A rename of a table or a column: what is in it stays, there and back; the rest is compared under the new names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from testing.comparing import Compared, carried_out, compared, made
from testing.databases import Database
from testing.wings import catalog
from whimbrel.commands.differences import differences, lines
from whimbrel.operations import ops
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import Rewriter, render_python_code

Models = Callable[[sa.MetaData], object]

CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


def metadata(*parts: Models) -> sa.MetaData:
    found = sa.MetaData(naming_convention=CONVENTION)
    for part in parts:
        part(found)
    return found


def key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def users(found: sa.MetaData) -> None:
    sa.Table(
        "users",
        found,
        key(),
        sa.Column("nick", sa.String(50), nullable=False, index=True),
        sa.Column("email", sa.String(80), unique=True),
        sa.Column("age", sa.Integer, server_default="7"),
    )


def posts(table: str = "users") -> Models:
    def build(found: sa.MetaData) -> None:
        sa.Table("post", found, key(), sa.Column("user_id", sa.ForeignKey(f"{table}.id", ondelete="CASCADE")))

    return build


def users_with_nicknames(found: sa.MetaData, table: str = "users", **nickname: Any) -> None:
    sa.Table(
        table,
        found,
        key(),
        sa.Column("nickname", sa.String(50), nullable=False, index=True, **nickname),
        sa.Column("email", sa.String(80), unique=True),
        sa.Column("age", sa.Integer, server_default="7"),
        info={"renamed_from": "users"} if table != "users" else {},
    )


ROWS = [
    "INSERT INTO users (id, nick, email) VALUES (1, 'ada', 'ada@example.org'), (2, 'tim', NULL)",
    "INSERT INTO post (id, user_id) VALUES (10, 1), (11, 2)",
]


def rows(database: Database, sql: str) -> list[tuple[Any, ...]]:
    with database.engine().connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(sql)]


def filled(database: Database, before: sa.MetaData) -> list[str]:
    before.create_all(database.engine())
    made(database, *ROWS)
    return catalog(database)


def there_and_back(database: Database, after: sa.MetaData, question: str, **opts: Any) -> Compared:
    """Run the upgrade, look whether all rows are there and nothing is missing; run the downgrade."""
    before = catalog(database)
    found = compared(database, after, compare_server_default=True, **opts)
    carried_out(database, found.upgrade, found.imports)
    assert rows(database, question) == [(1, "ada", "ada@example.org", 7), (2, "tim", None, 7)]
    assert rows(database, "SELECT id, user_id FROM post ORDER BY id") == [(10, 1), (11, 2)]
    again = compared(database, after, compare_server_default=True, **opts)
    assert again.upgrade == "pass"
    assert again.notes == []
    carried_out(database, found.downgrade, found.imports)
    assert rows(database, "SELECT id, nick, email, age FROM users ORDER BY id") == [
        (1, "ada", "ada@example.org", 7),
        (2, "tim", None, 7),
    ]
    assert catalog(database) == before
    return found


def kinds(found: Compared) -> list[str]:
    half = found.script.upgrade_ops
    assert half is not None
    flat = [one for op in half.ops for one in (op.ops if isinstance(op, ops.OpContainer) else [op])]
    return [type(op).__name__ for op in flat]


def test_pains_row_05_a_declared_rename_of_a_column_keeps_what_is_in_it(database: Database) -> None:
    filled(database, metadata(users, posts()))
    after = metadata(lambda found: users_with_nicknames(found, info={"renamed_from": "nick"}), posts())
    found = there_and_back(database, after, "SELECT id, nickname, email, age FROM users ORDER BY id")
    assert "drop_column" not in found.upgrade
    assert "# " not in found.upgrade
    assert kinds(found)[0] == "AlterColumnOp"


def test_the_script_of_a_renamed_column(sqlite_database: Database) -> None:
    made(sqlite_database, "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, nick VARCHAR(50))")
    after = metadata(
        lambda found: sa.Table(
            "t",
            found,
            key(),
            sa.Column("nickname", sa.String(50), info={"renamed_from": "nick"}),
            sa.Column("x", sa.Integer),
        )
    )
    found = compared(sqlite_database, after)
    assert found.upgrade == (
        'op.alter_column(\n    "t",\n    "nick",\n    new_column_name="nickname",\n'
        "    existing_type=sa.VARCHAR(length=50),\n    existing_nullable=True,\n)\n"
        'op.add_column("t", sa.Column("x", sa.Integer(), nullable=True))'
    )
    batch = compared(sqlite_database, after, render_as_batch=True)
    assert batch.upgrade.startswith(
        'with op.batch_alter_table("t", schema=None) as batch_op:\n    batch_op.alter_column('
    )
    assert 'new_column_name="nickname"' in batch.upgrade


@pytest.mark.parametrize("as_batch", [False, True])
def test_a_table_with_other_columns_too_is_renamed_and_then_changed(database: Database, as_batch: bool) -> None:
    filled(database, metadata(users, posts()))
    after = metadata(
        lambda found: users_with_nicknames(found, "members", info={"renamed_from": "nick"}), posts("members")
    )
    question = "SELECT id, nickname, email, age FROM members ORDER BY id"
    found = there_and_back(database, after, question, render_as_batch=as_batch or database.name == "sqlite")
    assert kinds(found)[:2] == ["RenameTableOp", "AlterColumnOp"]
    assert "create_table" not in found.upgrade
    assert "foreign_key" not in found.upgrade  # it goes with the table
    assert found.downgrade.splitlines()[-1] == 'op.rename_table("members", "users")'


def test_a_renamed_key_and_a_renamed_reference_stay_what_they_are(database: Database) -> None:
    filled(database, metadata(users, posts()))
    after = metadata()
    sa.Table(
        "users",
        after,
        sa.Column("user_id", sa.Integer, primary_key=True, info={"renamed_from": "id"}),
        sa.Column("nick", sa.String(50), nullable=False, index=True),
        sa.Column("email", sa.String(80), unique=True),
        sa.Column("age", sa.Integer, server_default="7"),
    )
    sa.Table("post", after, key(), sa.Column("user_id", sa.ForeignKey("users.user_id", ondelete="CASCADE")))
    found = there_and_back(database, after, "SELECT user_id, nick, email, age FROM users ORDER BY user_id")
    assert kinds(found) == ["AlterColumnOp"]


def test_texts_of_the_database_are_compared_under_the_new_names(postgresql_database: Database) -> None:
    made(
        postgresql_database,
        "CREATE TABLE users (id SERIAL PRIMARY KEY, nick VARCHAR(50), "
        "shout TEXT GENERATED ALWAYS AS (upper(nick)) STORED, "
        "CONSTRAINT ck CHECK (length(nick) > 2), EXCLUDE USING btree (nick WITH =))",
        "CREATE INDEX ix_nick ON users (lower(nick)) WHERE nick <> 'a'",
        "CREATE INDEX ix_covers ON users (id) INCLUDE (nick)",
    )
    after = sa.MetaData()
    table = sa.Table(
        "members",
        after,
        key(),
        sa.Column("nick name", sa.String(50), info={"renamed_from": "nick"}),
        sa.Column("shout", sa.Text, sa.Computed('upper("nick name")', persisted=True)),
        sa.CheckConstraint('length("nick name") > 2', name="ck"),
        sa.dialects.postgresql.ExcludeConstraint(("nick name", "="), using="btree", name="users_nick_excl"),
        info={"renamed_from": "users"},
    )
    column = table.columns["nick name"]
    sa.Index("ix_nick", sa.func.lower(column), postgresql_where=column != "a")
    sa.Index("ix_covers", table.columns["id"], postgresql_include=["nick name"])
    found = compared(postgresql_database, after, autogenerate_plugins=["*", "whimbrel.autogenerate.checks"])
    assert kinds(found) == ["RenameTableOp", "AlterColumnOp"]
    assert found.notes == []


@pytest.mark.parametrize("as_batch", [False, True])
def test_conditions_and_computed_columns_go_with_a_renamed_column(database: Database, as_batch: bool) -> None:
    def build(name: str) -> sa.MetaData:
        found = sa.MetaData()
        sa.Table(
            "t",
            found,
            key(),
            sa.Column(name, sa.Integer, nullable=False, info={"renamed_from": "size"}),
            sa.Column("twice", sa.Integer, sa.Computed(f"{name} * 2", persisted=True)),
            sa.CheckConstraint(f"{name} > 3", name="ck_t"),
        )
        return found

    build("size").create_all(database.engine())
    made(database, "INSERT INTO t (id, size) VALUES (1, 5)")
    before = catalog(database)
    opts = {"autogenerate_plugins": ["*", "whimbrel.autogenerate.checks"], "render_as_batch": as_batch}
    found = compared(database, build("width"), **opts)
    assert kinds(found) == ["AlterColumnOp"]
    carried_out(database, found.upgrade, found.imports)
    assert rows(database, "SELECT width, twice FROM t") == [(5, 10)]
    again = compared(database, build("width"), **opts)
    assert (again.upgrade, again.notes) == ("pass", [])
    carried_out(database, found.downgrade, found.imports)
    assert rows(database, "SELECT size, twice FROM t") == [(5, 10)]
    assert catalog(database) == before


def test_an_enum_type_that_loses_a_value_while_its_column_is_renamed(postgresql_database: Database) -> None:
    made(
        postgresql_database,
        "CREATE TYPE mood AS ENUM ('happy', 'glum')",
        "CREATE TABLE person (id SERIAL PRIMARY KEY, mood mood, before mood)",
        "INSERT INTO person (mood, before) VALUES ('happy', 'happy')",
    )
    after = sa.MetaData()
    type_ = sa.Enum("happy", name="mood")
    sa.Table("people", after, key(), sa.Column("feels", type_), sa.Column("felt", type_))
    given = ["person:people", "mood:feels", "person.before:felt"]
    found = compared(postgresql_database, after, renames=given)
    assert 'columns=[("people", "feels"), ("people", "felt")]' in found.upgrade
    carried_out(postgresql_database, found.upgrade, found.imports)
    assert rows(postgresql_database, "SELECT feels, felt FROM people") == [("happy", "happy")]
    assert compared(postgresql_database, after).upgrade == "pass"
    carried_out(postgresql_database, found.downgrade, found.imports)
    assert rows(postgresql_database, "SELECT mood, before FROM person") == [("happy", "happy")]


def _named_by_convention(table: str, column: str, ours: str, theirs: str) -> sa.MetaData:
    found = sa.MetaData(naming_convention=CONVENTION)
    made_ = sa.Table(
        table,
        found,
        key(),
        sa.Column(column, sa.String(50), index=True, info={"renamed_from": "nick"}),
        sa.Column("email", sa.String(80), unique=True),
        info={"renamed_from": "users"},
    )
    sa.Index(ours, made_.columns["email"])
    sa.Index(theirs, made_.columns["email"], made_.columns["id"])
    return found


@pytest.mark.parametrize("as_batch", [False, True])
def test_what_differs_in_its_name_only_is_renamed_on_postgresql(postgresql_database: Database, as_batch: bool) -> None:
    _named_by_convention("users", "nick", "one", "other").create_all(postgresql_database.engine())
    before = catalog(postgresql_database)
    after = _named_by_convention("members", "nickname", "other", "one")  # these two change places
    found = compared(postgresql_database, after, render_as_batch=as_batch)
    assert kinds(found) == [
        "RenameTableOp",
        "AlterColumnOp",
        "RenameConstraintOp",
        "DropIndexOp",
        "DropIndexOp",
        "RenameIndexOp",
        "CreateIndexOp",
        "CreateIndexOp",
    ]
    assert 'op.rename_constraint("uq_users_email", "uq_members_email", "members")' in found.upgrade
    assert 'op.rename_index("ix_users_nick", "ix_members_nickname", "members")' in found.upgrade
    carried_out(postgresql_database, found.upgrade, found.imports)
    assert compared(postgresql_database, after).upgrade == "pass"
    carried_out(postgresql_database, found.downgrade, found.imports)
    assert catalog(postgresql_database) == before

    told = list(lines(differences(found.script.upgrade_ops_list, postgresql_database.engine().dialect)))
    assert told[:4] == [
        "~ table users -> members",
        "members",
        "  ~ column nick -> nickname",
        "  ~ constraint uq_users_email -> uq_members_email",
    ]
    assert "  ~ index ix_users_nick -> ix_members_nickname" in told


def test_a_schema_is_looked_at_for_what_was_renamed_in_it(postgresql_database: Database) -> None:
    made(
        postgresql_database,
        "CREATE SCHEMA app",
        "CREATE TABLE app.users (id SERIAL PRIMARY KEY, nick VARCHAR(50))",
        "INSERT INTO app.users (nick) VALUES ('ada')",
        "CREATE TABLE app.others (id SERIAL PRIMARY KEY, nick VARCHAR(50))",
    )
    after = sa.MetaData(schema="app")
    sa.Table("members", after, key(), sa.Column("nickname", sa.String(50)))
    found = compared(postgresql_database, after, renames=["app.users:app.members", "app.members.nick:nickname"])
    assert kinds(found) == ["RenameTableOp", "AlterColumnOp"]
    carried_out(postgresql_database, found.upgrade, found.imports)
    assert rows(postgresql_database, "SELECT nickname FROM app.members") == [("ada",)]
    assert compared(postgresql_database, after).upgrade == "pass"


def test_a_rewriter_sees_renames_as_directives_and_a_remark_goes_with_its_directive(sqlite_database: Database) -> None:
    made(sqlite_database, "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, nick VARCHAR(50), old VARCHAR(50))")
    after = metadata(
        lambda found: sa.Table(
            "t",
            found,
            key(),
            sa.Column("nickname", sa.String(50), info={"renamed_from": "nick"}),
            sa.Column("new", sa.String(50)),
        )
    )
    script = compared(sqlite_database, after).script
    writer = Rewriter()
    seen: list[str] = []

    @writer.rewrites(ops.AlterColumnOp)
    def note(context: Any, revision: Any, op: ops.AlterColumnOp) -> ops.AlterColumnOp:
        seen.append(f"{op.column_name} -> {op.modify_name}")
        return op

    @writer.rewrites(ops.DropColumnOp)
    def keep(context: Any, revision: Any, op: ops.DropColumnOp) -> list[ops.MigrateOperation]:
        return []

    with sqlite_database.engine().connect() as connection:
        writer(MigrationContext.configure(connection), (), [script])
    assert seen == ["nick -> nickname", "nickname -> nick"]
    upgrade = script.upgrade_ops
    assert upgrade is not None
    assert "#" not in render_python_code(upgrade)
