"""What stands for something else in a value: %(here)s, ${VARIABLE}, files and variables that hold the URL."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from whimbrel.config import Config
from whimbrel.errors import ConfigError


def ini(folder: Path, content: str) -> Config:
    (folder / "whimbrel.ini").write_text(content, encoding="utf-8")
    return Config(folder / "whimbrel.ini")


def toml(folder: Path, content: str) -> Config:
    (folder / "whimbrel.toml").write_text(content, encoding="utf-8")
    return Config(toml_file=folder / "whimbrel.toml")


def test_here_is_the_folder_of_the_file_that_says_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "100% mine"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    (folder / "whimbrel.ini").write_text("[whimbrel]\nscript_location = %(here)s/a\n")
    (folder / "whimbrel.toml").write_text('version_locations = ["%(here)s/b"]\n')
    settings = Config("100% mine/whimbrel.ini", "100% mine/whimbrel.toml").settings
    assert settings.script_location == f"{folder}/a"
    assert settings.version_locations == (f"{folder}/b",)


def test_config_args_are_names_to_refer_to(tmp_path: Path) -> None:
    (tmp_path / "whimbrel.ini").write_text("[whimbrel]\nscript_location = %(root)s/a\n")
    (tmp_path / "whimbrel.toml").write_text('timezone = "%(zone)s"\n')
    config = Config(tmp_path / "whimbrel.ini", tmp_path / "whimbrel.toml", config_args={"root": "/100%", "zone": "UTC"})
    assert (config.settings.script_location, config.settings.timezone) == ("/100%/a", "UTC")
    assert config.config_args == {"here": str(tmp_path), "root": "/100%", "zone": "UTC"}


def test_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHO", "bob")
    monkeypatch.setenv("SECRET", "p%40s%%${WHO}")
    line = "sqlalchemy.url = {0}mysql://${{WHO}}:${{SECRET}}@db/$x$${{WHO}}{0}\n"
    url = "mysql://bob:p%40s%%${WHO}@db/$x${WHO}"
    assert ini(tmp_path, "[whimbrel]\n" + line.format("")).settings.require_url().reveal() == url
    assert toml(tmp_path, line.format('"')).settings.require_url().reveal() == url


def test_what_the_program_sets_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHO", "bob")
    config = Config()
    config.set_main_option("sqlalchemy.url", "mysql://u:a${WHO}%%@db/%(here)s")
    assert config.settings.require_url().reveal() == "mysql://u:a${WHO}%@db/."


def test_a_variable_that_is_not_set_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    config = ini(tmp_path, "[whimbrel]\nscript_location = db\nsqlalchemy.url = ${DATABASE_URL}\n")
    assert config.settings.script_location == "db"  # what needs no database is not held up
    with pytest.raises(ConfigError) as caught:
        _ = config.settings.url
    assert str(caught.value) == (
        f"{tmp_path / 'whimbrel.ini'}, line 3: sqlalchemy.url needs the environment variable DATABASE_URL, which is "
        "not set.\nSet it:  export DATABASE_URL=...   (or write $${DATABASE_URL} if that text itself is meant)"
    )


def test_braces_around_something_else(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"line 2: timezone has '\$\{\.\.\.\}' around something that is no name"):
        _ = ini(tmp_path, "[whimbrel]\ntimezone = ${ZONE:-UTC}\n").settings


def test_the_url_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("postgresql://bob:100%25@db/shop\n")
    from_ini = ini(tmp_path, "[whimbrel]\nsqlalchemy.url_file = %(here)s/secret\n")
    from_toml = toml(tmp_path, 'sqlalchemy.url_file = "%(here)s/secret"\n')
    for config in (from_ini, from_toml):
        assert config.settings.require_url().reveal() == "postgresql://bob:100%25@db/shop"
        assert config.get_main_option("sqlalchemy.url") == "postgresql://bob:100%25@db/shop"
        assert config.settings.engine_options == {}


def test_the_url_in_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_URL", "postgresql://bob:100%25@db/shop")
    config = ini(tmp_path, "[whimbrel]\nsqlalchemy.url_env = SHOP_URL\n")
    assert config.settings.require_url().reveal() == "postgresql://bob:100%25@db/shop"
    assert config.get_section("whimbrel") == {
        "here": str(tmp_path),
        "sqlalchemy.url": "postgresql://bob:100%25@db/shop",
    }


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("sqlalchemy.url_env = NO_SUCH_URL", "sqlalchemy.url_env names the environment variable NO_SUCH_URL, which is"),
        ("sqlalchemy.url_file = nowhere", "sqlalchemy.url_file names nowhere, which cannot be read: No such file"),
        ("sqlalchemy.url_file = empty", "sqlalchemy.url_file names empty, which is empty."),
        ("sqlalchemy.url_file = binary", "sqlalchemy.url_file names binary, which is not UTF-8 text."),
        (
            "sqlalchemy.url = sqlite://\nsqlalchemy.url_file = empty",
            "sqlalchemy.url and sqlalchemy.url_file are both set.\nKeep one of them.",
        ),
    ],
)
def test_a_url_that_cannot_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lines: str, message: str) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "empty").write_text("\n")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError) as caught:
        _ = ini(tmp_path, f"[whimbrel]\n{lines}\n").settings.url
    assert str(caught.value).startswith(f"{tmp_path / 'whimbrel.ini'}, line 2: {message}")


def test_a_section_overrules_how_default_names_the_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROD_URL", "postgresql://db/prod")
    content = "[DEFAULT]\nsqlalchemy.url = sqlite:///dev.db\n[whimbrel]\n[prod]\nsqlalchemy.url_env = PROD_URL\n"
    assert ini(tmp_path, content).settings.require_url().reveal() == "sqlite:///dev.db"
    assert Config(tmp_path / "whimbrel.ini", ini_section="prod").settings.require_url().reveal() == (
        "postgresql://db/prod"
    )


def test_no_url_at_all(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        ini(tmp_path, "[whimbrel]\n").settings.require_url()
    assert str(caught.value) == (
        f"No database URL is set in [whimbrel] of {tmp_path / 'whimbrel.ini'}.\n"
        "Set sqlalchemy.url in the configuration file, or the environment variable WHIMBREL_DATABASE_URL."
    )


def test_no_url_in_a_toml_file(tmp_path: Path) -> None:
    file = tmp_path / "whimbrel.toml"
    file.write_text('script_location = "migrations"\n')
    with pytest.raises(ConfigError) as caught:
        Config(toml_file=file).settings.require_url()
    assert caught.value.message == f"No database URL is set in {file}."


# -- pain 15: a '%' in a password ---------------------------------------------------------------------------------

URL = "postgresql://bob:p%40ss%w@db/shop"


def test_pain_15_percent_works_in_toml(tmp_path: Path) -> None:
    assert toml(tmp_path, f'sqlalchemy.url = "{URL}"\n').settings.require_url().reveal() == URL


def test_pain_15_percent_works_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHIMBREL_DATABASE_URL", URL)
    assert Config().settings.require_url().reveal() == URL


def test_pain_15_percent_works_behind_a_variable_in_ini(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSWORD", "p%40ss%w")
    config = ini(tmp_path, "[whimbrel]\nsqlalchemy.url = postgresql://bob:${PASSWORD}@db/shop\n")
    assert config.settings.require_url().reveal() == URL


@pytest.mark.parametrize("password", ["p%40ss%w", "100%", "a%(b", "%)"])
def test_pain_15_percent_in_ini_says_what_to_double(tmp_path: Path, password: str) -> None:
    config = ini(tmp_path, f"[whimbrel]\nsqlalchemy.url = postgresql://bob:{password}@db/shop\n")
    with pytest.raises(ConfigError) as caught:
        _ = config.settings.url
    assert str(caught.value) == (
        f"{tmp_path / 'whimbrel.ini'}, line 2: sqlalchemy.url has a '%' that stands alone.\n"
        "In an ini file a '%' is written twice: '%%'. (It stands alone in TOML, in an environment variable, in "
        "sqlalchemy.url_file, and behind ${VARIABLE}.)"
    )
    assert caught.value.__suppress_context__  # the parser's own error quotes the password
    doubled = ini(tmp_path, f"[whimbrel]\nsqlalchemy.url = postgresql://bob:{password.replace('%', '%%')}@db/shop\n")
    assert doubled.settings.require_url().reveal() == f"postgresql://bob:{password}@db/shop"


def test_pain_15_percent_set_by_the_program_says_what_to_double() -> None:
    with pytest.raises(ConfigError) as caught:
        Config().set_main_option("sqlalchemy.url", URL)
    assert str(caught.value) == (
        "The value given for sqlalchemy.url has a '%' that stands alone.\n"
        "Double it before it is set:  value.replace('%', '%%')"
    )
    assert caught.value.__suppress_context__


def test_a_name_in_percent_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        _ = ini(tmp_path, "[whimbrel]\nscript_location = %(hear)s/db\n").settings
    assert str(caught.value) == (
        f"{tmp_path / 'whimbrel.ini'}, line 2: script_location refers to %(hear)s, which is neither in [whimbrel] nor "
        "in [DEFAULT].\nDefine it there, or double the '%' if the text itself is meant."
    )


def test_a_value_that_refers_to_itself(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="line 2: timezone refers to itself"):
        _ = ini(tmp_path, "[whimbrel]\ntimezone = %(timezone)s\n").settings


def test_values_may_refer_to_each_other_in_ini(tmp_path: Path) -> None:
    config = ini(tmp_path, "[DEFAULT]\nroot = %(here)s/x\n[whimbrel]\nscript_location = %(root)s/db\n")
    assert config.settings.script_location == os.path.join(str(tmp_path), "x", "db").replace(os.sep, "/")
