"""Making an SQLite table of a million rows anew, beside the bare ``INSERT INTO ... SELECT`` that copies its rows.

python batch.py [--rows 1000000] [--runs 3] [--peer PYTHON]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

TABLE = "(id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, amount INTEGER, note TEXT, made TEXT DEFAULT 'now')"
COLUMNS = "id, name, amount, note, made"
ROWS = """
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
INSERT INTO t SELECT i, 'name ' || i, i * 7 % 1000, 'some text that a row has, number ' || i, '2020-02-02' FROM n
"""
COPY = f"""
import sqlite3
connection = sqlite3.connect(path, isolation_level=None)
connection.execute("PRAGMA secure_delete = " + secure)
def work():
    connection.execute("BEGIN")
    connection.execute("CREATE TABLE copied {TABLE}")
    connection.execute("INSERT INTO copied ({COLUMNS}) SELECT {COLUMNS} FROM t")
"""
BLOCK = """
import sqlalchemy as sa
from {0}.operations import Operations
from {0}.runtime.migration import MigrationContext
engine = sa.create_engine("sqlite:///" + path)
sa.event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA secure_delete = " + secure))
def rebuild(connection, table, column):
    context = MigrationContext.configure(connection)
    with context.begin_transaction(), Operations(context).batch_alter_table(table) as batch:
        batch.alter_column(column, type_=sa.String(50))
connection = engine.connect()
rebuild(connection, "warm", "a")  # what is imported only once
def work():
    rebuild(connection, "t", "name")
"""
WAYS = {
    "INSERT INTO ... SELECT": f"""{COPY}
    connection.execute("COMMIT")
""",
    "with DROP and RENAME, by hand": f"""{COPY}
    connection.execute("DROP TABLE t")
    connection.execute("ALTER TABLE copied RENAME TO t")
    connection.execute("COMMIT")
""",
    "whimbrel": BLOCK.format("whimbrel"),
    "alembic": BLOCK.format("alembic"),
}
TIMED = """
import resource, sys, time
path, secure = sys.argv[1:]
{0}
usage = resource.getrusage(resource.RUSAGE_SELF)
before, cpu = usage.ru_maxrss, usage.ru_utime + usage.ru_stime
began = time.perf_counter()
work()
seconds = time.perf_counter() - began
usage = resource.getrusage(resource.RUSAGE_SELF)
print(seconds, usage.ru_utime + usage.ru_stime - cpu, (usage.ru_maxrss - before) / 1024)
"""


class Measured(NamedTuple):
    """What one way took.

    :param seconds: wall-clock time.
    :param cpu: seconds of the processor.
    :param grown: by how much the largest resident set grew meanwhile, in MiB.
    """

    seconds: float
    cpu: float
    grown: float


def measure(way: str, python: str, start: Path, secure: str) -> Measured:
    """Measure one way on a copy of the database *start*, in a process of its own."""
    path = start.with_name("measured.sqlite")
    shutil.copy(start, path)
    os.sync()
    command = [python, "-c", TIMED.format(WAYS[way]), str(path), secure]
    out = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    path.unlink()
    return Measured(*map(float, out.split()))


def make(path: Path, rows: int) -> None:
    """Make the database that every way starts with."""
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TABLE t {TABLE}")
    connection.execute("CREATE TABLE warm (a TEXT)")
    connection.execute(ROWS, (rows,))
    connection.commit()
    connection.close()


def main() -> None:
    """Measure all ways in turn, several times, and print the best of each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--peer", help="a Python that has Alembic")
    options = parser.parse_args()
    pythons = {way: sys.executable for way in WAYS if way != "alembic"}
    if options.peer:
        pythons["alembic"] = options.peer
    print(f"{options.rows} rows, SQLite {sqlite3.sqlite_version}\n")
    print("| secure_delete | | seconds | of the processor | memory grows by | seconds, to the copy |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        start = Path(folder) / "start.sqlite"
        make(start, options.rows)
        for secure in ("OFF", "ON"):
            found: dict[str, list[Measured]] = {way: [] for way in pythons}
            for _ in range(options.runs):
                for way, python in pythons.items():
                    found[way].append(measure(way, python, start, secure))
            floor = min(run.seconds for run in found["INSERT INTO ... SELECT"])
            for way, runs in found.items():
                best, cpu = min(run.seconds for run in runs), min(run.cpu for run in runs)
                grown = max(run.grown for run in runs)
                print(f"| {secure} | {way} | {best:.2f} | {cpu:.2f} | {grown:.1f} MiB | {best / floor:.2f} |")


if __name__ == "__main__":
    main()
