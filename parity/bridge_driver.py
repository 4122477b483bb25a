"""Run commands of one tool in a project, in one process: ``python bridge_driver.py TOOL FOLDER RESULT STEP...``.

Written as JSON: for each command whether it failed, what it printed, and each database's version rows, rows and schema
afterwards, as the database itself tells them.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa

TABLES = ("account", "note", "remark", "invoice", "stock")


def run(tool: str, words: list[str]) -> bool:
    """Run a command, and return whether it failed."""
    try:
        if tool == "alembic":
            from alembic.config import main as theirs

            theirs(argv=words, prog="alembic")
            return False
        from whimbrel.cli.main import main as ours

        return ours(words) != 0
    except SystemExit as ended:
        return bool(ended.code)
    except Exception as error:
        sys.stderr.write(f"{type(error).__name__}: {error}\n")
        return True


def look(url: str) -> dict[str, Any]:
    """Return what a database holds."""
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    with engine.connect() as connection:
        there = set(sa.inspect(connection).get_table_names())
        rows = {
            table: [[str(value) for value in row] for row in connection.execute(sa.text(f"SELECT * FROM {table}"))]
            for table in sorted(there & {*TABLES, "alembic_version"})
        }
        return {"rows": {table: sorted(found) for table, found in rows.items()}, "schema": schema(connection, url)}


def schema(connection: sa.Connection, url: str) -> str:
    """Return the schema as the database dumps it."""
    kind = connection.dialect.name
    if kind == "sqlite":
        dumped = ";\n".join(
            f"{name}: {text}"
            for name, text in connection.execute(sa.text("SELECT name, sql FROM sqlite_schema ORDER BY name"))
        )
    elif kind == "mysql":
        names = [row[0] for row in connection.execute(sa.text("SHOW TABLES"))]
        dumped = "\n".join(connection.execute(sa.text(f"SHOW CREATE TABLE `{name}`")).one()[1] for name in names)
    else:
        plain = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        dumped = subprocess.run(
            ["pg_dump", "--schema-only", "--no-owner", plain], check=True, capture_output=True, text=True
        ).stdout
        noise = re.compile(r"--|\\(un)?restrict|SET |$")
        dumped = "\n".join(line for line in dumped.splitlines() if not noise.match(line))
    return dumped


def main(tool: str, folder: str, result: str, urls: list[str], steps: list[str]) -> None:
    """Run the commands, and write what became of them."""
    os.chdir(folder)
    sys.path.insert(0, folder)
    said = []
    out, err = sys.stdout, sys.stderr = io.StringIO(), io.StringIO()  # before a tool is imported, which keeps them
    for step in steps:
        failed = run(tool, step.split())
        written = ""
        for path in sorted(Path().glob("*.sql")):  # what an env.py for several databases writes
            written += path.read_text()
            path.unlink()
        facts = {"step": step, "failed": failed, "out": out.getvalue() + written, "err": err.getvalue()}
        said.append({**facts, "databases": [look(url) for url in urls]})
        for stream in (out, err):
            stream.seek(0)
            stream.truncate()
    Path(result).write_text(json.dumps(said))


if __name__ == "__main__":
    main(*sys.argv[1:4], json.loads(sys.argv[4]), json.loads(sys.argv[5]))
