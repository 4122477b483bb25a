"""Projects of other tools: found by installed packages, read by their own convention."""

from __future__ import annotations

from pathlib import Path

import pytest

from testing.site import Site
from whimbrel.config import Config
from whimbrel.config.elsewhere import has_own
from whimbrel.config.sources import ConfigFiles, discover

GULL = """
import os
from whimbrel.config import Config
from whimbrel.config.convention import Convention, percent_doubled
from whimbrel.config.safety import SafetySettings
from whimbrel.config.sources import ConfigFiles

class GullConvention(Convention):
    ini_section = "gull"
    toml_table = "tool.gull"
    toml_top = False
    version_table = "gull_version"
    transaction_per_migration = False
    safety = SafetySettings()
    keys = frozenset({"script_location", "file_template"})

    def read(self, value, tokens, origin, key):
        return percent_doubled(value, tokens) if origin.kind == "toml" else value

class GullConfig(Config):
    convention = GullConvention()

def find(files, directory):
    ini = os.path.join(directory, "gull.ini")
    toml = os.path.join(directory, "pyproject.toml")
    if not os.path.isfile(ini):
        return None
    return GullConfig, ConfigFiles(ini, toml if os.path.isfile(toml) else None)
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of gull's, whose package is installed."""
    site = tmp_path / "site"
    site.mkdir()
    Site(site).install("whimbrel-gull", {"whimbrel.projects": {"gull": "whimbrel_gull:find"}}, {"whimbrel_gull": GULL})
    monkeypatch.syspath_prepend(str(site))
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (folder / "gull.ini").write_text(
        "[gull]\nscript_location = %(here)s/nest\nversion_table = mine\ntheir_own = ${NOT_SET}\nrun_lock = no such\n"
    )
    return folder


def test_a_package_knows_the_project(project: Path) -> None:
    config = Config.discover()
    assert type(config).__name__ == "GullConfig"
    assert config.config_ini_section == "gull"
    settings = config.settings
    assert settings.script_location == str(project / "nest")
    assert settings.version_table == "gull_version", "a setting that gull has not is not read"
    assert settings.transaction_per_migration is False
    assert settings.warnings == ()
    assert config.get_main_option("version_table") == "mine"
    assert config.get_main_option("their_own") == "${NOT_SET}"


def test_its_toml_is_read_by_its_convention(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.gull]\nfile_template = "%%(rev)s_100%%_%(here)s"\n')
    assert Config.discover().settings.file_template == f"%(rev)s_100%_{project}"


def test_settings_of_our_own_win(project: Path) -> None:
    (project / "whimbrel.ini").write_text("[whimbrel]\nscript_location = ours\n")
    config = Config.discover()
    assert type(config) is Config
    assert config.settings.script_location == "ours"


def test_a_mere_mention_in_pyproject_is_no_configuration(project: Path) -> None:
    (project / "pyproject.toml").write_text('[project]\ndependencies = ["whimbrel"]\n')
    assert type(Config.discover()).__name__ == "GullConfig"


def test_nobody_is_asked_where_nobody_is_needed(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "whimbrel.toml").write_text('script_location = "ours"\n')
    monkeypatch.setattr("whimbrel.config.elsewhere.installed", lambda _group: pytest.fail("was asked"))
    assert Config.discover().settings.script_location == "ours"


def test_pain_25_a_package_that_fails_is_named_and_the_rest_goes_on(
    project: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    broken = {"whimbrel.projects": {"broken": "aaa_broken:find", "missing": "aaa_broken:nothing"}}
    Site(tmp_path / "site").install("aaa-broken", broken, {"aaa_broken": "def find(files, directory):\n    1 / 0\n"})
    assert type(Config.discover()).__name__ == "GullConfig"
    assert "project 'broken' of aaa-broken 1.0 is left out: ZeroDivisionError" in caplog.text
    assert "project 'missing' of aaa-broken 1.0 is left out: ImportError" in caplog.text
    assert "pip uninstall aaa-broken" in caplog.text


def test_outsiders_can_be_left_out(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WHIMBREL_DISABLE_PLUGINS", "1")
    assert type(Config.discover()) is Config


@pytest.mark.parametrize(
    ("file", "text", "own"),
    [
        ("whimbrel.ini", "[other]\n", True),
        ("my.ini", "[whimbrel]\n", True),
        ("my.ini", "[other]\n", False),
        ("whimbrel.toml", "", True),
        ("pyproject.toml", "[tool.whimbrel]\n", True),
        ("pyproject.toml", 'name = "whimbrel"\n', False),
    ],
)
def test_which_files_speak_to_us(tmp_path: Path, file: str, text: str, own: bool) -> None:
    path = tmp_path / file
    path.write_text(text)
    assert has_own(discover([str(path)])) is own
    assert has_own(ConfigFiles(None, None)) is False
