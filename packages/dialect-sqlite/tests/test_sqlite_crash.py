"""A process killed at any statement of a rebuild leaves the table as it was before, or as it is after."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from testing.databases import ROOT, Database
from testing.sqlite import everything, raw, script

START = """
PRAGMA page_size = 512;
CREATE TABLE parent (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT COLLATE NOCASE, age INT, CHECK (age > 0));
CREATE TABLE child (parent_id INT REFERENCES parent ON DELETE CASCADE);
CREATE INDEX ix ON parent (age DESC) WHERE age > 5;
CREATE VIEW adults AS SELECT name FROM parent WHERE age >= 18;
CREATE TRIGGER renamed AFTER UPDATE OF name ON parent BEGIN DELETE FROM child WHERE parent_id = old.id; END;
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300)
INSERT INTO parent (name, age) SELECT 'name ' || i, i FROM n;
INSERT INTO child SELECT id FROM parent;
"""

# A process that carries the rebuild out in forks of itself: one on a copy named "whole", which tells how many
# statements there are, and then one for each of them, which dies when it comes to it.
PROGRAM = """
import os, shutil, signal, sys
from pathlib import Path
import sqlalchemy as sa
from whimbrel.operations import Operations
from whimbrel.runtime.migration import MigrationContext

folder, how, which = Path(sys.argv[1]), sys.argv[2], sys.argv[3]

def rebuild(op):
    with op.batch_alter_table("parent") as batch:
        batch.alter_column("age", new_column_name="years", nullable=False)
        batch.alter_column("name", type_=sa.String(50))

def migrate(path, fatal):
    seen = []
    engine = sa.create_engine(f"sqlite:///{path}")

    @sa.event.listens_for(engine, "connect")
    def connect(connection, record):
        def trace(statement):
            seen.append(" ".join(statement.split()))
            if len(seen) == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_spill = 5")  # pages go to the file while the transaction is going on
        connection.execute("PRAGMA cache_size = 5")
        connection.set_trace_callback(trace)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"transaction_per_migration": how == "revision"})
        op = Operations(context)
        if how == "bare":
            rebuild(op)
        else:
            with context.begin_transaction(), context.begin_transaction(_per_migration=True):
                if how == "autocommit":
                    with context.autocommit_block():
                        rebuild(op)
                else:
                    rebuild(op)
    return seen

def forked(name, fatal):
    shutil.copy(folder / "start.sqlite", folder / name)
    child = os.fork()
    if not child:
        seen = migrate(folder / name, fatal)
        (folder / "statements").write_text("\\n".join(seen))
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

assert forked("whole.sqlite", 0) == 0
for number, statement in enumerate((folder / "statements").read_text().splitlines(), 1):
    if statement.startswith(("SELECT", "PRAGMA", "EXPLAIN")) and which == "writing":
        continue
    assert forked(f"{number}.sqlite", number) == -signal.SIGKILL, number
"""
STATEMENTS = (
    'CREATE TABLE "main"."_whimbrel_tmp_parent"',
    "INSERT OR ABORT INTO",
    "DROP TABLE",
    'ALTER TABLE "main"."_whimbrel_tmp_parent" RENAME TO',
    "CREATE INDEX",
    "CREATE TRIGGER",
    "COMMIT",
)


def state(path: Path) -> dict[str, object]:
    with raw(Database("sqlite", f"sqlite:///{path}")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return everything(connection)


def kill(tmp_path: Path, how: str, which: str) -> None:
    """Kill a rebuild at each statement, or at each that writes, and look at what is left."""
    start = tmp_path / "start.sqlite"
    script(Database("sqlite", f"sqlite:///{start}"), START)
    subprocess.run([sys.executable, "-c", PROGRAM, str(tmp_path), how, which], cwd=ROOT, check=True, timeout=600)
    statements = (tmp_path / "statements").read_text().splitlines()
    for expected in STATEMENTS:
        assert any(statement.startswith(expected) for statement in statements), expected
    before, after = state(start), state(tmp_path / "whole.sqlite")
    assert before != after
    for number, statement in enumerate(statements, 1):
        path = tmp_path / f"{number}.sqlite"
        if not path.exists():
            continue
        found = state(path)
        assert found in (before, after), f"neither before nor after, killed at: {statement}"
        assert found == before or number > statements.index("COMMIT")


needs_fork = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signal that kills at once, and no fork")


@needs_fork
def test_killed_at_every_statement_that_writes(tmp_path: Path) -> None:
    kill(tmp_path, "revision", "writing")


@needs_fork
@pytest.mark.long
@pytest.mark.parametrize("how", ["revision", "run", "autocommit", "bare"])
def test_killed_at_every_statement(tmp_path: Path, how: str) -> None:
    kill(tmp_path, how, "every")
