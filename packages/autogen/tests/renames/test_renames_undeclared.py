"""What looks like a rename and is not declared one: what the script says, and what is not told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from testing.comparing import compared, made
from testing.databases import Database


def metadata(*parts: Callable[[sa.MetaData], object]) -> sa.MetaData:
    found = sa.MetaData()
    for part in parts:
        part(found)
    return found


def key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def users(found: sa.MetaData, name: str = "nick") -> None:
    sa.Table(
        "users",
        found,
        key(),
        sa.Column(name, sa.String(50), nullable=False),
        sa.Column("email", sa.String(80)),
        sa.Column("age", sa.Integer, server_default="7"),
    )


def test_pains_row_05_without_a_declaration_the_script_says_what_is_lost_and_how_to_declare_it(
    database: Database,
) -> None:
    metadata(users).create_all(database.engine())
    found = compared(database, metadata(lambda found: users(found, "nickname")))
    lines = found.upgrade.splitlines()
    place = lines.index('op.drop_column("users", "nick")')
    said = " ".join(line.removeprefix("# ") for line in lines[place - 3 : place])
    assert said == (
        "All that column users.nick holds is lost here. Is users.nickname the same column under a new name? Then "
        "delete this revision, and declare the rename: --rename users.nick:users.nickname, or "
        'info={"renamed_from": "nick"} in the models.'
    )
    assert "#" not in found.downgrade


def test_pains_row_05_a_table_that_looks_alike_is_told_above_its_drop(database: Database) -> None:
    metadata(users).create_all(database.engine())
    found = compared(database, metadata(lambda found: sa.Table("members", found, key(), *_three())))
    lines = found.upgrade.splitlines()
    place = lines.index('op.drop_table("users")')
    said = " ".join(line.removeprefix("# ") for line in lines[place - 3 : place])
    assert said.startswith("All that table users holds is lost here. Is members the same table under a new name?")
    assert "--rename users:members" in said


def _three() -> list[sa.Column[Any]]:
    return [sa.Column("nick", sa.String(60)), sa.Column("email", sa.String(80)), sa.Column("born", sa.Integer)]


def test_tables_that_share_little_are_not_told(database: Database) -> None:
    metadata(users).create_all(database.engine())
    found = compared(
        database, metadata(lambda found: sa.Table("place", found, key(), sa.Column("city", sa.String(60))))
    )
    assert "lost here" not in found.upgrade


@pytest.mark.parametrize(
    "column",
    [
        lambda: sa.Column("nickname", sa.Integer, nullable=False, server_default="1"),
        lambda: sa.Column("nickname", sa.String(50)),
    ],
    ids=["another type", "may be NULL"],
)
def test_columns_that_do_not_look_alike_are_not_told(database: Database, column: Callable[[], sa.Column[Any]]) -> None:
    made(database, "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, nick VARCHAR(50) NOT NULL)")
    found = compared(database, metadata(lambda found: sa.Table("t", found, key(), column())))
    assert "drop_column" in found.upgrade
    assert "lost here" not in found.upgrade


def test_a_table_that_is_kept_is_told_above_the_one_that_looks_like_it(database: Database) -> None:
    metadata(users).create_all(database.engine())
    after = metadata(lambda found: sa.Table("members", found, key(), *_three()))
    found = compared(database, after, allow_drop_table=False)
    lines = found.upgrade.splitlines()
    said = " ".join(line.removeprefix("# ") for line in lines[: lines.index("op.create_table(")])
    assert said.startswith(
        "It looks like table users, which the models lack, and begins empty. Is members the same table"
    )
    assert "drop_table" not in found.upgrade


def test_what_is_left_out_is_not_offered(sqlite_database: Database) -> None:
    made(sqlite_database, "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY, nick VARCHAR(50))")
    after = metadata(lambda found: sa.Table("t", found, key(), sa.Column("nickname", sa.String(50))))

    def include_name(name: str, kind: str, parents: object) -> bool:
        return name != "nick"

    def include_object(item: object, name: str, kind: str, reflected: bool, other: object) -> bool:
        return name != "nickname"

    assert "lost here" in compared(sqlite_database, after).upgrade
    assert compared(sqlite_database, after, include_name=include_name).upgrade.startswith("op.add_column")
    assert compared(sqlite_database, after, include_object=include_object).upgrade == 'op.drop_column("t", "nick")'
