"""Flask-Migrate and Flask-Alembic: ``flask db``, and what applications call."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from testing.addons import Environment, environment_of

# The application says once that import alembic means us, before it imports an extension.
APPLICATION = """
import whimbrel_alembic

whimbrel_alembic.install()

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Mapped, mapped_column
{extension}

app = Flask(__name__)
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///{database}"
db = SQLAlchemy()


class Boat(db.Model):
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(db.String(40))
    # more columns


db.init_app(app)
{begin}
"""
SAILOR = """

class Sailor(db.Model):
    __bind_key__ = "crew"
    id: Mapped[int] = mapped_column(primary_key=True)
"""
MIGRATE = ("from flask_migrate import Migrate", "Migrate(app, db)")
ALEMBIC = ("from flask_alembic import Alembic", "migrations = Alembic(app)")

# Runs in the application's context; the line below asks whose modules these are.
WITHIN = """
from app import *
import alembic

assert alembic.__spec__.origin == "whimbrel_alembic"
with app.app_context():
"""


@pytest.fixture(scope="module")
def environment() -> Environment:
    return environment_of("Flask-Migrate", "Flask-Alembic", "Flask-SQLAlchemy")


class Application:
    """A folder with an application, over SQLite."""

    def __init__(self, environment: Environment, folder: Path, extension: str, begin: str) -> None:
        self.environment, self.folder = environment, folder
        self.file = folder / "app.py"
        self.database = folder / "boats.db"
        self.file.write_text(APPLICATION.format(extension=extension, begin=begin, database=self.database))

    def flask(self, *words: str, code: int = 0) -> str:
        done = self.environment.run("-m", "flask", *words, cwd=self.folder, code=code)
        return done.stdout + done.stderr

    def python(self, *lines: str) -> str:
        source = WITHIN + "".join(f"    {line}\n" for line in lines)
        return self.environment.run("-c", source, cwd=self.folder).stdout

    def grow(self) -> None:
        """One more column in the model."""
        more = "length: Mapped[int | None]"
        self.file.write_text(self.file.read_text().replace("# more columns", more))

    def man(self) -> None:
        """One more database, with a model."""
        text = self.file.read_text()
        bind = f'app.config["SQLALCHEMY_BINDS"] = {{"crew": "sqlite:///{self.folder / "crew.db"}"}}\n'
        self.file.write_text(text.replace("db = SQLAlchemy()\n", f"{bind}db = SQLAlchemy()\n{SAILOR}"))

    def columns(self, table: str = "boat", database: str = "boats.db") -> list[str]:
        with closing(sqlite3.connect(self.folder / database)) as connection:
            return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]

    def version(self) -> list[str]:
        with closing(sqlite3.connect(self.database)) as connection:
            return [row[0] for row in connection.execute("SELECT version_num FROM alembic_version")]


@pytest.fixture
def migrate(environment: Environment, tmp_path: Path) -> Application:
    return Application(environment, tmp_path, *MIGRATE)


@pytest.fixture
def alembic(environment: Environment, tmp_path: Path) -> Application:
    return Application(environment, tmp_path, *ALEMBIC)


def test_flask_migrate_at_the_terminal(migrate: Application) -> None:
    migrate.flask("db", "init")
    assert {path.name for path in (migrate.folder / "migrations").iterdir()} >= {"alembic.ini", "env.py", "versions"}
    env = migrate.folder / "migrations" / "env.py"
    env.write_text("import alembic\nassert alembic.__spec__.origin == 'whimbrel_alembic'\n" + env.read_text())

    migrate.flask("db", "migrate", "-m", "boats", "--rev-id", "a1")
    script = (migrate.folder / "migrations" / "versions" / "a1_boats.py").read_text()
    assert "from alembic import op" in script
    migrate.flask("db", "upgrade")
    assert migrate.columns() == ["id", "name"]
    assert migrate.version() == ["a1"]

    assert "No changes in schema detected" in migrate.flask("db", "migrate", "-m", "nothing")
    migrate.flask("db", "check")
    migrate.grow()
    assert "New upgrade operations" in migrate.flask("db", "check", code=1)
    migrate.flask("db", "migrate", "-m", "length", "--rev-id", "b2")
    script = (migrate.folder / "migrations" / "versions" / "b2_length.py").read_text()
    assert 'with op.batch_alter_table("boat"' in script
    assert "ALTER TABLE boat ADD COLUMN length INTEGER" in migrate.flask("db", "upgrade", "a1:b2", "--sql")
    migrate.flask("db", "upgrade")
    assert migrate.columns() == ["id", "name", "length"]

    assert "b2 (head)" in migrate.flask("db", "current")
    assert "a1 -> b2 (head), length" in migrate.flask("db", "history")
    assert "b2 (head)" in migrate.flask("db", "heads")
    assert "Rev: b2 (head)" in migrate.flask("db", "show", "b2")
    migrate.flask("db", "downgrade")
    assert migrate.columns() == ["id", "name"]
    migrate.flask("db", "stamp", "base")
    assert migrate.version() == []
    migrate.flask("db", "stamp", "b2")
    migrate.flask("db", "revision", "--rev-id", "c3", "--head", "a1", "--splice")
    migrate.flask("db", "merge", "--rev-id", "d4", "b2", "c3")
    assert "d4" in migrate.flask("db", "heads")
    assert "Single-database configuration for Flask" in migrate.flask("db", "list-templates")
    assert "Error: " in migrate.flask("db", "upgrade", "nowhere", code=1)


def test_flask_migrate_called_by_an_application(migrate: Application) -> None:
    migrate.flask("db", "init")
    migrate.python(
        "import flask_migrate",
        "flask_migrate.migrate(message='boats', rev_id='a1')",
        "flask_migrate.upgrade()",
        "assert db.session.query(Boat).count() == 0",
        "flask_migrate.current(verbose=True)",
        "flask_migrate.downgrade(revision='base')",
    )
    assert migrate.version() == []
    migrate.python("import flask_migrate", "flask_migrate.upgrade(revision='a1')")
    assert migrate.version() == ["a1"]


def test_flask_migrate_with_several_databases(migrate: Application) -> None:
    migrate.man()
    migrate.flask("db", "init", "--multidb")
    migrate.flask("db", "migrate", "-m", "all", "--rev-id", "a1")
    migrate.flask("db", "upgrade")
    assert migrate.columns() == ["id", "name"]
    assert migrate.columns("sailor", "crew.db") == ["id"]
    migrate.flask("db", "downgrade")
    assert migrate.columns() == []


def test_flask_alembic_at_the_terminal(alembic: Application) -> None:
    alembic.flask("db", "revision", "boats")
    (path,) = (alembic.folder / "migrations").glob("*_boats.py")
    script = path.read_text()
    assert "from alembic import op" in script
    assert re.search(r"^branch_labels.* = .*['\"]default['\"]", script, re.MULTILINE)
    alembic.flask("db", "upgrade")
    assert alembic.columns() == ["id", "name"]
    first = alembic.version()
    assert f"{first[0]} (default) (head), boats" in alembic.flask("db", "current")
    assert "boats" in alembic.flask("db", "log")
    alembic.flask("db", "downgrade")
    assert (alembic.columns(), alembic.version()) == ([], [])
    alembic.flask("db", "stamp", "heads")
    assert alembic.version() == first


def test_flask_alembic_called_by_an_application(alembic: Application) -> None:
    alembic.python(
        "(made,) = migrations.revision('boats')",
        "assert migrations.needs_revision()",
        "migrations.upgrade()",
        "assert not migrations.needs_revision() and migrations.compare_metadata() == []",
        "assert [script.revision for script in migrations.current()] == [made.revision]",
        "assert [script.revision for script in migrations.heads()] == [made.revision]",
        "assert migrations.branches() == []",
    )
    alembic.grow()
    alembic.python(
        "((verb, _, table, column),) = migrations.compare_metadata()",
        "assert (verb, table, column.name) == ('add_column', 'boat', 'length')",
        "migrations.rev_id = lambda: 'b2'",
        "migrations.revision('length')",
        "migrations.upgrade(1)",
        "assert [script.revision for script in migrations.log()][0] == 'b2'",
    )
    assert alembic.columns() == ["id", "name", "length"]
    alembic.python("migrations.downgrade(-1)", "migrations.op.drop_column('boat', 'name')")
    assert alembic.columns() == ["id"]
    alembic.python(
        "parent = migrations.heads()[0].down_revision",
        "migrations.rev_id = lambda: 'c3'",
        "migrations.revision('aside', empty=True, parent=parent, splice=True)",
        "migrations.rev_id = lambda: 'd4'",
        "migrations.merge()",
        "assert [script.revision for script in migrations.heads()] == ['d4']",
    )


def test_flask_alembic_with_several_databases(environment: Environment, tmp_path: Path) -> None:
    begin = 'migrations = Alembic(app, metadatas={"default": db.metadata, "crew": db.metadatas["crew"]})'
    application = Application(environment, tmp_path, ALEMBIC[0], begin)
    application.man()
    application.flask("db", "revision", "all")
    (path,) = (application.folder / "migrations").glob("*_all.py")
    script = path.read_text()
    assert script.index("def upgrade_default") < script.index('create_table(\n        "boat"')
    assert script.index("def upgrade_crew") < script.index('create_table(\n        "sailor"')
    application.flask("db", "upgrade")
    assert application.columns() == ["id", "name"]
    assert application.columns("sailor", "crew.db") == ["id"]
    application.flask("db", "downgrade")
    assert application.columns() == application.columns("sailor", "crew.db") == []
