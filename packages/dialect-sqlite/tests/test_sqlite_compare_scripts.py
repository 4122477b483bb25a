"""From models to a script of batches and back: what autogenerate writes runs on SQLite, and leaves nothing to find."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.resources import files
from typing import Any

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project
from testing.sqlite import raw, rows
from testing.sqlite_models import DIFFER, OPTIONS
from whimbrel import command
from whimbrel.runtime.migration import MigrationContext
from whimbrel_autogen import compare_metadata
from whimbrel_sqlite.definition import Clause, TableDefinition
from whimbrel_sqlite.grammar import read_create_table
from whimbrel_sqlite.tokens import wording

ENV = """
    from whimbrel import context

    with context.connect() as connection:
        context.configure(connection=connection, render_as_batch=True, **context.config.attributes)
        with context.begin_transaction():
            context.run_migrations()
"""


class Round:
    """A project whose models change.

    :param project: the project.
    :param database: its database.
    """

    def __init__(self, project: Project, database: Database) -> None:
        self.project = project
        self.database = database

    def to(self, metadata: sa.MetaData) -> str:
        """Have the script written that leads to these models, run it, and return its text."""
        config = self.project.config()
        config.attributes.update(OPTIONS, target_metadata=metadata)
        number = len(list(self.project.versions.glob("*.py")))
        command.revision(config, f"step {number}", autogenerate=True, rev_id=f"r{number}", allow_drop_table=True)
        command.upgrade(config, "head")
        assert self.differences(metadata) == []
        (path,) = self.project.versions.glob(f"r{number}*.py")
        return path.read_text(encoding="utf-8")

    def back(self, metadata: sa.MetaData) -> None:
        """Go back one revision."""
        config = self.project.config()
        config.attributes.update(OPTIONS, target_metadata=metadata)
        command.downgrade(config, "-1")

    def differences(self, metadata: sa.MetaData) -> list[Any]:
        """What differs between the models and the database."""
        with self.database.engine().connect() as connection:
            return compare_metadata(MigrationContext.configure(connection, opts=OPTIONS), metadata)

    def schema(self) -> dict[str, Any]:
        """What each text in the database says; clauses and constraints may stand in any order."""
        texts = rows(self.database, "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type = 'index'")
        found: dict[str, Any] = {name: wording(sql) for name, sql in texts}
        tables = "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'whimbrel%'"
        for name, sql in rows(self.database, tables):
            said = read_create_table(sql)
            columns = [
                (column.name, wording(sql[column.type_start : column.type_end]), _said(said, column.clauses))
                for column in said.columns
            ]
            found[name] = (columns, _said(said, [item.clause for item in said.constraints]), said.options)
        return found


def _said(definition: TableDefinition, clauses: Iterable[Clause]) -> list[Any]:
    return sorted(wording(definition.text(clause)) for clause in clauses)


@pytest.fixture
def round_(tmp_path, sqlite_database) -> Round:
    """A project over an empty database."""
    project = Project(tmp_path, sqlite_database.url, env=ENV)
    template = files("whimbrel") / "templates" / "generic" / "script.py.mako"
    (project.migrations / "script.py.mako").write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
    return Round(project, sqlite_database)


def shop() -> sa.MetaData:
    """Models, as they were."""
    metadata = sa.MetaData()
    sa.Table(
        "author",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(50), nullable=False),
        sa.Column("born", sa.Date, server_default=sa.text("CURRENT_DATE")),
        sa.UniqueConstraint("name", name="uq_author_name"),
        sqlite_autoincrement=True,
    )
    book = sa.Table(
        "book",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(60, collation="NOCASE")),
        sa.Column("author_id", sa.ForeignKey("author.id", name="fk_book_author", ondelete="CASCADE")),
        sa.Column("price", sa.Numeric(10, 2), nullable=False, server_default=sa.text("0")),
        sa.Column("kind", sa.Enum("novel", "poem", name="kind", create_constraint=True)),
        sa.Column("double", sa.Integer, sa.Computed("id * 2")),
        sa.CheckConstraint("price >= 0", name="ck_price"),
        sa.Index("ix_book_title", "title"),
    )
    sa.Index("ix_book_lower", sa.func.lower(book.c.title), book.c.price.desc(), sqlite_where=book.c.price > 1)
    sa.Table("old", metadata, sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.Text, index=True))
    return metadata


def changed_shop() -> sa.MetaData:
    """Models, as they became."""
    metadata = sa.MetaData()
    sa.Table(
        "author",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(80)),
        sa.Column("born", sa.Date),
        sa.Column("email", sa.String(100), unique=False),
        sa.UniqueConstraint("name", "email", name="uq_author_name"),
        sqlite_autoincrement=True,
    )
    book = sa.Table(
        "book",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(60)),
        sa.Column("author_id", sa.ForeignKey("author.id", name="fk_book_author", ondelete="SET NULL")),
        sa.Column("price", sa.Numeric(12, 2), nullable=False, server_default=sa.text("1")),
        sa.Column("kind", sa.Enum("novel", "poem", name="kind", create_constraint=True)),
        sa.Column("double", sa.Integer, sa.Computed("id * 2")),
        sa.Column("since", sa.DateTime, server_default=sa.func.now()),
        sa.CheckConstraint("price > 0", name="ck_price"),
        sa.Index("ix_book_title", "title", unique=True),
    )
    sa.Index("ix_book_lower", sa.func.lower(book.c.title), book.c.price, sqlite_where=book.c.price > 2)
    sa.Table("new", metadata, sa.Column("a", sa.Integer, primary_key=True), sa.Column("b", sa.ForeignKey("book.id")))
    return metadata


def test_models_that_change_and_the_way_back(round_):
    round_.to(shop())
    start = round_.schema()
    with raw(round_.database) as connection:
        connection.execute("INSERT INTO author (name) VALUES ('Ann')")
        connection.execute("INSERT INTO book (title, author_id, price, kind) VALUES ('Sea', 1, 7.5, 'poem')")
    script = round_.to(changed_shop())
    assert "op.batch_alter_table('book'" in script.replace('"', "'")
    assert rows(round_.database, "SELECT title, author_id, price, kind FROM book") == [("Sea", 1, 7.5, "poem")]
    round_.back(shop())
    assert round_.differences(shop()) == []
    assert round_.schema() == start
    assert rows(round_.database, "SELECT b.title, a.name FROM book b JOIN author a ON a.id = b.author_id") == [
        ("Sea", "Ann")
    ]
    round_.back(shop())
    assert list(round_.schema()) == ["sqlite_sequence"]


@pytest.mark.parametrize("case", DIFFER)
def test_each_difference_goes_and_comes_back(round_, case):
    before, after, _ = DIFFER[case]
    before.create_all(round_.database.engine())
    start = round_.schema()
    round_.to(after)
    round_.back(before)
    assert round_.differences(before) == []
    assert round_.schema() == start
