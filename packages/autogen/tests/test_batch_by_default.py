"""A project on SQLite without an env.py: what autogenerate writes can be run there, though nobody asked for batch."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.processes import run as python

MODELS = """
import sqlalchemy as sa

metadata = sa.MetaData()
sa.Table(
    "book",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("title", sa.String(20)),
    sa.Column("stock", sa.Integer),
)
"""
CHANGED = MODELS.replace("sa.String(20)", "sa.String(30)").replace('"stock", sa.Integer', '"word", sa.Text')


class Shop:
    """An application made from the template ``minimal``."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.run("init", "--template", "minimal", "migrations")
        (folder / "whimbrel.toml").write_text(
            'script_location = "migrations"\nprepend_sys_path = ["."]\n'
            f'sqlalchemy.url = "{database.url}"\ntarget_metadata = "models:metadata"\n'
        )

    def run(self, *words: str) -> str:
        done = python(["-m", "whimbrel", *words], cwd=self.folder)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def written(self, models: str, revision: str) -> str:
        """Let a revision be written, and return its halves."""
        (self.folder / "models.py").write_text(models)
        self.run("revision", "--autogenerate", "-m", "x", "--rev-id", revision)
        text = (self.folder / f"migrations/versions/{revision}_x.py").read_text()
        return text[text.index("def upgrade") :]


@pytest.fixture
def shop(tmp_path: Path, sqlite_database: Database) -> Shop:
    return Shop(tmp_path, sqlite_database)


def test_changes_of_a_table_are_a_block_that_runs_there_and_back(shop: Shop, sqlite_database: Database) -> None:
    shop.written(MODELS, "a1")
    shop.run("upgrade", "head")
    before = sa.inspect(sqlite_database.engine()).get_columns("book")
    upgrade, downgrade = shop.written(CHANGED, "b2").split("\n\n\n")
    assert upgrade == textwrap.dedent("""\
        def upgrade() -> None:
            with op.batch_alter_table("book", schema=None) as batch_op:
                batch_op.add_column(sa.Column("word", sa.Text(), nullable=True))
                batch_op.alter_column(
                    "title",
                    existing_type=sa.VARCHAR(length=20),
                    type_=sa.String(length=30),
                    existing_nullable=True,
                )
                # All that column book.stock holds is lost here.
                batch_op.drop_column("stock")""")
    assert 'with op.batch_alter_table("book", schema=None) as batch_op:' in downgrade
    shop.run("upgrade", "head")
    assert shop.run("check") == "No new upgrade operations detected.\n"
    shop.run("downgrade", "a1")
    assert str(sa.inspect(sqlite_database.engine()).get_columns("book")) == str(before)


def test_indexes_alone_need_no_block(shop: Shop) -> None:
    shop.written(MODELS, "a1")
    shop.run("upgrade", "head")
    script = shop.written(MODELS.replace("sa.String(20)", "sa.String(20), index=True"), "b2")
    assert 'op.create_index(op.f("ix_book_title"), "book", ["title"], unique=False)' in script
    assert "batch" not in script


def test_who_asks_for_plain_operations_gets_them(shop: Shop) -> None:
    (shop.folder / "migrations/env.py").write_text(
        textwrap.dedent("""\
            from whimbrel import context

            with context.connect() as connection:
                context.configure(
                    connection=connection, target_metadata=context.target_metadata(), render_as_batch=False
                )
                with context.begin_transaction():
                    context.run_migrations()
        """)
    )
    shop.written(MODELS, "a1")
    shop.run("upgrade", "head")
    script = shop.written(CHANGED, "b2")
    assert 'op.drop_column("book", "stock")' in script
    assert "batch" not in script
