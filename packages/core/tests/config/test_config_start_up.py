"""What reading the settings imports: start-up time is a feature."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COSTLY = ("sqlalchemy", "mako", "pluggy", "logging", "difflib", "dataclasses", "asyncio", "importlib.metadata")

READ = """
import json, sys
from whimbrel.config import Config
config = Config.discover()
assert config.settings.timezone == "UTC", config.settings
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.parametrize(
    ("file", "content", "imported", "spared"),
    [
        ("whimbrel.ini", "[whimbrel]\ntimezone = UTC\n", "configparser", "tomllib"),
        ("whimbrel.toml", 'timezone = "UTC"\n', "tomllib", "configparser"),
    ],
)
def test_only_the_parser_that_is_needed_is_imported(
    tmp_path: Path, file: str, content: str, imported: str, spared: str
) -> None:
    (tmp_path / file).write_text(content)
    done = subprocess.run([sys.executable, "-c", READ], cwd=tmp_path, capture_output=True, text=True, check=True)
    modules = json.loads(done.stdout)
    assert imported in modules
    assert [name for name in (*COSTLY, spared) if name in modules] == []
