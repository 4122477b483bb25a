"""Every setting, in every source that can hold it, and what is said of a wrong one."""

from __future__ import annotations

import os
import re
from operator import attrgetter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from whimbrel.config import Config
from whimbrel.config.settings import KNOWN_KEYS
from whimbrel.errors import ConfigError

# key, text (ini, set_main_option, plugin), TOML, attribute, value
EVERY_SETTING: list[tuple[str, str, str, str, Any]] = [
    ("script_location", "db/migrations", '"db/migrations"', "script_location", "db/migrations"),
    ("version_locations", os.pathsep.join(["a b", "c"]), '["a b", "c"]', "version_locations", ("a b", "c")),
    ("path_separator", "space", '"space"', "path_separator", "space"),
    ("recursive_version_locations", "true", "true", "recursive_version_locations", True),
    ("file_template", "%%(year)d/%%(rev)s", '"%(year)d/%(rev)s"', "file_template", "%(year)d/%(rev)s"),
    ("timezone", "Europe/Paris", '"Europe/Paris"', "timezone", "Europe/Paris"),
    ("truncate_slug_length", "12", "12", "truncate_slug_length", 12),
    ("revision_environment", "yes", "true", "revision_environment", True),
    ("sourceless", "ON", "true", "sourceless", True),
    ("run_headers", "no", "false", "run_headers", False),
    ("prepend_sys_path", os.pathsep.join([".", "src"]), '[".", "src"]', "prepend_sys_path", (".", "src")),
    ("output_encoding", "latin-1", '"latin-1"', "output_encoding", "latin-1"),
    ("version_table", "v", '"v"', "version_table", "v"),
    ("version_table_schema", "audit", '"audit"', "version_table_schema", "audit"),
    ("target_metadata", "a.b:C.d, e:f", '["a.b:C.d", "e:f"]', "target_metadata", ("a.b:C.d", "e:f")),
    ("transaction_per_migration", "false", "false", "transaction_per_migration", False),
    ("compare_table_options", "a_b, c_d", '["a_b", "c_d"]', "compare_table_options", ("a_b", "c_d")),
    ("allow_drop_table", "old_*, other.t", '["old_*", "other.t"]', "allow_drop_table", ("old_*", "other.t")),
    ("run_lock", "lease", '"lease"', "safety.run_lock", "lease"),
    ("lock_wait", "5min", '"5min"', "safety.lock_wait", 300.0),
    ("lock_timeout", "500ms", '"500ms"', "safety.lock_timeout", 0.5),
    ("statement_timeout", "90", "90", "safety.statement_timeout", 90.0),
    ("retries", "7", "7", "safety.retries", 7),
    ("wait_for_database", "1.5 m", '"1.5 m"', "safety.wait_for_database", 90.0),
    ("history", "off", "false", "safety.history", False),
    ("history_table", "ran", '"ran"', "safety.history_table", "ran"),
    ("history_schema", "audit", '"audit"', "safety.history_schema", "audit"),
    ("checksums", "Strict", '"strict"', "safety.checksums", "strict"),
    ("journal", "no", "false", "safety.journal", False),
    ("protected", "yes", "true", "safety.protected", True),
    ("application_name", "shop", '"shop"', "safety.application_name", "shop"),
    ("sqlalchemy.pool_size", "3", '"3"', "engine_options", {"pool_size": "3"}),
]

DEFAULTS: dict[str, Any] = {
    "script_location": None,
    "version_locations": (),
    "path_separator": "os",
    "recursive_version_locations": False,
    "file_template": "%(rev)s_%(slug)s",
    "timezone": None,
    "truncate_slug_length": 40,
    "revision_environment": False,
    "sourceless": False,
    "run_headers": True,
    "prepend_sys_path": (),
    "output_encoding": "utf-8",
    "url": None,
    "engine_options": {},
    "post_write_hooks": (),
    "version_table": "whimbrel_version",
    "version_table_schema": None,
    "target_metadata": (),
    "transaction_per_migration": True,
    "allow_drop_table": False,
    "compare_table_options": (),
    "safety.run_lock": "auto",
    "safety.lock_wait": 60.0,
    "safety.lock_timeout": None,
    "safety.statement_timeout": None,
    "safety.retries": 3,
    "safety.wait_for_database": 0.0,
    "safety.history": True,
    "safety.history_table": "whimbrel_history",
    "safety.history_schema": None,
    "safety.checksums": "warn",
    "safety.journal": True,
    "safety.protected": False,
    "safety.application_name": None,
}


def ini(folder: Path, content: str) -> Config:
    (folder / "whimbrel.ini").write_text(content, encoding="utf-8")
    return Config(folder / "whimbrel.ini")


def toml(folder: Path, content: str, name: str = "whimbrel.toml") -> Config:
    (folder / name).write_text(content, encoding="utf-8")
    return Config(toml_file=folder / name)


def test_defaults() -> None:
    settings = Config().settings
    assert {name: attrgetter(name)(settings) for name in DEFAULTS} == DEFAULTS


@pytest.mark.parametrize(("key", "text", "as_toml", "attribute", "value"), EVERY_SETTING)
def test_every_setting_in_every_source(
    tmp_path: Path, key: str, text: str, as_toml: str, attribute: str, value: object
) -> None:
    by_program, by_plugin = Config(), Config()
    by_program.set_main_option(key, text)
    by_plugin.add_source("vault", {key: text.replace("%%", "%")})
    configs = {
        "ini": ini(tmp_path, f"[whimbrel]\n{key} = {text}\n"),
        "whimbrel.toml": toml(tmp_path, f"{key} = {as_toml}\n"),
        "pyproject.toml": toml(tmp_path, f"[tool.whimbrel]\n{key} = {as_toml}\n", "pyproject.toml"),
        "argument": by_program,
        "plugin": by_plugin,
    }
    read = {name: attrgetter(attribute)(config.settings) for name, config in configs.items()}
    assert read == dict.fromkeys(configs, value)
    assert value != DEFAULTS[attribute]


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("run_lock", "sometimes", "has to be one of auto, database, available, lease, off, not 'sometimes'."),
        ("checksums", "loose", "has to be one of strict, warn, off, not 'loose'."),
        ("lock_wait", "soon", "is 'soon', which is no duration."),
        ("lock_timeout", "-1", "is '-1', which is no duration."),
        ("retries", "many", "has to be a whole number, not 'many'."),
    ],
)
def test_what_safety_cannot_be(tmp_path: Path, key: str, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(f"{key} {said}")) as caught:
        _ = ini(tmp_path, f"[whimbrel]\n{key} = {text}\n").settings.safety
    assert "whimbrel.ini" in caught.value.message


@pytest.mark.parametrize(("text", "lock", "checksums"), [("true", "auto", "strict"), ("false", "off", "off")])
def test_a_plain_yes_or_no_is_understood(text: str, lock: str, checksums: str) -> None:
    config = Config()
    config.set_main_option("run_lock", text)
    config.set_main_option("checksums", text)
    assert (config.settings.safety.run_lock, config.settings.safety.checksums) == (lock, checksums)


def test_the_table_above_has_every_key() -> None:
    elsewhere = {"sqlalchemy.url", "sqlalchemy.url_env", "sqlalchemy.url_file", "post_write_hooks", "databases"}
    assert {key for key, *_ in EVERY_SETTING if key in KNOWN_KEYS} == set(KNOWN_KEYS) - elsewhere


@pytest.mark.parametrize(
    ("text", "value"),
    [("true", True), ("off", False), ("", False), ("review", ("review",)), ("a\n b,c", ("a", "b", "c"))],
)
def test_a_flag_that_may_be_names(text: str, value: object) -> None:
    config = Config()
    config.set_main_option("allow_drop_table", text)
    assert config.settings.allow_drop_table == value


def test_a_flag_that_may_be_names_in_toml(tmp_path: Path) -> None:
    for text, value in (("true", True), ('"review"', ("review",)), ("[]", False)):
        assert toml(tmp_path, f"allow_drop_table = {text}\n").settings.allow_drop_table == value
    with pytest.raises(ConfigError, match="allow_drop_table has to be a list of texts"):
        _ = toml(tmp_path, "allow_drop_table = [1]\n").settings


def test_engine_options_keep_what_toml_has(tmp_path: Path) -> None:
    config = toml(
        tmp_path,
        """
        [sqlalchemy]
        url = "postgresql://db/shop"
        echo = true
        pool_size = 3
        connect_args = { sslmode = "require" }
        """,
    )
    assert config.settings.engine_options == {"echo": True, "pool_size": 3, "connect_args": {"sslmode": "require"}}


@pytest.mark.parametrize(
    ("separator", "text", "folders"),
    [
        ("os", f"a b{os.pathsep}c", ("a b", "c")),
        ("space", "a  b:c;d", ("a", "b:c;d")),
        ("newline", "a b:c\n  d", ("a b:c", "d")),
        (":", "a b:c;d", ("a b", "c;d")),
        (";", "a b:c; d", ("a b:c", "d")),
        (":", "a:\n  b:\n  c", ("a", "b", "c")),
    ],
)
def test_path_separators(tmp_path: Path, separator: str, text: str, folders: tuple[str, ...]) -> None:
    config = ini(
        tmp_path, f"[whimbrel]\npath_separator = {separator}\nversion_locations = {text}\nprepend_sys_path = {text}\n"
    )
    assert config.settings.version_locations == folders
    assert config.settings.prepend_sys_path == folders
    assert config.get_version_locations_list() == list(folders)
    assert config.get_prepend_sys_paths_list() == list(folders)


def test_one_text_in_toml_is_one_folder(tmp_path: Path) -> None:
    assert toml(tmp_path, 'version_locations = "myapp:migrations"').settings.version_locations == ("myapp:migrations",)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("sourceless = maybe", "sourceless has to be true or false, not 'maybe'."),
        ("truncate_slug_length = many", "truncate_slug_length has to be a whole number, not 'many'."),
        ("truncate_slug_length = -1", "truncate_slug_length has to be a whole number, not '-1'."),
        ("truncate_slug_length = ²", "truncate_slug_length has to be a whole number, not '²'."),
        ("output_encoding = utf-9", "output_encoding is 'utf-9', which is no encoding that Python knows.\nTry: utf-8"),
        ("path_separator = |", "path_separator has to be one of os, space, newline, :, ;, not '|'."),
        (
            "target_metadata = myapp.models",
            "target_metadata is 'myapp.models', which does not name an object.\n"
            "Write it as:  myapp.models:Base.metadata",
        ),
    ],
)
def test_a_wrong_value_is_named_with_file_and_line(tmp_path: Path, line: str, message: str) -> None:
    config = ini(tmp_path, f"# settings\n[other]\nsourceless = true\n[whimbrel]\n\n{line}\n")
    with pytest.raises(ConfigError) as caught:
        _ = config.settings
    assert str(caught.value) == f"{tmp_path / 'whimbrel.ini'}, line 6: {message}"
    assert (caught.value.file, caught.value.line) == (str(tmp_path / "whimbrel.ini"), 6)
    assert caught.value.key == line.split(" ")[0]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("timezone = [1]", "timezone has to be one value, not a list or a table."),
        ("version_locations = [1]", "version_locations has to be a list of texts."),
        ("sourceless = 2", "sourceless has to be true or false, not '2'."),
        ("sqlalchemy.url = 5", "sqlalchemy.url has to be text."),
    ],
)
def test_a_wrong_type_in_toml(tmp_path: Path, line: str, message: str) -> None:
    config = toml(tmp_path, f"[tool.whimbrel]\n{line}\n", "pyproject.toml")
    with pytest.raises(ConfigError) as caught:
        _ = config.settings.url
    assert str(caught.value) == f"{tmp_path / 'pyproject.toml'}, line 2: {message}"


def test_unknown_keys_are_told_once_with_the_nearest_known_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    config = ini(
        tmp_path, "[whimbrel]\nscript_locaton = db\nsqlalchmy.url = sqlite://\nwombat = 1\nmyapp.colour = red\n"
    )
    place = tmp_path / "whimbrel.ini"
    expected = [
        f"{place}, line 2: unknown setting script_locaton. Did you mean script_location?",
        f"{place}, line 3: unknown setting sqlalchmy.url. Did you mean sqlalchemy.url?",
        f"{place}, line 4: unknown setting wombat. Settings of your own go into a section of their own.",
    ]
    assert list(config.settings.warnings) == expected
    config.set_main_option("timezone", "UTC")
    assert list(config.settings.warnings) == expected
    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("whimbrel.config", message) for message in expected
    ]


def test_on_the_command_line_nothing_is_logged(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "whimbrel.ini").write_text("[whimbrel]\nwombat = 1\n")
    config = Config(tmp_path / "whimbrel.ini", cmd_opts=SimpleNamespace())
    assert len(config.settings.warnings) == 1
    assert caplog.records == []


def test_unknown_keys_in_toml(tmp_path: Path) -> None:
    config = toml(
        tmp_path, '[tool.whimbrel]\ntime_zone = "UTC"\n[tool.whimbrel.myapp]\ncolour = "red"\n', "pyproject.toml"
    )
    assert config.settings.warnings == (
        f"{tmp_path / 'pyproject.toml'}, line 2: unknown setting time_zone. Did you mean timezone?",
    )


def test_settings_are_made_anew_after_a_change_and_never_change_themselves() -> None:
    config = Config()
    before = config.settings
    assert config.settings is before
    config.set_main_option("timezone", "UTC")
    assert (before.timezone, config.settings.timezone) == (None, "UTC")
    config.file_config.set("whimbrel", "timezone", "Asia/Tokyo")
    assert config.settings.timezone == "Asia/Tokyo"
    with pytest.raises(AttributeError):
        before.timezone = "UTC"  # type: ignore[misc]  # that it cannot be set is what is tested
