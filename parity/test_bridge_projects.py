"""Projects that Alembic's own ``init`` writes, with a dozen revisions, run by both tools: rows, SQL and schema."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from conftest import NewDatabase
from parity.bridge_revisions import STEPS, THEIRS_FAIL, UNORDERED, write_revisions
from parity.differences import normalised

PEER = os.environ.get("WHIMBREL_TEST_PEER_PYTHON")
pytestmark = pytest.mark.skipif(PEER is None, reason="needs Alembic in an environment of its own: nox -s parity")

PROJECTS = [
    ("generic", "sqlite"),
    ("async", "sqlite"),
    ("multidb", "sqlite"),
    ("pyproject", "sqlite"),
    ("pyproject_async", "sqlite"),
    ("generic", "postgresql"),
    ("async", "postgresql"),
    ("multidb", "postgresql"),
    ("generic", "mysql"),
]


def make(folder: Path, template: str, urls: list[str]) -> None:
    """Have the peer make a project, and do what its owner does then: name the database, and write revisions."""
    folder.mkdir()
    subprocess.run(
        [str(PEER), "-m", "alembic.config", "init", "-t", template, "migrations"],
        cwd=folder,
        check=True,
        capture_output=True,
    )
    ini = folder / "alembic.ini"
    text = ini.read_text()
    for number, url in reversed(list(enumerate(urls, 1))):
        place = "driver://user:pass@localhost/dbname" + (str(number) if number > 1 else "")
        assert place in text
        text = text.replace(place, url.replace("%", "%%"))
    places = ["%(here)s/migrations/versions", "%(here)s/more"]
    if template.startswith("pyproject"):
        toml = folder / "pyproject.toml"
        lines = f"version_locations = {json.dumps(places)}\nrecursive_version_locations = true\n"
        toml.write_text(toml.read_text().replace("[tool.alembic]\n", f"[tool.alembic]\n{lines}"))
    else:
        lines = f"version_locations = {os.pathsep.join(places)}\nrecursive_version_locations = true\n"
        text = text.replace("[alembic]\n", f"[alembic]\n{lines}", 1)
    ini.write_text(text)
    write_revisions(folder, multidb=template == "multidb")


def outcome(tool: str, folder: Path, urls: list[str]) -> list[dict[str, Any]]:
    """Run the steps by a tool, and return what became of them."""
    python = str(PEER) if tool == "alembic" else sys.executable
    driver = Path(__file__).with_name("bridge_driver.py")
    result = folder / "result.json"
    words = [python, str(driver), tool, str(folder), str(result), json.dumps(urls), json.dumps(STEPS)]
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ALEMBIC")}
    done = subprocess.run(words, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    found: list[dict[str, Any]] = json.loads(result.read_text())
    return found


def sql_of(ours: dict[str, Any]) -> list[str]:
    """What was printed, but for what differs.

    * Where both sides of a fork are run, theirs takes either of them first, and here it is always the one that stands
      lower in ``history``. So lines are compared in no order, and without the moves of the version rows.
    * An enum type is made unless it is there, as it is where a script runs against a database.
    """
    text = re.sub(r"(?s)DO \$\$\nBEGIN\n    IF \S+ IS NULL THEN\n +(.*?)\n    END IF;\nEND\n\$\$;", r"\1", ours["out"])
    lines = normalised(text).splitlines()
    if ours["step"] in UNORDERED:
        lines = [re.sub(r"\((\w+), (\w+)\)", lambda found: str(sorted(found.groups())), line) for line in lines]
        return sorted(line for line in lines if "alembic_version" not in line)
    return lines


def schema_of(database: dict[str, Any]) -> str:
    """The schema, but for what differs everywhere.

    * A version table made by us is wider (Alembic's 32 characters broke people).
    * SQLite keeps the text of a CREATE TABLE. A batch of ours edits that text, or uses ALTER TABLE; theirs writes it
      anew from what was reflected, constraints in the order of a set. So quotes, spaces and their order may differ.
    """
    text = re.sub(r"(?i)(version_num`? (?:varchar|character varying))\(255\)", r"\1(32)", database["schema"])
    if ": CREATE TABLE" not in text:
        return text
    text = re.sub(r"\s*([(),])\s*", r"\1", re.sub(r"\s+", " ", text.replace('"', "")))
    return "\n".join(",".join(sorted(re.split(r",(?=[A-Z])|\)$", line))) for line in text.split(";"))


@pytest.mark.parametrize(("template", "backend"), PROJECTS)
def test_both_tools_do_the_same(template: str, backend: str, tmp_path: Path, new_database: NewDatabase) -> None:
    found = {}
    for tool in ("alembic", "whimbrel"):
        databases = [new_database(backend) for _ in range(2 if template == "multidb" else 1)]
        urls = [item.async_url if "async" in template else item.url for item in databases]
        make(tmp_path / tool, template, urls)
        found[tool] = outcome(tool, tmp_path / tool, [item.url for item in databases])
    for ours, theirs in zip(found["whimbrel"], found["alembic"], strict=True):
        step = ours["step"]
        said = f"{step}\n{ours['err'][-1500:]}\n{theirs['err'][-1500:]}"
        if step in THEIRS_FAIL.get(backend, ()):
            assert (ours["failed"], theirs["failed"]) == (False, True), said
            continue
        assert ours["failed"] == theirs["failed"], said
        if not ours["failed"]:
            assert sql_of(ours) == sql_of(theirs), said
        for one, other in zip(ours["databases"], theirs["databases"], strict=True):
            assert one["rows"] == other["rows"], said
            assert schema_of(one) == schema_of(other), said
    failed = {item["step"] for item in found["whimbrel"] if item["failed"]}
    assert {step for step in failed if "--sql" not in step} == {"downgrade r09"}  # r11 cannot be undone
