"""Environments that a package is installed into by pip, and used from outside as a user would."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path


class Environment:
    """A virtual environment on top of the one the tests run in, and a project.

    :param folder: an empty folder.
    :param url: the database; its file is made in the project.
    """

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        venv.create(folder / "env", with_pip=False, symlinks=os.name != "nt")
        self.programs = folder / "env" / ("Scripts" if os.name == "nt" else "bin")
        self.python = str(self.programs / "python")
        self.project = folder / "project"
        self.project.mkdir()
        site = Path(self.run(self.python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())
        below = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
        lines = "".join(f"import site; site.addsitedir({path!r})\n" for path in sorted(below))
        (site / "below.pth").write_text(lines, encoding="utf-8")

    def pip_install(self, package: Path) -> None:
        """``pip install FOLDER``, without an index: what it needs is here."""
        self.pip("install", "--no-index", "--no-build-isolation", str(package))

    def pip(self, *arguments: str) -> None:
        """``pip ...``, for this environment."""
        quietly = ("--quiet", "--disable-pip-version-check")
        self.run(sys.executable, "-m", "pip", *quietly, "--python", self.python, *arguments)

    def whimbrel(self, *arguments: str, code: int = 0) -> str:
        """``whimbrel ...`` in the project; return what it says, which is to end with that exit code."""
        return self.run(self.python, "-m", "whimbrel", *arguments, code=code)

    def run(self, *command: str, code: int = 0) -> str:
        """Run a program in the project; return what it says."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        done = subprocess.run(
            command,
            cwd=self.project,
            env={**environment, "WHIMBREL_DATABASE_URL": self.url},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr
