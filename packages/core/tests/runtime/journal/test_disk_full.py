"""The disk is full in the middle of a revision: what is said, and that the next upgrade goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import sqlalchemy as sa

from conftest import skip_or_fail
from testing.killing import emptied, everything_in
from testing.own_servers import OwnServer, own_server
from testing.projects import Project
from testing.servers import Unavailable
from testing.small_disk import fill, small_disk
from whimbrel import command
from whimbrel.errors import CommandError, MigrationFailed

# Files that are small from the start. The server's temporary files grow by 64 MB at once.
SMALL = {
    "mysql": [
        "--innodb-log-file-size=4M",
        "--innodb-undo-tablespaces=0",
        "--innodb-data-file-path=ibdata1:10M:autoextend",
        "--aria-log-file-size=8M",
    ],
    "postgresql": ["-c", "min_wal_size=32MB", "-c", "max_wal_size=32MB"],
}
SIZE = {"mysql": "200m", "postgresql": "128m"}
MANY = {
    "mysql": "SELECT seq, REPEAT('x', 1000) FROM seq_1_to_4000",
    "postgresql": "SELECT n, repeat('x', 1000) FROM generate_series(1, 4000) AS n",
}
UPGRADE = """
op.create_table("page", sa.Column("id", sa.Integer, autoincrement=False), sa.Column("text", sa.String(1000)))
op.execute("INSERT INTO page VALUES (0, 'first')")
with op.get_context().autocommit_block():
    op.create_table("log", sa.Column("id", sa.Integer, autoincrement=False))
    op.execute("INSERT INTO log VALUES (1)")
    op.get_context().config.attributes.get("fill", lambda: None)()
    op.execute("INSERT INTO page {many}")
    op.create_index("by_id", "page", ["id"])
op.add_column("page", sa.Column("x", sa.Integer))
op.execute("UPDATE page SET x = id")
"""


@pytest.fixture
def disks() -> Iterator[ExitStack]:
    """Where disks and servers are kept until the test is over; what cannot be had skips it."""
    with ExitStack() as stack:
        yield stack


def mounted(stack: ExitStack, folder: Path, size: str) -> Path:
    try:
        return stack.enter_context(small_disk(folder, size))
    except Unavailable as error:
        pytest.skip(str(error))


def started(stack: ExitStack, backend: str, data: Path) -> OwnServer:
    try:
        return stack.enter_context(own_server(backend, data, SMALL[backend]))
    except Unavailable as error:
        skip_or_fail(backend, error)


def test_a_disk_that_is_full_leaves_nothing_of_the_revision_on_sqlite(disks: ExitStack, tmp_path: Path) -> None:
    disk = mounted(disks, tmp_path / "disk", "256k")
    project = Project(tmp_path, f"sqlite:///{disk / 'shop.db'}")
    project.add("a1", upgrade='op.create_table("page", sa.Column("text", sa.Text))')
    project.add(
        "b2",
        "a1",
        upgrade="""
op.add_column("page", sa.Column("x", sa.Integer))
op.bulk_insert(sa.table("page", sa.column("text")), [{"text": "x" * 1000} for _ in range(120)])
""",
    )
    ballast = disk / "ballast"
    command.upgrade(project.config(), "a1")
    ballast.write_bytes(b"x" * 150_000)
    with pytest.raises(CommandError, match="full") as caught:
        command.upgrade(project.config(), "head")
    assert "The database did not confirm a commit." in str(caught.value)
    assert "The database is as it was before this revision." in str(caught.value)
    ballast.unlink()
    engine = sa.create_engine(project.url, poolclass=sa.NullPool)
    assert [column["name"] for column in sa.inspect(engine).get_columns("page")] == ["text"]
    command.upgrade(project.config(), "head")
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM page")).scalar() == 120


@pytest.mark.parametrize(
    ("backend", "leave"),
    [
        ("postgresql", 0),
        pytest.param("mysql", 0, marks=pytest.mark.long),
        pytest.param("mysql", 200_000, marks=pytest.mark.long),
    ],
)
def test_a_disk_that_is_full_in_the_middle_of_a_revision_keeps_what_is_done_for_the_next_upgrade(
    disks: ExitStack, tmp_path_factory: pytest.TempPathFactory, backend: str, leave: int
) -> None:
    # With a little space left MariaDB 10.11 dies instead of refusing: the server is started again then.
    folder = Path(disks.enter_context(TemporaryDirectory(prefix="whimbrel-disk-")))
    folder.chmod(0o755)  # PostgreSQL does not run as root
    disk = mounted(disks, folder / "disk", SIZE[backend])
    server = started(disks, backend, disk / "data")
    database = server.shop()
    engine = database.engine()
    project = Project(tmp_path_factory.mktemp("project"), database.url)
    project.add("a1", upgrade=UPGRADE.format(many=MANY[backend]))
    command.upgrade(project.config(), "head")
    undisturbed = everything_in(engine)
    emptied(engine)

    config = project.config()
    config.attributes["fill"] = lambda: fill(disk, leave)
    with pytest.raises(MigrationFailed) as caught:
        command.upgrade(config, "head")
    assert "What it had done before stays, and is noted." in str(caught.value)
    server_said_so = server.runs
    assert server_said_so == (leave == 0)
    (disk / "ballast").unlink()
    if not server_said_so:
        server.start()
    command.upgrade(project.config(), "head")
    found = everything_in(engine)
    failed = {("a1", "upgrade", "failed")} if server_said_so else set()
    assert found.pop("whimbrel_history") == {("a1", "upgrade", "done"), *failed}
    assert found == {name: table for name, table in undisturbed.items() if name != "whimbrel_history"}
