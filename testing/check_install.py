"""Prove the use from outside: build every package, install wheels into fresh environments, do the main job there.

Run by ``nox -s install``. Raises SystemExit with what was expected and what came at the first thing that is not right.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = (
    "core",
    "dialect-postgresql",
    "dialect-mysql",
    "dialect-sqlite",
    "dialect-mssql",
    "dialect-oracle",
    "autogen",
    "alembic-bridge",
)

CONFORMANCE = """\
import pytest
import sqlalchemy as sa
from whimbrel.testing import DialectSuite

EXPRESSIONS = "SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '%(%(%'"


class TestSQLite(DialectSuite):
    @pytest.fixture
    def database_url(self, tmp_path):
        return f"sqlite:///{tmp_path / 'test.db'}"

    def catalog(self, engine):
        with engine.connect() as connection:  # SQLAlchemy does not reflect indexes over expressions here
            rows = connection.execute(sa.text(EXPRESSIONS)).all()
        indexes = [f"index {table}.{name} {sql[sql.index('('):]}" for table, name, sql in rows]
        return sorted([*super().catalog(engine), *indexes])
"""


def main() -> None:
    """Build, compare, install, use."""
    work = Path(tempfile.mkdtemp(prefix="whimbrel-install-"))
    try:
        wheels = work / "wheels"
        for package in PACKAGES:
            build_and_compare(ROOT / "packages" / package, wheels, work / package)
        check_versions(wheels)
        use_core_alone(wheels, work / "alone")
        use_core_with_one_dialect(wheels, work / "one")
        use_extras(wheels, work / "extras")
        use_the_conformance_suite(wheels, work / "testing")
    finally:
        shutil.rmtree(work, ignore_errors=True)
    say("Everything installs and works from outside.")


def build_and_compare(package: Path, wheels: Path, work: Path) -> None:
    """Build wheel and sdist of ``package``; the sdist, unpacked elsewhere, must build to the same wheel."""
    build("--wheel", package, wheels)
    build("--sdist", package, work)
    (sdist,) = work.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        archive.extractall(work / "unpacked", filter="data")
    (unpacked,) = (work / "unpacked").iterdir()
    build("--wheel", unpacked, work)
    (again,) = work.glob("*.whl")
    first, second = contents(wheels / again.name), contents(again)
    differing = sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))
    expect(not differing, f"{package.name}: the sdist builds to another wheel, see {', '.join(differing)}")
    expect(any(name.endswith("/py.typed") for name in first), f"{package.name}: the wheel has no py.typed")
    expect(any(name.endswith("/LICENSE") for name in first), f"{package.name}: the wheel has no LICENSE")
    say(f"{again.name}: {len(first)} files, the same from the sdist")


def build(kind: str, source: Path, target: Path) -> None:
    """Call ``python -m build``; its backend stands in this environment, so that no second one is made each time."""
    run([sys.executable, "-m", "build", "--no-isolation", kind, "--outdir", str(target), str(source)])


def contents(wheel: Path) -> dict[str, bytes]:
    """Every file in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def check_versions(wheels: Path) -> None:
    """All packages carry one version."""
    versions = {path.name.split("-")[1] for path in wheels.glob("*.whl")}
    expect(len(versions) == 1, f"packages differ in version: {sorted(versions)}")


class Environment:
    """A fresh virtual environment with wheels of ours and nothing else, and a folder to work in."""

    def __init__(self, wheels: Path, folder: Path, *requirements: str) -> None:
        run([sys.executable, "-m", "virtualenv", "-q", str(folder / "venv")])
        self.bin = folder / "venv" / ("Scripts" if os.name == "nt" else "bin")
        self.project = folder / "project"
        self.project.mkdir()
        say(f"$ pip install {' '.join(requirements)}")
        # What core declares comes from the package index; then ours, which must not come from there.
        core = tomllib.loads((ROOT / "packages/core/pyproject.toml").read_text(encoding="utf-8"))["project"]
        pip = [str(self.bin / "python"), "-m", "pip", "install", "-q"]
        testing = core["optional-dependencies"]["testing"] if "whimbrel[testing]" in requirements else []
        run([*pip, *core["dependencies"], *testing])
        run([*pip, "--no-index", "--find-links", str(wheels), *requirements])

    def whimbrel(self, *arguments: str, code: int = 0, says: str = "") -> str:
        """Run the command line; both its exit code and a piece of its output are expected."""
        output = self.run("whimbrel", *arguments, code=code)
        expect(says in output, f"expected {says!r} in:\n{output}")
        expect("Traceback" not in output, f"a traceback:\n{output}")
        return output

    def run(self, program: str, *arguments: str, code: int = 0) -> str:
        """Run a program of the environment in the folder, and return what it said; its exit code is expected."""
        say(f"$ {program} {' '.join(arguments)}")
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("WHIMBREL_", "PYTHON", "PYTEST_"))
        }
        environment["DATABASE_URL"] = "sqlite:///app.db"  # the variable that the settings of the template name
        done = subprocess.run(
            [str(self.bin / program), *arguments],
            cwd=self.project,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        output = done.stdout + done.stderr
        expect(done.returncode == code, f"exit code {done.returncode} instead of {code}:\n{output}")
        return output


def use_core_alone(wheels: Path, folder: Path) -> None:
    """Core without any sibling reads histories, and says what to install where it needs one."""
    environment = Environment(wheels, folder, "whimbrel")
    environment.whimbrel("init", "--template", "minimal", "migrations")
    environment.whimbrel("revision", "-m", "create users")
    environment.whimbrel("heads", says="(head)")
    environment.whimbrel("upgrade", "head", code=1, says="pip install whimbrel-sqlite")


def use_core_with_one_dialect(wheels: Path, folder: Path) -> None:
    """The main job, with core and SQLite only."""
    environment = Environment(wheels, folder, "whimbrel", "whimbrel-sqlite")
    environment.whimbrel("init", "--template", "minimal", "migrations")
    environment.whimbrel("revision", "-m", "create users", "--rev-id", "a1")
    environment.whimbrel("revision", "-m", "create orders", "--rev-id", "b2")
    environment.whimbrel("upgrade", "head")
    environment.whimbrel("current", says="b2 (head)")
    environment.whimbrel("history", says="a1 -> b2")
    environment.whimbrel("upgrade", "head", "--sql", says="INSERT INTO")
    environment.whimbrel("downgrade", "base")
    expect("b2" not in environment.whimbrel("current"), "current after downgrade base")
    environment.whimbrel("revision", "--autogenerate", "-m", "x", code=1, says="pip install whimbrel-autogen")
    environment.whimbrel("check", code=1, says="pip install whimbrel-autogen")
    environment.whimbrel("plugins", says="whimbrel-sqlite")


def use_extras(wheels: Path, folder: Path) -> None:
    """Core's extras bring the siblings."""
    environment = Environment(wheels, folder, "whimbrel[postgresql,mysql,sqlite,mssql,oracle,autogen,alembic]")
    output = environment.whimbrel("plugins")
    for package in PACKAGES[1:]:
        sibling = f"whimbrel-{package.removeprefix('dialect-').removesuffix('-bridge')}"
        expect(sibling in output, f"{sibling} is not listed:\n{output}")


def use_the_conformance_suite(wheels: Path, folder: Path) -> None:
    """An author of a dialect's package runs the suite out of the wheel; SQLite's package stands in for theirs."""
    environment = Environment(wheels, folder, "whimbrel[testing]", "whimbrel-sqlite")
    (environment.project / "test_conformance.py").write_text(CONFORMANCE, encoding="utf-8")
    output = environment.run("pytest", "-q")
    passed = re.search(r"(\d+) passed", output)
    expect(passed is not None and int(passed[1]) > 100, f"the conformance suite has hardly any tests:\n{output}")
    say(output.splitlines()[-1])


def run(command: list[str]) -> None:
    """Run a helper program; its output is shown when it fails."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    expect(done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}")


def expect(truth: bool, message: str) -> None:
    """Stop with ``message`` unless ``truth``."""
    if not truth:
        raise SystemExit(message)


def say(line: str) -> None:
    """One line of progress."""
    print(line, flush=True)


if __name__ == "__main__":
    main()
