"""Several databases in one env.py, as ``init -t multidb`` writes it: compared, written, tried, migrated."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.processes import run as python

MODELS = """
import sqlalchemy as sa

shop = sa.MetaData()
sa.Table("author", shop, sa.Column("id", sa.Integer, primary_key=True))
stock = sa.MetaData()
sa.Table("shelf", stock, sa.Column("id", sa.Integer, primary_key=True), sa.Column("place", sa.String(20)))
"""


class Shop:
    """An application with two databases."""

    def __init__(self, folder: Path, urls: list[str]) -> None:
        self.folder = folder
        self.environment = {
            **os.environ,
            "DATABASE_URL1": urls[0],
            "DATABASE_URL2": urls[1],
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.ok("init", "-t", "multidb", "migrations")
        (folder / "models.py").write_text(MODELS)
        env = folder / "migrations/env.py"
        text = env.read_text()
        empty = "target_metadata: dict[str, MetaData] = {}"
        assert empty in text
        env.write_text(
            text.replace(empty, "import models\n" + empty[:-2] + '{"engine1": models.shop, "engine2": models.stock}')
        )

    def run(self, *words: str) -> tuple[int, str, str]:
        done = python(["-m", "whimbrel", *words], cwd=self.folder, env=self.environment)
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    def ok(self, *words: str) -> str:
        code, out, err = self.run(*words)
        assert code == 0, err
        return out

    def script(self, revision: str) -> str:
        (path,) = (self.folder / "migrations/versions").glob(f"{revision}_*.py")
        return path.read_text()


@pytest.fixture(params=[("sqlite", "sqlite"), ("postgresql", "mysql"), ("mysql", "sqlite")], ids="-".join)
def databases(request: pytest.FixtureRequest, new_database: Callable[[str], Database]) -> list[Database]:
    return [new_database(name) for name in request.param]


def tables(databases: list[Database]) -> list[set[str]]:
    found = (sa.inspect(database.engine()).get_table_names() for database in databases)
    return [{name for name in names if not name.startswith("whimbrel_")} for names in found]


def test_each_database_gets_what_its_models_have(tmp_path: Path, databases: list[Database]) -> None:
    shop = Shop(tmp_path, [database.url for database in databases])
    said = shop.ok("revision", "--autogenerate", "--verify", "-m", "first", "--rev-id", "a1")
    assert said.splitlines()[-1].startswith("Verified on a scratch copy")
    text = shop.script("a1")
    halves = text.split("\n\n\n")
    assert [half.splitlines()[0] for half in halves[-4:]] == [
        "def upgrade_engine1() -> None:",
        "def downgrade_engine1() -> None:",
        "def upgrade_engine2() -> None:",
        "def downgrade_engine2() -> None:",
    ]
    for half, words in zip(
        halves[-4:], ["create_table", 'drop_table("author")', "create_table", 'drop_table("shelf")'], strict=True
    ):
        assert words in half
        assert half.count("op.") == 1
    assert tables(databases) == [set(), set()]

    shop.ok("upgrade", "head")
    assert tables(databases) == [{"author"}, {"shelf"}]
    assert "No new upgrade operations detected.\n" in shop.ok("check")

    models = shop.folder / "models.py"
    models.write_text(MODELS.replace("sa.String(20))", 'sa.String(20)), sa.Column("free", sa.Integer)'))
    code, out, _err = shop.run("check")
    url = sa.make_url(databases[1].url).render_as_string()
    assert (code, out) == (3, f"Database {url}:\nshelf\n  + column free INTEGER NULL\n")
    (found,) = json.loads(shop.run("diff", "--json")[1])["differences"]
    assert found["database"] == url
    shop.ok("revision", "--autogenerate", "--verify", "-m", "second", "--rev-id", "b2")
    first, second = shop.script("b2").split("def downgrade_engine1")
    assert "op." not in first.split("def upgrade_engine1")[1]
    batch = databases[1].name == "sqlite"
    assert ('op.batch_alter_table("shelf"' if batch else 'op.add_column("shelf"') in second
    shop.ok("upgrade", "head")
    shop.ok("downgrade", "base")
    assert tables(databases) == [set(), set()]


def test_the_database_is_named_that_differs_or_is_behind(
    tmp_path: Path, new_database: Callable[[str], Database]
) -> None:
    databases = [new_database("sqlite"), new_database("sqlite")]
    shop = Shop(tmp_path, [database.url for database in databases])
    shop.ok("revision", "-m", "first", "--rev-id", "a1")
    with databases[0].engine().begin() as connection:
        connection.exec_driver_sql("CREATE TABLE whimbrel_version (version_num VARCHAR(255) NOT NULL PRIMARY KEY)")
        connection.exec_driver_sql("INSERT INTO whimbrel_version VALUES ('a1')")
    assert shop.ok("diff") == (
        f"Database {databases[0].url}:\n"
        "+ table author (1 column)\n"
        f"Database {databases[1].url}:\n"
        "+ table shelf (2 columns)\n"
        "Note: The database is not up to date: a1 has not run.\n"
    )


def test_what_is_wrong_with_one_of_them_is_told(tmp_path: Path, new_database: Callable[[str], Database]) -> None:
    shop = Shop(tmp_path, [new_database("sqlite").url, new_database("sqlite").url])
    template = shop.folder / "migrations/script.py.mako"
    text = template.read_text()
    wrong = 'def downgrade_${name}() -> None:\n    % if name == "engine2":\n    return\n    % endif\n'
    assert "def downgrade_${name}() -> None:\n" in text
    template.write_text(text.replace("def downgrade_${name}() -> None:\n", wrong))
    code, _out, err = shop.run("revision", "--autogenerate", "--verify", "-m", "first", "--rev-id", "a1")
    assert code == 1
    assert "After downgrade() the scratch copy is not as it was before upgrade()" in err
    assert "  - table shelf" in err
    assert "author" not in err.replace(str(tmp_path), "")
