"""Which files are read, and what is said of one that cannot be."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from whimbrel.config import Config
from whimbrel.config.missing import no_script_location
from whimbrel.config.sources import ConfigFiles, discover
from whimbrel.errors import ConfigError


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- discovery ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("there", "ini", "toml"),
    [
        ({}, None, None),
        ({"whimbrel.ini": ""}, "whimbrel.ini", None),
        ({"whimbrel.toml": ""}, None, "whimbrel.toml"),
        ({"pyproject.toml": "[tool.whimbrel]"}, None, "pyproject.toml"),
        ({"pyproject.toml": "[tool.ruff]"}, None, None),
        ({"whimbrel.toml": "", "pyproject.toml": "[tool.whimbrel]"}, None, "whimbrel.toml"),
        ({"whimbrel.ini": "", "pyproject.toml": "[tool.whimbrel]"}, "whimbrel.ini", "pyproject.toml"),
        ({"whimbrel.ini": "", "pyproject.toml": "not even TOML"}, "whimbrel.ini", None),
    ],
)
def test_files_found_in_the_working_directory(there: dict[str, str], ini: str | None, toml: str | None) -> None:
    for name, content in there.items():
        Path(name).write_text(content)
    assert discover() == ConfigFiles(ini, toml)
    assert discover(directory=os.getcwd()) == ConfigFiles(ini and os.path.abspath(ini), toml and os.path.abspath(toml))


def test_named_files_are_the_only_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("whimbrel.ini").write_text("")
    monkeypatch.setenv("WHIMBREL_CONFIG", "env.toml")
    assert discover() == ConfigFiles(None, "env.toml")
    assert discover(["my.cfg"]) == ConfigFiles("my.cfg", None)
    assert discover(["a.toml", "b.ini"]) == ConfigFiles("b.ini", "a.toml")


def test_two_files_of_one_kind() -> None:
    with pytest.raises(ConfigError) as caught:
        discover(["a.ini", "b.toml", "c.ini"])
    assert str(caught.value) == (
        "More than one configuration file of the same kind is given: a.ini, c.ini.\n"
        "Give -c once, or once for an ini file and once for a TOML file."
    )


def test_discover_makes_the_config_of_the_command_line() -> None:
    Path("pyproject.toml").write_text('[tool.whimbrel]\nscript_location = "db"\n')
    assert Config.discover().settings.script_directory() == "db"


def test_toml_of_any_name_may_have_the_table() -> None:
    Path("settings.toml").write_text('timezone = "Asia/Tokyo"\n[tool.whimbrel]\ntimezone = "UTC"\n')
    assert Config(toml_file="settings.toml").settings.timezone == "UTC"


def test_whimbrel_toml_may_have_a_table_of_that_name() -> None:
    Path("whimbrel.toml").write_text('[whimbrel]\ntimezone = "UTC"\n')
    assert Config.discover().settings.timezone == "UTC"


# -- nothing there ------------------------------------------------------------------------------------------------


def test_no_configuration_at_all(working_directory: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        Config.discover().settings.script_directory()
    assert str(caught.value) == (
        f"No configuration: {working_directory} has no whimbrel.ini, no whimbrel.toml, and no pyproject.toml with "
        "[tool.whimbrel].\nMake one with:  whimbrel init migrations   or name yours with -c. A program says it with "
        "config.set_main_option('script_location', ...)."
    ).replace("Make one with", "Make a configuration with")


def test_a_project_of_alembics_is_told_of_the_bridge(working_directory: Path) -> None:
    (working_directory / "alembic.ini").write_text("[alembic]\nscript_location = migrations\n")
    with pytest.raises(ConfigError) as caught:
        raise no_script_location(None)  # as where the bridge is not installed: here it is
    assert "pip install whimbrel-alembic" in str(caught.value)


def test_a_pyproject_that_only_depends_on_whimbrel() -> None:
    Path("pyproject.toml").write_text('[project]\ndependencies = ["whimbrel"]\n')
    with pytest.raises(ConfigError) as caught:
        _ = Config.discover().settings
    assert str(caught.value).startswith("pyproject.toml has no table [tool.whimbrel].\nMake a configuration with:")


@pytest.mark.parametrize("file", ["nowhere.ini", "nowhere.toml"])
def test_a_file_that_is_not_there(file: str) -> None:
    config = Config.discover([file])
    with pytest.raises(ConfigError) as caught:
        _ = config.settings
    assert str(caught.value).startswith(f"There is no file {file}.")
    with pytest.raises(ConfigError):
        config.get_main_option("timezone", "UTC")
    config.set_main_option("timezone", "UTC")  # a program may fill it
    assert config.settings.timezone == "UTC"


def test_a_file_that_the_environment_names_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHIMBREL_CONFIG", "nowhere.ini")
    with pytest.raises(ConfigError, match=r"^There is no file nowhere\.ini, which WHIMBREL_CONFIG names\."):
        _ = Config.discover().settings


@pytest.mark.parametrize(
    ("file", "content", "line"),
    [
        ("whimbrel.ini", "[whimbrel]\n", "script_location = %(here)s/migrations"),
        ("whimbrel.toml", "", 'script_location = "%(here)s/migrations"'),
    ],
)
def test_no_script_location(file: str, content: str, line: str) -> None:
    Path(file).write_text(content)
    with pytest.raises(ConfigError) as caught:
        Config.discover().settings.script_directory()
    assert str(caught.value) == (
        f"{file} does not say where the migration scripts are: it has no script_location.\nAdd:  {line}"
    )


# -- broken -------------------------------------------------------------------------------------------------------

SECRET = "hunter2"


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (
            f"[whimbrel]\ntimezone = UTC\npassword {SECRET}\n",
            3,
            "this line is no setting.\n"
            "A setting is: key = value. A line that continues the one above starts with a space.",
        ),
        (
            f"timezone = {SECRET}\n",
            1,
            "this line stands before any [section].\nPut it below a line: [whimbrel]",
        ),
        (
            f"[whimbrel]\ntimezone = UTC\ntimezone = {SECRET}\n",
            3,
            "timezone of section [whimbrel] is there twice.\nKeep one of them.",
        ),
        ("[whimbrel]\n[a]\n[whimbrel]\n", 3, "section [whimbrel] is there twice.\nKeep one of them."),
    ],
)
def test_a_broken_ini_file(content: str, line: int, message: str) -> None:
    Path("whimbrel.ini").write_text(content)
    with pytest.raises(ConfigError) as caught:
        _ = Config.discover().settings
    assert str(caught.value) == f"whimbrel.ini, line {line}: {message}"
    assert (caught.value.file, caught.value.line) == ("whimbrel.ini", line)
    assert caught.value.__suppress_context__  # no traceback quotes the line


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (f"timezone = {SECRET}\n", 1),
        ('timezone = "UTC"\nversion_table = \n', 2),
        ('timezone = "UTC"\n\ntimezone = "UTC"\n', 3),
        ("[whimbrel\n", 1),
    ],
)
def test_a_broken_toml_file(content: str, line: int) -> None:
    Path("whimbrel.toml").write_text(content)
    with pytest.raises(ConfigError) as caught:
        _ = Config.discover().settings
    assert str(caught.value).startswith(f"whimbrel.toml, line {line}: this is not TOML: ")
    assert SECRET not in str(caught.value)
    assert (caught.value.file, caught.value.line) == ("whimbrel.toml", line)
    assert caught.value.__suppress_context__


def test_a_table_that_is_none() -> None:
    Path("pyproject.toml").write_text("[tool]\nwhimbrel = 1\n")
    with pytest.raises(ConfigError, match=r"pyproject\.toml: tool\.whimbrel is no table\.\nWrite it as:"):
        _ = Config.discover().settings


@pytest.mark.parametrize("file", ["whimbrel.ini", "whimbrel.toml"])
def test_a_file_that_is_not_text(file: str) -> None:
    Path(file).write_bytes(b"[whimbrel]\ntimezone = '\xff'\n")
    with pytest.raises(ConfigError, match=rf"^{file}, line 2: this is not UTF-8 text .*\nSave the file in the"):
        _ = Config.discover().settings


@pytest.mark.parametrize("file", ["whimbrel.ini", "whimbrel.toml"])
def test_a_folder_where_a_file_is_expected(file: str) -> None:
    Path(file).mkdir()
    with pytest.raises(ConfigError, match=rf"^{file} cannot be read: Is a directory\.\n.* name another file"):
        _ = Config.discover([file]).settings


def test_a_byte_order_mark_is_no_error() -> None:
    Path("whimbrel.ini").write_bytes("[whimbrel]\r\ntimezone = UTC\r\n".encode("utf-8-sig"))
    assert Config.discover().settings.timezone == "UTC"
