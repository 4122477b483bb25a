"""Version files for tests, written as short as can be read."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whimbrel.script import ScriptDirectory

TEMPLATE = '''"""${message}

Revision ID: ${up_revision}
Revises: ${down_revision | comma,n}
Create Date: ${create_date}
"""

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade():
    ${upgrades if upgrades else "pass"}


def downgrade():
    ${downgrades if downgrades else "pass"}
'''


def version_file(
    revision: str,
    down: object = None,
    *,
    labels: object = None,
    depends: object = None,
    doc: str | None = None,
    body: str = "",
) -> str:
    """The text of a version file, as a template would write it."""
    head = f'"""{doc}"""\n\n' if doc is not None else ""
    return (
        f"{head}revision = {revision!r}\ndown_revision = {down!r}\nbranch_labels = {labels!r}\n"
        f"depends_on = {depends!r}\n\n\n{body}"
    )


class Project:
    """A migration environment on disk: ``versions`` with files, an env.py and a template."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.versions = root / "versions"
        self.versions.mkdir(parents=True)
        (root / "env.py").write_text("")
        (root / "script.py.mako").write_text(TEMPLATE)

    def add(self, revision: str, down: object = None, *, name: str | None = None, **kw: Any) -> Path:
        path = self.versions / (name or f"{revision}.py")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(version_file(revision, down, **kw))
        return path

    def directory(self, **kw: Any) -> ScriptDirectory:
        return ScriptDirectory(self.root, **kw)

    def ids(self, **kw: Any) -> list[str]:
        return sorted(script.revision for script in self.directory(**kw).walk_revisions())


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty migration environment."""
    return Project(tmp_path / "migrations")


@pytest.fixture
def settle() -> Callable[[], None]:
    """Wait until files that were just written are old enough for the index."""
    return lambda: time.sleep(0.08)
