"""alembic.ini and [tool.alembic]: found, and read as Alembic reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from whimbrel.config import Config
from whimbrel.config.safety import SafetySettings
from whimbrel_alembic.config import Config as AlembicConfig


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ALEMBIC_CONFIG", raising=False)
    return tmp_path


def ini(path: Path, text: str, section: str = "alembic") -> None:
    path.write_text(f"[{section}]\n{text}\n")


def test_alembic_ini_is_found(folder: Path) -> None:
    ini(folder / "alembic.ini", "script_location = %(here)s/db")
    config = Config.discover()
    assert isinstance(config, AlembicConfig)
    assert (config.config_file_name, config.config_ini_section) == ("alembic.ini", "alembic")
    assert config.settings.script_location == f"{folder}/db"


def test_tool_alembic_is_found_beside_it_or_alone(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[tool.alembic]\nscript_location = "%(here)s/db"\n')
    assert Config.discover().settings.script_location == f"{folder}/db"
    ini(folder / "alembic.ini", "sqlalchemy.url = sqlite://")
    config = Config.discover()
    assert config.settings.script_location == f"{folder}/db"
    assert config.get_section("alembic") == {
        "here": str(folder),
        "sqlalchemy.url": "sqlite://",
        "script_location": f"{folder}/db",
    }


def test_the_variable_alembic_config(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ini(folder / "alembic.ini", "script_location = one")
    ini(folder / "other.ini", "script_location = two")
    monkeypatch.setenv("ALEMBIC_CONFIG", "other.ini")
    assert Config.discover().settings.script_location == "two"
    assert Config.discover(["alembic.ini"]).settings.script_location == "one"


def test_a_named_file_and_a_named_section(folder: Path) -> None:
    (folder / "prod.ini").write_text("[alembic]\nscript_location = one\n[staging]\nscript_location = two\n")
    config = Config.discover(["prod.ini"], "staging")
    assert isinstance(config, AlembicConfig)
    assert config.settings.script_location == "two"
    assert config.config_ini_section == "staging"


def test_a_folder_without_either_is_nobodys(folder: Path) -> None:
    (folder / "pyproject.toml").write_text('[project]\ndependencies = ["alembic"]\n')
    assert type(Config.discover()) is Config


def test_defaults_are_alembics(folder: Path) -> None:
    ini(folder / "alembic.ini", "script_location = db")
    settings = Config.discover().settings
    assert settings.version_table == "alembic_version"
    assert settings.transaction_per_migration is False
    assert settings.allow_drop_table is True
    assert settings.safety == SafetySettings(run_lock="available")


def test_a_key_that_only_env_py_reads_means_nothing_to_us(folder: Path) -> None:
    ini(folder / "alembic.ini", "script_location = db\nversion_table = mine\nretries = many\ncolour = ${NOT_SET}")
    config = Config.discover()
    assert config.settings.version_table == "alembic_version"
    assert config.settings.safety.retries == 0
    assert config.settings.warnings == ()
    assert config.get_main_option("version_table") == "mine"
    assert config.get_main_option("colour") == "${NOT_SET}"


def test_the_run_lock_can_be_chosen(folder: Path) -> None:
    ini(folder / "alembic.ini", "script_location = db\nrun_lock = auto")
    assert Config.discover().settings.safety.run_lock == "auto"


@pytest.mark.parametrize(
    ("lines", "locations", "paths"),
    [
        ("", ("a", "b", "c:d"), ("x", "y", "z")),
        ("path_separator = :", ("a b,c", "d"), ("x,y", "z")),
        ("version_path_separator = space", ("a", "b,c:d"), ("x", "y", "z")),
        ("version_path_separator = :", ("a b,c", "d"), ("x", "y", "z")),
        ("path_separator = newline", ("a b,c:d",), ("x,y:z",)),
    ],
)
def test_paths_are_taken_apart_as_ever(
    folder: Path, lines: str, locations: tuple[str, ...], paths: tuple[str, ...]
) -> None:
    ini(folder / "alembic.ini", f"{lines}\nversion_locations = a b,c:d\nprepend_sys_path = x,y:z")
    settings = Config.discover().settings
    assert settings.version_locations == locations
    assert settings.prepend_sys_path == paths


def test_percent_signs_in_toml_are_written_twice(folder: Path) -> None:
    (folder / "pyproject.toml").write_text(
        '[tool.alembic]\nfile_template = "%%(year)d_%%(rev)s"\nversion_locations = ["%(here)s/a", "b"]\n'
    )
    settings = Config.discover().settings
    assert settings.file_template == "%(year)d_%(rev)s"
    assert settings.version_locations == (f"{folder}/a", "b")


def test_a_program_makes_its_own(folder: Path) -> None:
    config = AlembicConfig(attributes={"connection": 1})
    config.set_main_option("script_location", "db")
    assert config.settings.version_table == "alembic_version"
    assert config.config_ini_section == "alembic"
    assert config.attributes == {"connection": 1}
