"""The class Config as programs and env.py use it: the methods of the peer, over every source."""

from __future__ import annotations

import io
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from whimbrel.config import Config
from whimbrel.config.missing import no_script_location, no_section
from whimbrel.errors import ConfigError

INI = """\
[DEFAULT]
shared = everywhere

[whimbrel]
script_location = %(here)s/db
Mixed.Case = 12
several = a
    b
blank =

[engine1]
sqlalchemy.url = sqlite:///one.db
"""


@pytest.fixture
def config(tmp_path: Path) -> Config:
    (tmp_path / "whimbrel.ini").write_text(INI)
    return Config(tmp_path / "whimbrel.ini")


@pytest.fixture
def toml_config(tmp_path: Path) -> Config:
    (tmp_path / "pyproject.toml").write_text(
        """
        [tool.whimbrel]
        script_location = "%(here)s/db"
        version_locations = ["%(here)s/a", "b"]
        truncate_slug_length = 12
        sourceless = true
        sqlalchemy.url = "sqlite:///shop.db"
        [tool.whimbrel.engine1]
        sqlalchemy.url = "sqlite:///one.db"
        """
    )
    return Config(toml_file=tmp_path / "pyproject.toml")


def test_a_program_needs_no_file() -> None:
    config = Config()
    config.set_main_option("script_location", "myapp:migrations")
    config.set_main_option("sqlalchemy.url", "sqlite:///shop.db")
    assert config.get_main_option("script_location") == "myapp:migrations"
    assert config.get_main_option("nothing") is None
    assert config.get_main_option("nothing", "something") == "something"
    assert config.get_section("whimbrel") == {
        "here": ".",
        "script_location": "myapp:migrations",
        "sqlalchemy.url": "sqlite:///shop.db",
    }
    assert config.settings.require_url().reveal() == "sqlite:///shop.db"


def test_options_of_the_main_section(config: Config, tmp_path: Path) -> None:
    assert config.get_main_option("script_location") == f"{tmp_path}/db"
    assert config.get_main_option("mixed.case") == config.get_main_option("Mixed.Case") == "12"
    assert config.get_main_option("several") == "a\nb"
    assert config.get_main_option("blank") == ""
    assert config.get_main_option("shared") == "everywhere"
    assert config.get_main_option("here") == str(tmp_path)


def test_sections(config: Config, tmp_path: Path) -> None:
    assert config.get_section("engine1") == {
        "here": str(tmp_path),
        "shared": "everywhere",
        "sqlalchemy.url": "sqlite:///one.db",
    }
    assert config.get_section("nowhere") is None
    assert config.get_section("nowhere", {"a": "b"}) == {"a": "b"}
    assert config.get_section_option("engine1", "sqlalchemy.url") == "sqlite:///one.db"
    assert config.get_section_option("engine1", "nothing", "something") == "something"


def test_options_set_by_the_program(config: Config, tmp_path: Path) -> None:
    config.set_main_option("Root", "%(here)s/x%%")
    assert config.get_main_option("root") == f"{tmp_path}/x%"
    config.set_section_option("engine2", "sqlalchemy.url", "sqlite:///two.db")
    assert config.get_section_option("engine2", "sqlalchemy.url") == "sqlite:///two.db"
    config.remove_main_option("Root")
    config.remove_main_option("never there")
    assert config.get_main_option("root") is None
    with pytest.raises(TypeError):
        config.set_main_option("root", 5)  # type: ignore[arg-type]  # what a program without type checker may do


def test_the_parser_is_the_peers(config: Config) -> None:
    config.set_main_option("timezone", "UTC")
    assert config.file_config.get("whimbrel", "timezone") == "UTC"
    assert config.file_config.has_section("engine1")


def test_toml_answers_the_same_questions(toml_config: Config, tmp_path: Path) -> None:
    assert toml_config.get_main_option("script_location") == f"{tmp_path}/db"
    assert toml_config.get_main_option("truncate_slug_length") == "12"
    assert toml_config.get_main_option("sourceless") == "true"
    assert toml_config.get_main_option("version_locations") is None  # a list is no text
    assert toml_config.get_main_option("sqlalchemy.url") == "sqlite:///shop.db"
    assert toml_config.get_section("engine1") == {"here": str(tmp_path), "sqlalchemy.url": "sqlite:///one.db"}
    assert toml_config.get_section("whimbrel") == {
        "here": str(tmp_path),
        "script_location": f"{tmp_path}/db",
        "truncate_slug_length": "12",
        "sourceless": "true",
        "sqlalchemy.url": "sqlite:///shop.db",
    }


def test_the_merged_lookup_keeps_the_types_of_toml(toml_config: Config, tmp_path: Path) -> None:
    assert toml_config.get_alembic_option("version_locations") == [f"{tmp_path}/a", "b"]
    assert toml_config.get_alembic_option("truncate_slug_length") == 12
    assert toml_config.get_alembic_option("sourceless") is True
    assert toml_config.get_alembic_option("nothing") is None
    assert toml_config.get_alembic_option("nothing", "something") == "something"
    assert toml_config.get_alembic_boolean_option("sourceless") is True
    assert toml_config.get_alembic_boolean_option("revision_environment") is False
    assert toml_config.toml_alembic_config["version_locations"] == ["%(here)s/a", "b"]
    assert toml_config.get_version_locations_list() == [f"{tmp_path}/a", "b"]
    assert toml_config.get_prepend_sys_paths_list() is None


def test_the_merged_lookup_over_ini(config: Config) -> None:
    config.set_main_option("sourceless", "yes")
    assert config.get_alembic_option("mixed.case") == "12"
    assert config.get_alembic_boolean_option("sourceless") is True
    assert dict(config.toml_alembic_config) == {}


def test_another_main_section_of_an_ini_file(tmp_path: Path) -> None:
    (tmp_path / "whimbrel.ini").write_text(
        "[DEFAULT]\ntimezone = UTC\n[whimbrel]\nversion_table = a\n[other]\nversion_table = b\n"
    )
    config = Config(tmp_path / "whimbrel.ini", ini_section="other")
    assert config.config_ini_section == "other"
    assert (config.settings.version_table, config.settings.timezone) == ("b", "UTC")


def test_another_main_section_of_a_toml_file_stands_on_its_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.whimbrel]\ntimezone = "UTC"\nversion_table = "a"\n[tool.whimbrel.other]\nversion_table = "b"\n'
    )
    settings = Config(toml_file=tmp_path / "pyproject.toml", ini_section="other").settings
    assert (settings.version_table, settings.timezone) == ("b", "UTC")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        (
            "whimbrel.ini",
            "[whimbrel]\n[prod]\n",
            "whimbrel.ini has no section [prdo].\nIt has: [whimbrel], [prod]; -n NAME chooses another main section.",
        ),
        (
            "pyproject.toml",
            "[tool.whimbrel.prod]\n",
            "pyproject.toml has no table [tool.whimbrel.prdo].\nIt has: [prod]; -n NAME chooses another main section.",
        ),
        (
            "whimbrel.toml",
            'sqlalchemy.url = "sqlite://"\n',
            "whimbrel.toml has no table [prdo].\n"
            "Make a configuration with:  whimbrel init migrations   or name yours with -c.",
        ),
    ],
)
def test_a_main_section_that_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, content: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(file).write_text(content)
    with pytest.raises(ConfigError) as caught:
        _ = Config.discover([file], "prdo").settings
    assert str(caught.value) == message


def test_env_py_finds_what_the_program_attached() -> None:
    attributes = {"connection": object()}
    config = Config(attributes=attributes)
    config.attributes["more"] = 1
    assert config.attributes == {**attributes, "more": 1}
    assert "more" not in attributes
    assert Config().attributes == {}
    assert Config().cmd_opts is None
    options = SimpleNamespace(x=["tenant=a"])
    assert Config(cmd_opts=options).cmd_opts is options


def test_print_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    config = Config()
    config.print_stdout("%s of %d", "one", 2)
    config.print_stdout("100% as it is")
    assert capsys.readouterr().out == "one of 2\n100% as it is\n"
    assert config.stdout is sys.stdout
    quiet = Config(cmd_opts=SimpleNamespace(quiet=True))
    quiet.print_stdout("nothing")
    assert capsys.readouterr().out == ""
    assert (dict(config.messaging_opts), dict(quiet.messaging_opts)) == ({"quiet": False}, {"quiet": True})


def test_print_stdout_to_a_terminal_that_lacks_characters() -> None:
    bytes_ = io.BytesIO()
    stream = io.TextIOWrapper(bytes_, encoding="ascii")
    config = Config(stdout=stream)
    config.print_stdout("größer → kleiner")
    stream.flush()
    assert bytes_.getvalue().decode().rstrip() == "gr\\xf6\\xdfer \\u2192 kleiner"


def test_streams() -> None:
    stdout, buffer = io.StringIO(), io.StringIO()
    config = Config(stdout=stdout, output_buffer=buffer)
    assert config.stdout is stdout
    assert config.output_buffer is buffer
    config.stdout = buffer
    config.print_stdout("here")
    assert buffer.getvalue() == "here\n"


def test_the_folder_of_the_templates() -> None:
    assert Path(Config().get_template_directory(), "generic", "script.py.mako").is_file()


@pytest.mark.parametrize(
    ("file", "content", "what"),
    [
        ("alembic.ini", "[alembic]\n", "alembic.ini"),
        ("pyproject.toml", "[tool.alembic]\n", "table [tool.alembic]"),
        ("pyproject.toml", "[tool.other]\n", None),
    ],
)
def test_a_project_of_alembics_is_told_of_the_bridge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, content: str, what: str | None
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / file).write_text(content)
    remedy = no_script_location(None).remedy
    assert remedy is not None
    told = f"Its {what} counts once the bridge is installed:  pip install whimbrel-alembic\n"
    assert remedy.startswith(told if what else "Make a configuration with:")


def test_so_is_who_names_its_file() -> None:
    assert str(no_section("whimbrel", __file__, ["alembic", "loggers"], None, None)) == (
        f"{__file__} has no section [whimbrel].\n"
        "Its section [alembic] counts once the bridge is installed:  pip install whimbrel-alembic\n"
        "It has: [alembic], [loggers]; -n NAME chooses another main section."
    )
