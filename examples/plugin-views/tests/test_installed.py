"""Installed by pip into an environment of its own, and used as a user would: a script, upgrade, downgrade, --sql."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from testing.environment import Environment

PACKAGE = Path(__file__).resolve().parents[1]

SCRIPT = '''"""cheap books"""

import sqlalchemy as sa
from whimbrel import op

revision = "1a"
down_revision = None


def upgrade():
    op.create_table("book", sa.Column("title", sa.String(80)), sa.Column("price", sa.Integer))
    op.create_view("cheap", "SELECT title FROM book WHERE price < 10")
    op.create_view("short", "SELECT title FROM cheap WHERE length(title) < 9")
    op.replace_view("cheap", "SELECT title FROM book WHERE price < 20")


def downgrade():
    op.drop_view("short")
    op.drop_view("cheap")
    op.drop_table("book")
'''

UPGRADE = """
CREATE VIEW cheap AS SELECT title FROM book WHERE price < 10;

CREATE VIEW short AS SELECT title FROM cheap WHERE length(title) < 9;

DROP VIEW IF EXISTS cheap;

CREATE VIEW cheap AS SELECT title FROM book WHERE price < 20;
"""

RIVAL = """
from whimbrel.operations.ops import MigrateOperation
from whimbrel.plugins import hookimpl


class CreateViewOp(MigrateOperation):
    @classmethod
    def create_view(cls, operations):
        pass


@hookimpl
def whimbrel_operations(registry):
    registry.register_operation("create_view")(CreateViewOp)
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    made = Environment(tmp_path_factory.mktemp("installed"), "sqlite:///shop.db")
    made.pip_install(PACKAGE)
    made.whimbrel("init", "--template", "minimal", "migrations")
    (made.project / "migrations/versions/1a_cheap_books.py").write_text(SCRIPT, encoding="utf-8")
    return made


def test_up_and_down(environment: Environment) -> None:
    assert "acme-views 1.0" in environment.whimbrel("plugins")
    environment.whimbrel("upgrade", "head")
    with closing(sqlite3.connect(environment.project / "shop.db")) as database:
        database.execute("INSERT INTO book VALUES ('Emma', 15)")
        assert database.execute("SELECT * FROM short").fetchall() == [("Emma",)]
    environment.whimbrel("downgrade", "base")
    with closing(sqlite3.connect(environment.project / "shop.db")) as database:
        left = database.execute("SELECT name FROM sqlite_master WHERE type <> 'index'").fetchall()
    assert set(left) == {("whimbrel_history",), ("whimbrel_version",)}


def test_as_text(environment: Environment) -> None:
    assert UPGRADE in environment.whimbrel("upgrade", "head", "--sql")
    assert "DROP VIEW short;\n\nDROP VIEW cheap;\n" in environment.whimbrel("downgrade", "1a:base", "--sql")


def test_a_second_package_with_one_of_its_verbs_is_an_error_that_names_both(
    environment: Environment, tmp_path: Path
) -> None:
    (tmp_path / "better_views.py").write_text(RIVAL, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text(
        '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
        '[project]\nname = "better-views"\nversion = "2.0"\n'
        '[project.entry-points."whimbrel.plugins"]\nviews = "better_views"\n'
        '[tool.hatch.build.targets.wheel]\ninclude = ["better_views.py"]\n',
        encoding="utf-8",
    )
    environment.pip_install(tmp_path)
    try:
        said = environment.whimbrel("upgrade", "head", "--sql", code=1)
    finally:
        environment.pip("uninstall", "--yes", "better-views")
    assert "op.create_view comes from both acme_views.directives.CreateViewOp (acme-views 1.0)" in said
    assert "and better_views.CreateViewOp (better-views 2.0)" in said
    assert "Uninstall one of the two" in said
    assert "Traceback" not in said


def test_without_it_the_verb_is_missing_and_the_message_says_what_may_be(environment: Environment) -> None:
    said = environment.whimbrel("--no-plugins", "upgrade", "head", "--sql", code=1)
    assert "There is no operation 'create_view'" in said
