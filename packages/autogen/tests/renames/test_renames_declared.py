"""What is declared to be renamed: on the models, with ``--rename``, and what is wrong with a declaration."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from testing.comparing import carried_out, compared, made
from testing.databases import Database
from whimbrel.errors import CommandError
from whimbrel.runtime.questioner import Questioner, RenameOffer

USERS = "CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, nick VARCHAR(50), title VARCHAR(50))"
PETS = "CREATE TABLE pets (id INTEGER NOT NULL PRIMARY KEY, nick VARCHAR(50))"


def models(**tables: dict[str, Any]) -> sa.MetaData:
    """Models of tables with an ``id`` and columns of 50 characters: names, each with what it was called before."""
    found = sa.MetaData()
    for name, columns in tables.items():
        sa.Table(
            name,
            found,
            sa.Column("id", sa.Integer, primary_key=True),
            *(sa.Column(key, sa.String(50), info={"renamed_from": was} if was else {}) for key, was in columns.items()),
        )
    return found


def renames(database: Database, after: sa.MetaData, *given: str) -> list[str]:
    """What is renamed, a few words each."""
    found = compared(database, after, renames=given).script
    assert found.unfit_renames == {}
    half = found.upgrade_ops
    assert half is not None
    return [
        f"{diff[2]}.{diff[3]} -> {diff[6]}" if diff[0] == "modify_name" else f"{diff[2]} -> {diff[3]}"
        for one in half.as_diffs()
        for diff in (one if isinstance(one, list) else [one])
        if diff[0] in ("modify_name", "rename_table")
    ]


def refused(database: Database, after: sa.MetaData, *given: str) -> str:
    with pytest.raises(CommandError) as caught:
        compared(database, after, renames=given)
    return caught.value.message


@pytest.fixture
def shop(sqlite_database: Database) -> Database:
    made(sqlite_database, USERS, PETS)
    return sqlite_database


class TestRenameOption:
    @pytest.mark.parametrize(
        "given",
        [
            "users.nick:users.nickname",
            "nick:nickname",
            "users.nick:nickname",
            "nick:users.nickname",
            "main.users.nick:nickname",
        ],
    )
    def test_a_column_with_and_without_its_table(self, shop: Database, given: str) -> None:
        after = models(users={"nickname": None, "title": None}, pets={"nick": None})
        assert renames(shop, after, given) == ["users.nick -> nickname"]

    def test_several_at_once(self, shop: Database) -> None:
        after = models(members={"nickname": None, "heading": None}, pets={"name": None})
        given = ("users:members", "users.nick:nickname", "members.title:members.heading", "pets.nick:pets.name")
        assert renames(shop, after, *given) == [
            "users -> members",
            "members.nick -> nickname",
            "members.title -> heading",
            "pets.nick -> name",
        ]

    def test_what_fits_two_columns_is_refused_and_both_are_named(self, shop: Database) -> None:
        after = models(users={"name": None, "title": None}, pets={"name": None})
        assert refused(shop, after, "nick:name") == (
            "--rename nick:name could mean 2 things: column pets.nick -> pets.name; column users.nick -> users.name."
        )

    def test_what_fits_nothing_is_told_with_what_might_have_been_meant(self, shop: Database) -> None:
        after = models(users={"nickname": None, "title": None}, pets={"nick": None})
        script = compared(shop, after, renames=["nik:nickname"]).script
        assert script.unfit_renames == {
            "nik:nickname": "--rename nik:nickname fits nothing that differs between the models and the database. "
            "What may have been renamed: users.nick:nickname."
        }

    def test_what_is_done_already_is_silent(self, shop: Database) -> None:
        after = models(users={"nickname": None, "title": None}, pets={"nick": None})
        found = compared(shop, after, renames=["users.nick:nickname"])
        carried_out(shop, found.upgrade, found.imports)
        assert renames(shop, after, "users.nick:nickname") == []
        assert compared(shop, after, renames=["users.nick:nickname"]).upgrade == "pass"

    def test_a_name_that_the_models_still_have_is_refused(self, shop: Database) -> None:
        after = models(users={"nick": None, "title": None, "nickname": None}, pets={"nick": None})
        assert refused(shop, after, "users.nick:nickname") == (
            "--rename users.nick:nickname: the models still have users.nick."
        )

    def test_two_names_that_the_database_has_are_refused(self, shop: Database) -> None:
        after = models(users={"title": None}, pets={"nick": None})
        assert refused(shop, after, "users.nick:title") == (
            "--rename users.nick:title: the database has both users.nick and users.title."
        )

    @pytest.mark.parametrize("text", ["nick", "nick:", ":nick", "a.:b", "a:b:c", ""])
    def test_what_does_not_name_two_things_is_refused(self, shop: Database, text: str) -> None:
        assert refused(shop, models(users={}), text) == f"--rename {text!r} does not name two things."


class TestModels:
    def test_a_column_whose_key_is_its_old_name(self, shop: Database) -> None:
        after = models(users={"title": None}, pets={"nick": None})
        column = sa.Column("nickname", sa.String(50), key="nick", info={"renamed_from": "nick"})
        after.tables["users"].append_column(column)
        assert renames(shop, after) == ["users.nick -> nickname"]

    def test_a_table_and_a_column(self, shop: Database) -> None:
        after = models(members={"nickname": "nick", "title": None}, pets={"nick": None})
        after.tables["members"].info["renamed_from"] = "users"
        assert renames(shop, after) == ["users -> members", "members.nick -> nickname"]

    def test_what_the_database_never_had_is_new(self, shop: Database) -> None:
        after = models(users={"nick": None, "title": None, "nickname": "alias"}, pets={"nick": None}, new={"a": "b"})
        after.tables["new"].info["renamed_from"] = "old"
        assert renames(shop, after) == []
        assert 'op.add_column("users"' in compared(shop, after).upgrade

    def test_what_was_renamed_long_ago_may_have_a_namesake_now(self, shop: Database) -> None:
        made(shop, "ALTER TABLE users ADD COLUMN nickname VARCHAR(50)")
        after = models(users={"nick": None, "title": None, "nickname": "nick"}, pets={"nick": None})
        assert compared(shop, after).upgrade == "pass"

    def test_a_name_that_the_models_still_have_is_refused(self, shop: Database) -> None:
        after = models(users={"nick": None, "title": None, "nickname": "nick"}, pets={"nick": None})
        assert refused(shop, after) == (
            "Column users.nickname says that it was called 'nick' before: the models still have users.nick."
        )

    def test_two_names_that_the_database_has_are_refused_before_one_is_dropped(self, shop: Database) -> None:
        made(shop, "ALTER TABLE users ADD COLUMN nickname VARCHAR(50)")
        after = models(users={"title": None, "nickname": "nick"}, pets={"nick": None})
        assert refused(shop, after) == (
            "Column users.nickname says that it was called 'nick' before: the database has both users.nick and "
            "users.nickname."
        )

    def test_two_that_claim_one_name_are_refused(self, shop: Database) -> None:
        after = models(users={"a": "nick", "b": "nick", "title": None}, pets={"nick": None})
        assert refused(shop, after) == "users.a and users.b both say that they were called 'nick' before."

    def test_models_and_option_that_say_different_things_are_refused(self, shop: Database) -> None:
        after = models(users={"a": "nick", "b": None, "title": None}, pets={"nick": None})
        assert "users.nick is said to have become 'b', and something else is said, too" in refused(
            shop, after, "users.nick:b"
        )

    @pytest.mark.parametrize("value", [7, ["nick"]])
    def test_what_is_no_name_is_refused(self, shop: Database, value: object) -> None:
        after = models(users={"a": value, "title": None}, pets={"nick": None})
        assert refused(shop, after) == f"info={{'renamed_from': {value!r}}} of column users.a is no name."


class Answers(Questioner):
    """Answers as it was told, and remembers what it was asked."""

    def __init__(self, *yes: str) -> None:
        self.yes = yes
        self.asked: list[str] = []

    def is_renamed(self, offer: RenameOffer) -> bool:
        self.asked.append(f"{offer.kind} {offer.old} -> {offer.new} {offer.detail}".strip())
        return f"{offer.old} -> {offer.new}" in self.yes


class TestQuestions:
    def test_each_is_asked_once_the_likeliest_first(self, shop: Database) -> None:
        after = models(users={"nickname": None, "heading": None}, pets={"nick": None})
        answers = Answers("users.title -> users.heading")
        found = compared(shop, after, questioner=answers)
        assert answers.asked == [
            "column users.nick -> users.nickname VARCHAR(50) NULL",
            "column users.title -> users.nickname VARCHAR(50) NULL",
            "column users.title -> users.heading VARCHAR(50) NULL",
        ]
        assert 'op.drop_column("users", "nick")' in found.upgrade
        assert 'new_column_name="heading"' in found.upgrade

    def test_what_is_declared_is_not_asked(self, shop: Database) -> None:
        after = models(users={"nickname": "nick", "heading": None}, pets={"nick": None})
        answers = Answers()
        compared(shop, after, questioner=answers, renames=["title:heading"])
        assert answers.asked == []

    def test_one_that_was_told_no_is_not_renamed_and_the_script_says_what_is_lost(self, shop: Database) -> None:
        after = models(users={"nickname": None, "title": None}, pets={"nick": None})
        found = compared(shop, after, questioner=Answers())
        assert "lost here" in found.upgrade

    def test_columns_of_a_table_that_was_renamed_are_asked_about_under_its_new_name(self, shop: Database) -> None:
        after = models(members={"nickname": None, "title": None}, pets={"nick": None})
        answers = Answers("users -> members", "members.nick -> members.nickname")
        found = compared(shop, after, questioner=answers)
        assert answers.asked == [
            "table users -> members 3 columns",
            "column members.nick -> members.nickname VARCHAR(50) NULL",
        ]
        assert "create_table" not in found.upgrade


def test_values_of_an_enum_type(postgresql_database: Database) -> None:
    made(
        postgresql_database,
        "CREATE TYPE mood AS ENUM ('happy', 'glum', 'sad')",
        "CREATE TABLE person (id SERIAL PRIMARY KEY, mood mood DEFAULT 'glum')",
        "INSERT INTO person (mood) VALUES ('glum')",
    )
    after = sa.MetaData()
    type_ = sa.Enum("happy", "gloomy", "sad", name="mood")
    sa.Table(
        "person",
        after,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("mood", type_, server_default="gloomy"),
    )
    undeclared = compared(postgresql_database, after, compare_server_default=True)
    assert "# Enum type mood loses 'glum': rows that have it stop the upgrade." in undeclared.upgrade
    assert "--rename mood.glum:gloomy" in undeclared.upgrade

    answers = Answers("mood.glum -> mood.gloomy")
    asked = compared(postgresql_database, after, compare_server_default=True, questioner=answers)
    assert answers.asked == ["enum value mood.glum -> mood.gloomy"]
    found = compared(postgresql_database, after, compare_server_default=True, renames=["glum:gloomy"])
    assert found.upgrade == asked.upgrade == 'op.rename_enum_value("mood", "glum", "gloomy")'
    assert found.downgrade == 'op.rename_enum_value("mood", "gloomy", "glum")'
    assert found.script.unfit_renames == {}
    carried_out(postgresql_database, f"from whimbrel_postgresql import op as op_\n{found.upgrade}", set())
    assert compared(postgresql_database, after, compare_server_default=True).upgrade == "pass"
