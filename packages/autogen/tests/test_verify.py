"""``revision --autogenerate --verify``: tried on a scratch copy of each backend's database, by real commands."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.projects import Project

PREFIX = "whimbrel_scratch_"

MODELS = """
    import sqlalchemy as sa
    from whimbrel import context

    metadata = sa.MetaData(naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    })
    sa.Table("author", metadata, sa.Column("id", sa.Integer, primary_key=True))
    sa.Table(
        "book",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("title", sa.String(60), index=True),
        sa.Column("author_id", sa.ForeignKey("author.id")),
        sa.Column("price", sa.Numeric(10, 2), nullable=False, server_default=sa.text("0")),
    )

    with context.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            compare_server_default=True,
            render_as_batch=connection.dialect.name == "sqlite",
        )
        with context.begin_transaction():
            context.run_migrations()
"""
ASYNC = """
    def migrate(connection):
        context.configure(
            connection=connection, target_metadata=metadata, render_as_batch=connection.dialect.name == "sqlite"
        )
        with context.begin_transaction():
            context.run_migrations()

    async def run():
        async with context.connect_async() as connection:
            await connection.run_sync(migrate)

    context.run_async(run)
"""
BEFORE = """
op.create_table(
    "book", sa.Column("id", sa.Integer, primary_key=True), sa.Column("title", sa.String(50), nullable=False),
    sa.Column("isbn", sa.String(13)), sa.UniqueConstraint("isbn", name="uq_book_isbn"),
)
op.create_index("ix_book_isbn", "book", ["isbn", "title"])
op.execute("INSERT INTO book VALUES (1, 'Persuasion', '9780')")
"""


class Shop:
    """A project with one revision, applied, and models that want more.

    :param folder: its folder.
    :param database: its database.
    """

    def __init__(
        self, folder: Path, database: Database, env: str = MODELS, url: str = "", migrated: bool = True
    ) -> None:
        self.database = database
        self.project = Project(folder, database.url, env=env)
        self.environment = {**os.environ, "WHIMBREL_DATABASE_URL": url or database.url, "PYTHONDONTWRITEBYTECODE": "1"}
        (folder / "whimbrel.ini").write_text("[whimbrel]\nscript_location = migrations\n")
        template = Path(self.project.config().get_template_directory(), "generic/script.py.mako")
        shutil.copy(template, self.project.migrations)
        if migrated:
            self.project.add("a1", upgrade=BEFORE)
            self.ok("upgrade", "head")

    def run(self, *words: str) -> tuple[int, str, str]:
        """Run a command; return its exit code and what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "whimbrel", *words],
            cwd=self.project.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode, done.stdout, done.stderr

    def ok(self, *words: str) -> str:
        code, out, err = self.run(*words)
        assert code == 0, err
        return out

    def versions(self) -> list[str]:
        return sorted(path.name for path in self.project.versions.glob("*.py"))

    def contents(self) -> object:
        """What the database holds: the structure as SQLAlchemy sees it, and the rows."""
        with self.database.engine().connect() as connection:
            inspector = sa.inspect(connection)
            tables = {
                name: [str(column) for column in inspector.get_columns(name)] for name in inspector.get_table_names()
            }
            rows = {name: connection.execute(sa.text(f"SELECT * FROM {name}")).all() for name in tables}
        return tables, rows

    def leaves_no_scratch(self) -> bool:
        """Return whether all scratch databases that are on the server now go: other tests make such, too."""
        there = self._scratches()
        deadline = time.monotonic() + 60
        while there & self._scratches() and time.monotonic() < deadline:
            time.sleep(0.2)
        return not there & self._scratches()

    def _scratches(self) -> set[str]:
        if self.database.name == "sqlite":
            return set()
        listed = {"postgresql": "SELECT datname FROM pg_database", "mysql": "SHOW DATABASES"}[self.database.name]
        with self.database.engine().connect() as connection:
            return {name for name in connection.execute(sa.text(listed)).scalars() if name.startswith(PREFIX)}


@pytest.fixture
def shop(tmp_path: Path, database: Database) -> Shop:
    return Shop(tmp_path, database)


WRITE = ("revision", "--autogenerate", "--verify", "-m", "more", "--rev-id", "b2")
VERIFIED = "Verified on a scratch copy: after the upgrade it is like the models, after the downgrade as it was.\n"


def spoiled(shop: Shop, half: str, statement: str) -> None:
    """Have the template add a statement to one half of each new revision."""
    template = shop.project.migrations / "script.py.mako"
    text = template.read_text()
    assert f"${{{half} " in text
    template.write_text(text.replace(f"${{{half} ", f"{statement}\n    ${{{half} "))


class TestItSaysSo:
    def test_a_revision_that_does_what_it_should_and_nothing_else_is_touched(self, shop: Shop) -> None:
        before = shop.contents()
        said = shop.ok(*WRITE)
        assert said.endswith(VERIFIED)
        assert shop.versions() == ["a1.py", "b2_more.py"]
        assert shop.contents() == before
        assert shop.leaves_no_scratch()
        shop.ok("upgrade", "head")
        assert shop.ok("check") == "No new upgrade operations detected.\n"

    def test_a_revision_with_nothing_to_do(self, shop: Shop) -> None:
        shop.ok("revision", "--autogenerate", "-m", "more", "--rev-id", "b2")
        shop.ok("upgrade", "head")
        assert shop.ok("revision", "--autogenerate", "--verify", "-m", "none").endswith(VERIFIED)

    def test_a_database_without_anything(self, tmp_path: Path, database: Database) -> None:
        shop = Shop(tmp_path, database, migrated=False)
        assert shop.ok(*WRITE).endswith(VERIFIED)
        assert shop.contents() == ({}, {})

    def test_over_an_async_driver(self, tmp_path: Path, database: Database) -> None:
        body = MODELS.split("    with context.connect()")[0] + ASYNC
        shop = Shop(tmp_path, database, env=body, url=database.async_url)
        assert shop.ok(*WRITE).endswith(VERIFIED)


class TestItSaysWhatIsWrong:
    """Exit code 1; the file is kept, since the message speaks of it; the scratch copy is gone."""

    @pytest.fixture
    def refused(self, shop: Shop):
        def run(names: list[str]) -> None:
            before = shop.contents()
            code, out, err = shop.run(*WRITE)
            assert code == 1, out
            assert "Verified" not in out
            path = shop.project.versions / "b2_more.py"
            assert f"{path} was written and kept" in err
            assert "Only the scratch copy was touched, and it is gone." in err
            for name in names:
                assert name in err
            assert path.exists()
            assert shop.contents() == before
            assert shop.leaves_no_scratch()

        return run

    def test_models_and_copy_differ_after_the_upgrade(self, shop: Shop, refused) -> None:
        spoiled(
            shop, "upgrades", 'op.create_table("other", sa.Column("id", sa.Integer)); op.drop_table("book"); return'
        )
        refused(["After upgrade() the scratch copy is not like the models", "  + table author", "  + table book"])

    def test_a_downgrade_that_leaves_something(self, shop: Shop, refused) -> None:
        spoiled(shop, "upgrades", 'op.create_table("other", sa.Column("id", sa.Integer))')
        refused(["After downgrade() the scratch copy is not as it was before upgrade()", "  - table other"])

    def test_a_downgrade_that_brings_back_less(self, shop: Shop, refused) -> None:
        spoiled(shop, "downgrades", "return")
        refused(["After downgrade()", "  - table author", "  + column isbn VARCHAR(13) NULL"])

    def test_a_revision_that_raises(self, shop: Shop, refused) -> None:
        spoiled(shop, "upgrades", "raise ValueError('no good')")
        refused(["Revision b2 failed in upgrade(), ", "b2_more.py:", "ValueError: no good"])

    def test_a_statement_that_the_database_rejects(self, shop: Shop, refused) -> None:
        spoiled(shop, "downgrades", 'op.drop_column("nowhere", "nothing", **{})')
        refused(["Revision b2 failed in downgrade(), "])
