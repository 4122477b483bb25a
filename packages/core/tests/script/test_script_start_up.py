"""Graph-only work imports neither SQLAlchemy nor Mako nor a plugin, and takes time in proportion to the history."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ["sqlalchemy", "mako", "pluggy", "click", "asyncio", "logging.config", "tempfile", "subprocess", "shutil"]
HEAVY += ["importlib.metadata", "zoneinfo", "difflib", "inspect", "dataclasses", "ast"]

ASK = """
import sys
from whimbrel.script import ScriptDirectory
script = ScriptDirectory(sys.argv[1])
print(script.get_heads())
for one in script.walk_revisions():
    str(one), one.cmd_format(False, include_branches=True)
print([name for name in sys.argv[2:] if name in sys.modules])
"""


@pytest.mark.parametrize("run", ["first", "second"])
def test_what_is_imported(run: str, project, settle) -> None:
    for number in range(100):
        project.add(f"r{number}", f"r{number - 1}" if number else None, doc=f"step {number}")
    settle()
    if run == "second":
        project.directory().get_heads()
    command = [sys.executable, "-c", ASK, str(project.root), *HEAVY]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["['r99']", "[]"]
