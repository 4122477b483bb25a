"""A script imports whatever its types need: written by one process, run by another."""

from __future__ import annotations

import os
import sys
import textwrap
from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.databases import Database
from testing.processes import run as python
from testing.projects import Project

TYPES = """
    import enum
    import sqlalchemy as sa
    from sqlalchemy.dialects import postgresql

    class Colour(enum.Enum):
        RED = 1

    def rounded(value):
        return round(value)

    class Slug(sa.TypeDecorator):
        impl = sa.String
        cache_ok = True

    class Money(sa.TypeDecorator):
        impl = sa.Numeric
        cache_ok = True

        def __init__(self, digits, rounding=None, colour=Colour.RED):
            super().__init__(digits, 2)
            self.digits, self.rounding, self.colour = digits, rounding, colour

    class Outer:
        class Inner(sa.types.UserDefinedType):
            cache_ok = True
            def get_col_spec(self, **kw):
                return "VARCHAR(7)"

    class Told(sa.TypeDecorator):
        impl = sa.Integer
        cache_ok = True
        __module_imports__ = ("from myapp import types as ours", "import decimal")

        def __repr__(self):
            return "Told()"
"""
ENV = """
    import decimal
    import sqlalchemy as sa
    from whimbrel import context
    from myapp.types import Money, Outer, Slug, Told, rounded

    metadata = sa.MetaData()
    sa.Table("thing", metadata, *COLUMNS)

    with context.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, user_module_prefix=PREFIX)
        with context.begin_transaction():
            context.run_migrations()
"""
TEMPLATE = Path(sys.modules["whimbrel"].__file__ or "").parent / "templates/generic/script.py.mako"


class App:
    """An application with types of its own."""

    def __init__(self, folder: Path, url: str, columns: str, prefix: str | None = None) -> None:
        env = ENV.replace("*COLUMNS", columns).replace("PREFIX", repr(prefix))
        self.project = Project(folder, url, env=env)
        (self.project.migrations / "script.py.mako").write_text(TEMPLATE.read_text())
        (folder / "myapp").mkdir()
        (folder / "myapp/__init__.py").write_text("")
        (folder / "myapp/types.py").write_text(textwrap.dedent(TYPES))
        (folder / "whimbrel.ini").write_text(
            f"[whimbrel]\nscript_location = migrations\nprepend_sys_path = %(here)s\nsqlalchemy.url = {url}\n"
        )

    def run(self, *words: str) -> str:
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
        done = python(["-m", "whimbrel", *words], cwd=self.project.folder, env=environment)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def script(self) -> str:
        """Write a script, run it in another process, and return its text."""
        self.run("revision", "--autogenerate", "--rev-id", "a1")
        text = (self.project.versions / "a1_.py").read_text()
        self.run("upgrade", "head")
        assert self.run("check") == "No new upgrade operations detected.\n"
        return text


def imports(text: str) -> list[str]:
    """The import lines of a script, those of its template left out."""
    usual = ("from collections.abc import Sequence", "import sqlalchemy as sa", "from whimbrel import op")
    return [line for line in text.splitlines() if line.startswith(("import ", "from ")) and line not in usual]


@pytest.mark.parametrize(
    ("column", "lines", "spelt"),
    [
        ("Slug(40)", ["import myapp.types"], "myapp.types.Slug(length=40)"),
        (
            "Money(9, rounding=rounded)",
            ["import myapp.types"],
            "myapp.types.Money(9, rounding=myapp.types.rounded)",
        ),
        ("Outer.Inner()", ["import myapp.types"], "myapp.types.Outer.Inner()"),
        (
            "sa.String(9).with_variant(Slug(9), 'mysql')",
            ["import myapp.types"],
            'with_variant(myapp.types.Slug(length=9), "mysql")',
        ),
        (
            "Told()",
            ["from myapp import types as ours", "import decimal", "import myapp.types"],
            "myapp.types.Told()",
        ),
    ],
)
def test_pains_row_17_a_script_imports_what_its_types_need(
    tmp_path: Path, sqlite_database: Database, column: str, lines: list[str], spelt: str
) -> None:
    text = App(tmp_path, sqlite_database.url, f'sa.Column("c", {column})').script()
    assert sorted(imports(text)) == lines
    assert spelt in text


def test_pains_row_17_types_of_a_dialect_are_imported(tmp_path: Path, postgresql_database: Database) -> None:
    column = 'sa.Column("c", sa.dialects.postgresql.JSONB()), sa.Column("d", sa.ARRAY(Slug(9)))'
    app = App(tmp_path, postgresql_database.url, column)
    env = app.project.migrations / "env.py"
    env.write_text("import sqlalchemy.dialects.postgresql\n" + env.read_text())
    text = app.script()
    assert sorted(imports(text)) == ["from sqlalchemy.dialects import postgresql", "import myapp.types"]
    assert "postgresql.JSONB(" in text
    assert "sa.ARRAY(myapp.types.Slug(length=9))" in text


def test_pains_row_17_a_prefix_stands_for_the_module_and_the_type_says_what_brings_it(
    tmp_path: Path, sqlite_database: Database
) -> None:
    text = App(tmp_path, sqlite_database.url, 'sa.Column("c", Told())', prefix="ours.").script()
    assert sorted(imports(text)) == ["from myapp import types as ours", "import decimal"]
    assert "ours.Told()" in text
    with sqlite_database.engine().connect() as connection:
        assert [item["name"] for item in sa.inspect(connection).get_columns("thing")] == ["c"]
