"""Environments with an add-on of Alembic's, made by pip out of the package index, Alembic itself and us in them."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

from testing.databases import ROOT

PACKAGES = ("core", "dialect-postgresql", "dialect-mysql", "dialect-sqlite", "autogen", "alembic-bridge")

OURS = 'import alembic\nassert alembic.__spec__.origin == "whimbrel_alembic"\n'
"""For env.py: the real package is installed beside the bridge, and the bridge has answered."""


class Environment:
    """A virtual environment.

    :param folder: where it is, or is made; one that was made for the same requirements is used again.
    :param requirements: what pip installs, the add-on first.
    """

    def __init__(self, folder: Path, requirements: Sequence[str]) -> None:
        self.folder = folder
        programs, suffix = ("Scripts", ".exe") if os.name == "nt" else ("bin", "")
        self.programs = folder / programs
        self.python = str(self.programs / f"python{suffix}")
        said = "\n".join(requirements)
        done = folder / "made-for.txt"
        if done.exists() and done.read_text() == said:
            return
        venv.create(folder, clear=True, with_pip=True)
        editable = [word for name in PACKAGES for word in ("-e", str(ROOT / "packages" / name))]
        self.run("-m", "pip", "install", "-q", "--disable-pip-version-check", *requirements, *editable, cwd=folder)
        done.write_text(said)

    def run(
        self, *words: str, cwd: Path, code: int = 0, environment: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run this environment's Python, and check how it ends.

        :param words: its arguments, such as ``-m flask db upgrade``.
        :param cwd: the folder to run it in.
        :param code: the exit code that is expected.
        :param environment: variables to set besides.
        """
        left_out = ("ALEMBIC", "PYTHON", "SSL_CERT_FILE")  # pip needs the certificates that tests do without
        kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
        done = subprocess.run(
            [self.python, *words],
            cwd=cwd,
            env={**kept, "VIRTUAL_ENV": str(self.folder), **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        last = "\n".join((done.stdout + done.stderr).splitlines()[-30:])
        assert done.returncode == code, f"{words} ends with {done.returncode}:\n{last}"
        return done

    @property
    def whimbrel(self) -> tuple[str, ...]:
        """The command ``whimbrel`` of this environment."""
        return (self.python, "-m", "whimbrel")


def environments() -> Path | None:
    """The folder that environments are made in; ``None`` where nobody asked for these tests, which need the index."""
    folder = os.environ.get("WHIMBREL_TEST_ADDONS")
    return Path(folder).resolve() if folder else None


def environment_of(*requirements: str) -> Environment:
    """Return the environment of an add-on, with the SQLAlchemy that ``WHIMBREL_TEST_ADDONS_SQLALCHEMY`` says, if any.

    :param requirements: what pip installs, the add-on first, which names the folder.
    """
    folder = environments()
    assert folder is not None
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    sqlalchemy = os.environ.get("WHIMBREL_TEST_ADDONS_SQLALCHEMY")
    wanted = (*requirements, f"SQLAlchemy=={sqlalchemy}.*") if sqlalchemy else requirements
    return Environment(folder / f"{requirements[0].partition('[')[0]}-{version}", wanted)
