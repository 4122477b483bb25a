"""``init``: what it writes, what it leaves alone, what it says next."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from whimbrel import command
from whimbrel.commands.list_templates import templates
from whimbrel.config import Config
from whimbrel.errors import CommandError, ConfigError

TEMPLATES = ["async", "generic", "minimal", "multidb", "pyproject", "pyproject_async"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def init(*args, config=None, **kw):
    """Run init and return what it printed."""
    config = config or Config()
    config.stdout = io.StringIO()
    command.init(config, *args, **kw)
    return config.stdout.getvalue()


def tree():
    """Return the files below the working directory."""
    return sorted(str(path) for path in Path().rglob("*") if path.is_file())


def test_the_templates():
    assert list(templates(Config().get_template_directory())) == TEMPLATES


def test_a_project():
    printed = init("migrations")
    assert tree() == ["migrations/README", "migrations/env.py", "migrations/script.py.mako", "whimbrel.ini"]
    assert Path("migrations/versions").is_dir()
    assert printed == (
        "created  migrations\n"
        "created  migrations/versions\n"
        "created  migrations/README\n"
        "created  migrations/env.py\n"
        "created  migrations/script.py.mako\n"
        "created  whimbrel.ini\n"
        "\n"
        "Next: look at whimbrel.ini, tell it where the database is, and go on with\n"
        "\n"
        '    whimbrel revision -m "first revision"\n'
        "    whimbrel upgrade head\n"
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_ends_with_a_working_project(template, monkeypatch):
    init("migrations", template=template)
    names = ("DATABASE_URL", "DATABASE_URL1", "DATABASE_URL2")
    for name in names:
        driver = "sqlite+aiosqlite" if "async" in template else "sqlite"
        monkeypatch.setenv(name, f"{driver}:///{name}.db")
    config = Config.discover()
    config.stdout = io.StringIO()
    command.revision(config, message="first one", rev_id="a1")
    command.upgrade(config, "head")
    command.current(config)
    assert "a1 (head)\n" in config.stdout.getvalue()


def test_a_folder_in_a_folder_works_from_anywhere(folder, monkeypatch):
    init("db/migrations")
    (folder / "elsewhere").mkdir()
    monkeypatch.chdir(folder / "elsewhere")
    command.revision(Config("../whimbrel.ini"), message="first one", rev_id="a1")
    assert (folder / "db/migrations/versions/a1_first_one.py").is_file()


def test_package():
    init("migrations", package=True)
    assert {"migrations/__init__.py", "migrations/versions/__init__.py"} <= set(tree())


def test_an_empty_folder_is_used():
    Path("migrations").mkdir()
    init("migrations")
    assert "migrations/env.py" in tree()


class TestNothingIsOverwritten:
    def test_a_folder_that_is_not_empty(self):
        Path("migrations").mkdir()
        Path("migrations/mine.txt").write_text("mine")
        with pytest.raises(CommandError, match="Directory migrations already exists and is not empty"):
            init("migrations")
        assert tree() == ["migrations/mine.txt"]

    def test_settings(self):
        init("migrations")
        Path("whimbrel.ini").write_text(Path("whimbrel.ini").read_text() + "# mine\n")
        printed = init("others")
        assert Path("whimbrel.ini").read_text().endswith("# mine\n")
        assert "kept     whimbrel.ini: it has settings already\n" in printed
        assert printed.endswith(
            "The commands still use the folder migrations, as the settings say. "
            "To use others, set script_location in whimbrel.ini.\n"
        )

    def test_a_pyproject_gets_a_table_added(self):
        Path("pyproject.toml").write_text('[project]\nname = "shop"\n')
        printed = init("migrations", template="pyproject")
        assert Path("pyproject.toml").read_text().startswith('[project]\nname = "shop"\n\n')
        assert Config.discover().settings.script_location.endswith("/migrations")
        assert "changed  pyproject.toml\n" in printed

    def test_a_pyproject_that_has_the_table_is_kept(self):
        Path("pyproject.toml").write_text('[tool.whimbrel]\nscript_location = "old"\n')
        printed = init("migrations", template="pyproject")
        assert Path("pyproject.toml").read_text() == '[tool.whimbrel]\nscript_location = "old"\n'
        assert "kept     pyproject.toml: it has settings already\n" in printed

    def test_a_pyproject_that_cannot_be_read_stops_everything(self):
        Path("pyproject.toml").write_text("[tool\n")
        with pytest.raises(ConfigError, match=r"pyproject.toml, line 1"):
            init("migrations", template="pyproject")
        assert tree() == ["pyproject.toml"]


def test_the_settings_go_where_they_are_asked_for():
    printed = init("migrations", config=Config("conf/db.ini"))
    assert "conf/db.ini" in tree()
    used = Config("conf/db.ini").settings.script_directory()
    assert os.path.realpath(used) == os.path.realpath("migrations")
    assert "look at conf/db.ini" in printed


def test_a_programs_own_kind_of_configuration_may_have_a_constructor_of_its_own():
    class OfTheProgram(Config):
        def __init__(self, engine, **kw):
            self.dialect = engine.dialect
            super().__init__(**kw)

    printed = init("migrations", config=OfTheProgram(create_engine("sqlite://"), file_="conf/db.ini"))
    assert "look at conf/db.ini" in printed


def test_an_unknown_template_names_those_there_are():
    with pytest.raises(CommandError, match="There is no template 'nope'") as error:
        init("migrations", template="nope")
    assert ", ".join(TEMPLATES) in str(error.value)
    assert tree() == []


def test_a_folder_that_cannot_be_written_to():
    Path("file").write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        init("file/migrations")


class TestListTemplates:
    def test_each_with_its_description(self):
        config = Config(stdout=io.StringIO())
        command.list_templates(config)
        lines = config.stdout.getvalue().splitlines()
        assert lines[0] == "Available templates:"
        assert [line.partition(" - ")[0] for line in lines if " - " in line] == TEMPLATES
        assert "  whimbrel init --template generic ./migrations" in lines

    def test_json(self):
        import json

        config = Config(stdout=io.StringIO())
        command.list_templates(config, as_json=True)
        assert [item["name"] for item in json.loads(config.stdout.getvalue())] == TEMPLATES
