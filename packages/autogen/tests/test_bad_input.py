"""What autogenerate is given and cannot use: one clear message, and no file; or a whole one."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any

import pytest

from testing.databases import Database

Commanding = Callable[..., Any]
"""Makes a project from an env.py, over each database in turn: see ``commands``."""

ENV = """
    import sqlalchemy as sa
    from whimbrel import context

    metadata = sa.MetaData()
    {models}

    with context.connect() as connection:
        context.configure(connection=connection, target_metadata={target}{more})
        with context.begin_transaction():
            context.run_migrations()
"""
AUTHOR = 'sa.Table("author", metadata, sa.Column("id", sa.Integer, primary_key=True))'
WRITE = ("revision", "--autogenerate", "-m", "more", "--rev-id", "a1")


def env(models: str = "", target: str = "metadata", more: str = "") -> str:
    return ENV.format(models=models.replace("\n", "\n    "), target=target, more=more)


def execute(database: Database, *statements: str) -> None:
    with database.engine().begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement, None, {"no_parameters": True})


class TestModels:
    @pytest.mark.parametrize(
        ("module", "names"),
        [
            ("import no_such_library", ("No module named 'no_such_library'", "env.py")),
            ("def broken(:", ("SyntaxError", "models.py")),
            ("raise RuntimeError('not without ' + URL)", ("RuntimeError: not without ",)),
        ],
        ids=["no such module", "not Python", "raises, naming the URL"],
    )
    @pytest.mark.parametrize("words", [WRITE, ("check",), ("diff",)], ids=lambda words: words[0])
    def test_that_do_not_import(
        self, commands: Commanding, words: tuple[str, ...], module: str, names: tuple[str, ...]
    ) -> None:
        made = commands(env("import models"))
        settings = (made.project.folder / "whimbrel.ini").read_text()
        url = settings.partition("sqlalchemy.url = ")[2].strip().replace("%%", "%")
        (made.project.folder / "models.py").write_text(f"URL = {url!r}\n{module}\n")
        made.refused(*words, names=names)

    @pytest.mark.parametrize("words", [WRITE, ("check",), ("diff",)], ids=lambda words: words[0])
    def test_that_nobody_names(self, commands: Commanding, words: tuple[str, ...]) -> None:
        made = commands(env(target="None"))
        made.refused(*words, names=("does not know the models", "target_metadata = myapp.models:Base.metadata"))

    def test_without_tables_are_told_and_nothing_is_dropped(self, commands: Commanding, database: Database) -> None:
        made = commands(env())
        execute(database, "CREATE TABLE precious (id INT)")
        said = made.run(*WRITE)
        assert said.code == 0, said.err
        assert "Note: The models have no tables: target_metadata is empty." in said.out
        assert made.versions() == ["a1_more.py"]
        assert "drop_table" not in (made.project.versions / "a1_more.py").read_text()

    @pytest.mark.parametrize("words", [WRITE, ("check",), ("diff",)], ids=lambda words: words[0])
    def test_with_a_table_that_two_metadata_own(self, commands: Commanding, words: tuple[str, ...]) -> None:
        models = f"{AUTHOR}\nother = sa.MetaData()\n{AUTHOR.replace('metadata', 'other')}"
        made = commands(env(models, target="[metadata, other]"))
        made.refused(*words, names=('Duplicate table keys across multiple MetaData objects: "author"', "one of them"))

    @pytest.mark.parametrize(
        ("type_", "names"),
        [
            (
                "class Odd(sa.TypeDecorator):\n    impl = sa.Integer\n    cache_ok = True\n"
                "    def __init__(self, secret):\n        super().__init__()\n        self.hidden = secret\n"
                "odd = Odd(3)",
                ("Odd cannot be spelt in a script: its parameter 'secret'", "render_item"),
            ),
            (
                "def make():\n"
                "    class Local(sa.TypeDecorator):\n        impl = sa.Integer\n        cache_ok = True\n"
                "    return Local()\n"
                "odd = make()",
                ("Local cannot be spelt in a script: it is made within a function", "render_item"),
            ),
        ],
        ids=["hidden parameter", "local class"],
    )
    def test_with_a_type_that_cannot_be_written(self, commands: Commanding, type_: str, names: tuple[str, ...]) -> None:
        models = f'{type_}\nsa.Table("author", metadata, sa.Column("id", odd))'
        commands(env(models)).refused(*WRITE, names=names)


UNKNOWN = {
    "sqlite": "CREATE TABLE author (id INTEGER NOT NULL PRIMARY KEY, what)",
    "postgresql": "CREATE TABLE author (id SERIAL PRIMARY KEY, what txid_snapshot)",
    "mysql": "CREATE TABLE author (id INTEGER NOT NULL PRIMARY KEY AUTO_INCREMENT, what GEOMETRY)",
}


class TestDatabase:
    def test_with_a_column_of_a_type_that_nobody_knows(self, commands: Commanding, database: Database) -> None:
        """It is let be, and where it cannot be written either, a note says so."""
        models = 'sa.Table("author", metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column("what", odd))'
        kind = "class Odd(sa.types.UserDefinedType):\n    cache_ok = True\n    def get_col_spec(self, **kw):\n"
        spelt = {"sqlite": "", "postgresql": "txid_snapshot", "mysql": "GEOMETRY"}[database.name]
        made = commands(env(f"{kind}        return '{spelt}'\nodd = Odd()\n{models}"))
        execute(database, UNKNOWN[database.name])
        said = made.run("check")
        assert said.code == 0, said
        assert "SAWarning" not in said.err
        note = "Note: The type of column author.what is not known: it is not compared, and what creates"
        assert (note in said.out) is (database.name != "postgresql"), said.out

    def test_with_a_column_of_a_type_that_nobody_knows_which_goes(
        self, commands: Commanding, database: Database
    ) -> None:
        """The way back says above the step that a person has to write the type."""
        if database.name == "postgresql":
            pytest.skip("PostgreSQL's types are all known by their names")
        made = commands(env(AUTHOR))
        execute(database, UNKNOWN[database.name].replace("what GEOMETRY", "what GEOMETRY NOT NULL"))
        said = made.run(*WRITE)
        assert said.code == 0, said
        down = (made.project.versions / "a1_more.py").read_text().partition("def downgrade")[2]
        before = " ".join(re.split(r"\w*op\.add_column", down)[0].split()).replace(" # ", " ")
        assert before.endswith(
            "TODO: the type of column what is not known. Write it in the place of NullType(), which no database has."
        )

    def test_that_forbids_to_read_a_catalog(self, commands: Commanding, database: Database) -> None:
        if database.name != "postgresql":
            pytest.skip("only PostgreSQL can forbid it: the others show what may be seen")
        made = commands(env(AUTHOR), "REVOKE SELECT ON pg_catalog.pg_class FROM PUBLIC")
        for words in (WRITE, ("check",), ("diff",)):
            made.refused(*words, names=("permission denied for table pg_class",))

    @pytest.mark.parametrize("words", [WRITE, ("check",), ("diff",)], ids=lambda words: words[0])
    def test_whose_connection_is_lost_in_the_middle(
        self, commands: Commanding, database: Database, words: tuple[str, ...]
    ) -> None:
        if database.name == "sqlite":
            pytest.skip("SQLite has no connection that could be lost")
        own, end = {
            "postgresql": ("SELECT pg_backend_pid()", "SELECT pg_terminate_backend({})"),
            "mysql": ("SELECT CONNECTION_ID()", "KILL {}"),
        }[database.name]
        lose = (
            "def lose(name, type_, parents):\n"
            f"    own = connection.exec_driver_sql({own!r}).scalar()\n"
            "    with sa.create_engine(connection.engine.url).connect() as other:\n"
            f"        other.exec_driver_sql({end!r}.format(own))\n"
            "    return True\n"
        )
        made = commands(env(f"{AUTHOR}\n{lose}", more=", include_name=lose"))
        execute(database, "CREATE TABLE author (id INTEGER NOT NULL PRIMARY KEY)")
        made.refused(
            *words, names=("The connection to the database was lost while ", "Nothing was written. Try again.")
        )

    def test_whose_account_may_only_read_is_compared_as_text_and_told_so_once(
        self, commands: Commanding, database: Database
    ) -> None:
        if database.name == "sqlite":
            pytest.skip("SQLite decides by text, and has no accounts")
        columns = ", ".join(
            f'sa.Column("c{n}", sa.Numeric(10, 2), server_default=sa.text("1 + {n}"))' for n in range(3)
        )
        models = f'sa.Table("author", metadata, sa.Column("id", sa.Integer, primary_key=True), {columns})'
        grants = {
            "postgresql": ("REVOKE TEMPORARY ON DATABASE {1} FROM PUBLIC", "GRANT SELECT ON author TO {0}"),
            "mysql": ("REVOKE ALL ON {1}.* FROM {0}@'%'", "GRANT SELECT, SHOW VIEW ON {1}.* TO {0}@'%'"),
        }[database.name]
        added = ", ".join(f"c{n} NUMERIC(10, 2) DEFAULT ({n} + 1)" for n in range(3))
        execute(database, f"CREATE TABLE author (id INTEGER NOT NULL PRIMARY KEY, {added})")
        made = commands(env(models, more=", compare_server_default=True"), *grants)
        said = made.run("diff")
        assert said.code == 0, said.err
        notes = [line for line in said.out.splitlines() if line.startswith("Note: ")]
        assert len(notes) == 1, said.out
        assert "temporary tables" in notes[0]
        assert "some differences may be none" in notes[0]
        assert said.out.count("~ column c") == 2  # 1 + 1 is written alike


class TestOrder:
    @pytest.mark.parametrize("words", [WRITE, ("check",)], ids=lambda words: words[0])
    def test_a_database_that_is_behind_is_told_which_revisions_lack(
        self, commands: Commanding, words: tuple[str, ...]
    ) -> None:
        made = commands(env(AUTHOR))
        made.project.line("b1", "b2", "b3")
        assert made.run("upgrade", "b1").code == 0
        made.refused(*words, names=("Target database is not up to date: b2, b3 have not run", "whimbrel upgrade heads"))

    def test_of_many_revisions_the_first_are_told(self, commands: Commanding) -> None:
        made = commands(env(AUTHOR))
        made.project.line(*(f"r{n:02}" for n in range(30)))
        made.refused(
            "check", names=("not up to date: r00, r01, r02, r03, r04, r05, r06, ... (30 in all) have not run",)
        )

    def test_sql_is_refused_and_the_reason_told(self, commands: Commanding) -> None:
        made = commands(env(AUTHOR))
        made.refused(*WRITE, "--sql", names=("--autogenerate has to ask the database, so it cannot go with --sql.",))


def test_a_file_that_a_hook_spoils_is_kept_whole(commands: Commanding) -> None:
    """The hook runs after the file is written, over what autogenerate wrote."""
    made = commands(env(AUTHOR))
    settings = made.project.folder / "whimbrel.ini"
    hook = "import sys, pathlib; print('saw', 'op.create_table' in pathlib.Path(sys.argv[1]).read_text())"
    (made.project.folder / "hook.py").write_text(f"{hook}\nsys.exit(len(sys.argv) - 2)\n")
    post = "[post_write_hooks]\nhooks = ours\nours.type = exec\nours.executable = {}\nours.options = hook.py {}\n"
    settings.write_text(settings.read_text() + post.format(sys.executable, "REVISION_SCRIPT_FILENAME"))
    said = made.run(*WRITE)
    assert said.code == 0, said.err
    assert "saw True" in said.out + said.err
    assert made.versions() == ["a1_more.py"]
