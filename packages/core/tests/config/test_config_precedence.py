"""Which source wins, and that a value comes out of each as it was meant."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from whimbrel.config import Config

# The order of precedence, as the docstring of whimbrel.config.sources has it, the winner first.
PRECEDENCE = ("argument", "environment", "ini", "ini DEFAULT", "toml -n", "toml", "plugin")

VALUES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1).filter(lambda text: not text.isspace())


def in_ini(text: str) -> str:
    return text.replace("%", "%%").replace("${", "$${")


def in_toml(text: str) -> str:
    return json.dumps(re.sub(r"%\((\w+)\)s", r"%%(\1)s", text).replace("${", "$${"), ensure_ascii=False)


@contextmanager
def configured(key: str, values: dict[str, str]) -> Iterator[Config]:
    """A configuration where each source of *values* sets *key*; its main section is [main]."""
    with TemporaryDirectory() as folder, patch.dict(os.environ):
        os.environ.pop("WHIMBREL_DATABASE_URL", None)
        ini, toml = Path(folder, "whimbrel.ini"), Path(folder, "whimbrel.toml")
        written = {"DEFAULT": values.get("ini DEFAULT"), "main": values.get("ini")}
        ini.write_text(
            "".join(
                f"[{section}]\n" + (f"{key} = {in_ini(value)}\n" if value is not None else "")
                for section, value in written.items()
            ),
            encoding="utf-8",
        )
        tables = {"": values.get("toml"), "[main]\n": values.get("toml -n")}
        toml.write_text(
            "".join(
                header + (f"{key} = {in_toml(value)}\n" if value is not None else "")
                for header, value in tables.items()
            ),
            encoding="utf-8",
        )
        config = Config(ini, toml, "main")
        if "environment" in values:
            os.environ["WHIMBREL_DATABASE_URL"] = values["environment"]
        if "plugin" in values:
            config.add_source("vault", {key: values["plugin"]})
        if "argument" in values:
            config.set_main_option(key, values["argument"].replace("%", "%%"))
        yield config


@given(st.dictionaries(st.sampled_from(PRECEDENCE), VALUES))
def test_the_first_source_in_the_written_order_wins(values: dict[str, str]) -> None:
    winner = next((values[source] for source in PRECEDENCE if source in values), None)
    with configured("sqlalchemy.url", values) as config:
        url = config.settings.url
        assert (url.reveal() if url else None) == winner
        assert config.get_main_option("sqlalchemy.url") == winner
        assert config.get_alembic_option("sqlalchemy.url") == winner
        assert config.get_section("main", {}).get("sqlalchemy.url") == winner


@given(st.sampled_from([source for source in PRECEDENCE if source != "environment"]), VALUES)
@example("ini", "${")
@example("toml", "$${here}%%(here)s")
def test_any_text_comes_through_every_source(source: str, value: str) -> None:
    with configured("version_table", {source: value}) as config:
        assert config.settings.version_table == value


@pytest.mark.parametrize(
    ("source", "where"),
    [
        ("argument", "set_main_option()"),
        ("environment", "WHIMBREL_DATABASE_URL"),
        ("ini", "whimbrel.ini, line 3"),
        ("ini DEFAULT", "whimbrel.ini, line 2"),
        ("toml -n", "whimbrel.toml, line 2"),
        ("toml", "whimbrel.toml, line 1"),
        ("plugin", "vault"),
    ],
)
def test_settings_know_where_each_value_comes_from(source: str, where: str) -> None:
    with configured("sqlalchemy.url", {source: "sqlite://"}) as config:
        assert config.settings.source("sqlalchemy.url").endswith(where)
        assert config.settings.source("timezone") == "default"


def test_each_key_is_looked_up_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "whimbrel.ini").write_text("[whimbrel]\ntimezone = UTC\n")
    (tmp_path / "pyproject.toml").write_text(
        '[tool.whimbrel]\nscript_location = "db"\ntimezone = "Europe/Paris"\nsqlalchemy.url = "sqlite:///dev.db"\n'
    )
    monkeypatch.setenv("WHIMBREL_DATABASE_URL", "sqlite:///ci.db")
    settings = Config(tmp_path / "whimbrel.ini", tmp_path / "pyproject.toml").settings
    assert (settings.script_location, settings.timezone) == ("db", "UTC")
    assert settings.require_url().reveal() == "sqlite:///ci.db"


def test_a_blank_value_asks_for_the_default_over_what_stands_below(tmp_path: Path) -> None:
    (tmp_path / "whimbrel.ini").write_text("[whimbrel]\nversion_table =\nversion_locations =\n")
    (tmp_path / "whimbrel.toml").write_text('version_table = "from_toml"\nversion_locations = ["a"]\n')
    settings = Config(tmp_path / "whimbrel.ini", tmp_path / "whimbrel.toml").settings
    assert settings.version_table == "whimbrel_version"
    assert settings.version_locations == ()


def test_a_blank_variable_is_as_good_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "whimbrel.ini").write_text("[whimbrel]\nsqlalchemy.url = sqlite://\n")
    monkeypatch.setenv("WHIMBREL_DATABASE_URL", "")
    assert Config(tmp_path / "whimbrel.ini").settings.require_url().reveal() == "sqlite://"


def test_the_variable_is_for_the_main_section_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "whimbrel.ini").write_text("[whimbrel]\n[engine1]\nsqlalchemy.url = sqlite:///one.db\n")
    monkeypatch.setenv("WHIMBREL_DATABASE_URL", "sqlite:///main.db")
    config = Config(tmp_path / "whimbrel.ini")
    assert config.get_section_option("engine1", "sqlalchemy.url") == "sqlite:///one.db"
    assert config.get_main_option("sqlalchemy.url") == "sqlite:///main.db"


def test_of_two_plugins_the_first_added_wins() -> None:
    config = Config()
    config.add_source("whimbrel-a", {"timezone": "UTC"})
    config.add_source("whimbrel-b", {"timezone": "Europe/Paris", "version_table": "v"})
    assert (config.settings.timezone, config.settings.version_table) == ("UTC", "v")


def test_remove_main_option_lets_the_next_source_speak(tmp_path: Path) -> None:
    (tmp_path / "whimbrel.ini").write_text("[whimbrel]\ntimezone = UTC\n")
    (tmp_path / "whimbrel.toml").write_text('timezone = "Europe/Paris"\n')
    config = Config(tmp_path / "whimbrel.ini", tmp_path / "whimbrel.toml")
    config.set_main_option("timezone", "Asia/Tokyo")
    assert config.settings.timezone == "Asia/Tokyo"
    config.remove_main_option("timezone")
    assert config.settings.timezone == "Europe/Paris"
