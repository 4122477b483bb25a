"""From models to a database by the commands alone: write, upgrade, check, change, again, back."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from testing.processes import run as python

FIRST = """
    import sqlalchemy as sa
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
    from myapp.types import Slug

    class Base(DeclarativeBase):
        metadata = sa.MetaData(
            naming_convention={"uq": "uq_%(table_name)s_%(column_0_name)s", "ix": "ix_%(column_0_label)s"}
        )

    class Author(Base):
        __tablename__ = "author"
        id: Mapped[int] = mapped_column(primary_key=True)
        slug: Mapped[str] = mapped_column(Slug(40), unique=True)

    class Book(Base):
        __tablename__ = "book"
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int] = mapped_column(sa.ForeignKey("author.id"))
        title: Mapped[str] = mapped_column(sa.String(50), index=True)
"""
SECOND = FIRST.replace("sa.String(50), index=True", "sa.String(80), nullable=True").replace(
    "unique=True)",
    'unique=True)\n        born: Mapped[int] = mapped_column(server_default="1900")',
)
TYPES = """
    import sqlalchemy as sa

    class Slug(sa.TypeDecorator):
        impl = sa.String
        cache_ok = True
"""


class App:
    """An application with models, a migrations folder, and a database.

    :param folder: its folder.
    :param url: the database.
    :param template: what the migrations folder is made of.
    """

    def __init__(self, folder: Path, url: str, template: str) -> None:
        self.folder = folder
        self.environment = {**os.environ, "DATABASE_URL": url, "PYTHONDONTWRITEBYTECODE": "1"}
        self.environment.pop("PYTHONPATH", None)
        (folder / "myapp").mkdir(parents=True)
        (folder / "myapp/__init__.py").write_text("")
        (folder / "myapp/types.py").write_text(textwrap.dedent(TYPES))
        self.models(FIRST)
        assert self.run("init", "migrations", "-t", template)[0] == 0
        self.settings = next(path for path in (folder / "whimbrel.ini", folder / "whimbrel.toml") if path.exists())
        value = "myapp.models:Base.metadata"
        self.write(
            self.settings,
            "# target_metadata = ",
            f"target_metadata = {value if self.settings.suffix == '.ini' else repr(value)}\n# ",
        )
        env = folder / "migrations/env.py"
        if env.exists():
            batch = 'render_as_batch=connection.dialect.name == "sqlite"'
            self.write(
                env,
                "connection=connection, target",
                f"connection=connection, {batch}, compare_server_default=True, target",
            )

    def models(self, source: str) -> None:
        (self.folder / "myapp/models.py").write_text(textwrap.dedent(source))

    def write(self, path: Path, old: str, new: str) -> None:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))

    def run(self, *arguments: str) -> tuple[int, str]:
        """Run a command; return its exit code and what it says."""
        ran = python(["-m", "whimbrel", *arguments], cwd=self.folder, env=self.environment)
        return ran.returncode, ran.stdout + ran.stderr

    def ok(self, *arguments: str) -> str:
        code, said = self.run(*arguments)
        assert code == 0, said
        return said

    def scripts(self) -> list[Path]:
        return sorted((self.folder / "migrations/versions").glob("*.py"))


@pytest.fixture(params=["sqlite", "postgresql"])
def app(request, tmp_path, new_database) -> App:
    return App(tmp_path / "app", new_database(request.param).url, "generic")


def test_models_and_database_go_together(app: App) -> None:
    app.ok("revision", "--autogenerate", "-m", "first", "--rev-id", "a1")
    (script,) = app.scripts()
    text = script.read_text()
    assert "import myapp.types\n" in text
    assert "myapp.types.Slug(length=40)" in text
    assert text.index('op.create_table(\n        "author"') < text.index('op.create_table(\n        "book"')
    app.ok("upgrade", "head")
    assert app.ok("check") == "No new upgrade operations detected.\n"

    app.models(SECOND)
    code, said = app.run("check")
    assert code == 3
    assert "+ column born" in said
    app.ok("revision", "--autogenerate", "-m", "second", "--rev-id", "b2")
    app.ok("upgrade", "head")
    assert app.ok("check") == "No new upgrade operations detected.\n"

    app.ok("downgrade", "a1")
    app.models(FIRST)
    assert "No new upgrade operations detected." in app.ok("diff")
    app.ok("downgrade", "base")
    code, said = app.run("diff")
    assert said.count("+ table") == 2
    assert "- " not in said


def test_what_is_written_is_formatted_already_and_hooks_run(app: App) -> None:
    with app.settings.open("a") as file:
        file.write(
            "\n[post_write_hooks]\nhooks = ruff\nruff.type = module\nruff.module = ruff\n"
            "ruff.options = format --diff --isolated REVISION_SCRIPT_FILENAME\n"
        )
    said = app.ok("revision", "--autogenerate", "-m", "first", "--rev-id", "a1")
    assert "1 file already formatted" in said


def test_the_built_in_environment_takes_the_models_from_the_settings(tmp_path, sqlite_database) -> None:
    app = App(tmp_path / "app", sqlite_database.url, "minimal")
    app.ok("revision", "--autogenerate", "-m", "first", "--rev-id", "a1")
    app.ok("upgrade", "head")
    assert app.ok("check") == "No new upgrade operations detected.\n"


class TestBadInput:
    @pytest.fixture
    def app(self, tmp_path, sqlite_database) -> App:
        return App(tmp_path / "app", sqlite_database.url, "generic")

    @pytest.mark.parametrize(
        ("source", "told"),
        [
            ("import nothing_such", "nothing_such"),
            ("Base = 1 / 0", "division by zero"),
            ("class Base: pass", "metadata"),
            ("class Base: metadata = 'text'", "MetaData"),
        ],
    )
    def test_models_that_cannot_be_had(self, app: App, source: str, told: str) -> None:
        app.models(source)
        code, said = app.run("revision", "--autogenerate", "-m", "first")
        assert code != 0
        assert told in said
        assert "Traceback" not in said
        assert app.scripts() == []

    def test_no_models_are_named(self, app: App) -> None:
        app.write(app.settings, "target_metadata = myapp", "# target_metadata = myapp")
        code, said = app.run("revision", "--autogenerate", "-m", "first")
        assert code != 0
        assert "target_metadata = myapp.models:Base.metadata" in said
        assert app.scripts() == []

    def test_models_without_tables_are_compared_like_others_and_told(self, app: App) -> None:
        app.models("import sqlalchemy as sa\nclass Base: metadata = sa.MetaData()")
        said = app.ok("diff")
        assert "Note: The models have no tables: target_metadata is empty." in said

    def test_an_index_without_a_name_leaves_no_file(self, app: App) -> None:
        app.models(
            """
            import sqlalchemy as sa

            class Base:
                metadata = sa.MetaData(naming_convention={"uq": "uq_%(table_name)s"})

            sa.Table("t", Base.metadata, sa.Column("a", sa.Integer, index=True))
            """
        )
        code, said = app.run("revision", "--autogenerate", "-m", "first")
        assert code != 0
        assert "The index of t (a) has no name, and an index has to have one." in said
        assert app.scripts() == []

    def test_a_type_that_cannot_be_spelt_leaves_no_file(self, app: App) -> None:
        app.models(
            """
            import sqlalchemy as sa

            class Odd(sa.types.UserDefinedType):
                def __init__(self, number):
                    self.hidden = number

                def get_col_spec(self):
                    return "INTEGER"

            class Base:
                metadata = sa.MetaData()

            sa.Table("t", Base.metadata, sa.Column("id", Odd(3)))
            """
        )
        code, said = app.run("revision", "--autogenerate", "-m", "first")
        assert code != 0
        assert "The type myapp.models.Odd cannot be spelt in a script: its parameter 'number'" in said
        assert "Traceback" not in said
        assert app.scripts() == []
