"""The question at a terminal, by the real command line: yes, no, always, Ctrl-C; never where nobody is there."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import textwrap
from importlib import resources
from pathlib import Path

import pytest

from testing.comparing import made
from testing.databases import Database
from testing.processes import run as python
from testing.projects import Project

pty = pytest.importorskip("pty", reason="terminals are POSIX")

ENV = """
    import sqlalchemy as sa
    from whimbrel import context

    metadata = sa.MetaData()
    sa.Table(
        "users",
        metadata,
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("nickname", sa.String(50)),
        sa.Column("heading", sa.String(50)),
    )

    with context.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata)
        with context.begin_transaction():
            context.run_migrations()
"""
FIRST = "Was column users.nick renamed to users.nickname (VARCHAR(50) NULL)? [yes/no/always] "
SECOND = "Was column users.title renamed to users.heading (VARCHAR(50) NULL)? [yes/no/always] "
REVISION = ("revision", "--autogenerate", "-m", "names", "--rev-id", "a1")


@pytest.fixture
def project(tmp_path: Path, sqlite_database: Database) -> Project:
    made(
        sqlite_database,
        "CREATE TABLE users (id INTEGER NOT NULL PRIMARY KEY, nick VARCHAR(50), title VARCHAR(50))",
        "INSERT INTO users VALUES (1, 'ada', 'countess')",
    )
    project = Project(tmp_path, sqlite_database.url, env=ENV)
    template = resources.files("whimbrel") / "templates/generic/script.py.mako"
    (project.migrations / "script.py.mako").write_text(template.read_text())
    (tmp_path / "whimbrel.ini").write_text(
        f"[whimbrel]\nscript_location = %(here)s/migrations\nsqlalchemy.url = {sqlite_database.url}\n"
    )
    return project


def at_terminal(project: Project, *words: str, keys: dict[str, str], again: str = "") -> tuple[int, str]:
    """Run a command at a terminal, and press keys once a text is shown; return its exit code and what was shown.

    What is to be pressed *again*, is so each second until something happens: Ctrl-C is lost on a process that is about
    to read, and does not read yet.
    """
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "whimbrel", *words],
        cwd=project.folder,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"},
        start_new_session=True,
        preexec_fn=_controlled,
    )
    os.close(slave)
    waiting = dict(keys)
    shown = ""
    while True:
        for _ in range(60):
            if select.select([master], [], [], 1)[0]:
                break
            os.write(master, again.encode() if not waiting else b"")
        else:
            raise AssertionError(f"nothing more was shown after: {shown}")
        try:
            chunk = os.read(master, 65536)
        except OSError:  # Linux says so when the other end is closed
            break
        if not chunk:
            break
        shown += chunk.decode().replace("\r\n", "\n")
        for text in [text for text in waiting if text in shown]:
            os.write(master, waiting.pop(text).encode())
    os.close(master)
    assert waiting == {}, f"never shown, in: {shown}"
    return process.wait(), shown


def _controlled() -> None:
    """Make the terminal the one that Ctrl-C of this process comes from."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def scripts(project: Project) -> list[str]:
    return [path.read_text() for path in sorted(project.versions.glob("*.py"))]


def elsewhere(project: Project, *words: str) -> tuple[int, str]:
    ran = python(["-m", "whimbrel", *words], cwd=project.folder)
    return ran.returncode, ran.stdout + ran.stderr


def test_pains_row_05_yes_and_no(project: Project) -> None:
    keys = {FIRST: "maybe\n", "Please answer yes, no or always.": "yes\n", SECOND: "n\n"}
    code, shown = at_terminal(project, *REVISION, keys=keys)
    assert code == 0, shown
    (script,) = scripts(project)
    assert 'new_column_name="nickname"' in script
    assert 'batch_op.drop_column("title")' in script
    assert "# All that column users.title holds is lost here." in script
    assert "users.nick holds" not in script


def test_always_is_yes_to_the_rest(project: Project) -> None:
    code, shown = at_terminal(project, *REVISION, keys={FIRST: "always\n"})
    assert code == 0, shown
    assert SECOND not in shown
    (script,) = scripts(project)
    assert 'new_column_name="nickname"' in script
    assert 'new_column_name="heading"' in script
    assert elsewhere(project, "upgrade", "head")[0] == 0
    code, said = elsewhere(project, "check")
    assert (code, said.splitlines()[-1]) == (0, "No new upgrade operations detected.")


@pytest.mark.parametrize("pressed", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_leaving_writes_nothing(project: Project, pressed: str) -> None:
    code, shown = at_terminal(project, *REVISION, keys={FIRST: pressed}, again=pressed)
    assert code == 130
    assert shown.rstrip().endswith("Interrupted.")
    assert scripts(project) == []


def test_what_is_declared_is_not_asked(project: Project) -> None:
    words = (*REVISION, "--rename", "nick:nickname", "--rename", "users.title:users.heading")
    code, shown = at_terminal(project, *words, keys={})
    assert code == 0, shown
    assert "Was column" not in shown
    assert "drop_column" not in scripts(project)[0]


@pytest.mark.parametrize("words", [("--quiet", *REVISION), ("check",), ("diff",)])
def test_quiet_check_and_diff_never_ask(project: Project, words: tuple[str, ...]) -> None:
    _, shown = at_terminal(project, *words, keys={})
    assert "Was column" not in shown


def test_where_nobody_is_there_nobody_is_asked(project: Project) -> None:
    code, said = elsewhere(project, *REVISION)
    assert code == 0
    assert "Was column" not in said
    assert "# All that column users.nick holds is lost here." in scripts(project)[0]


def test_check_and_diff_show_a_declared_rename_in_one_line(project: Project) -> None:
    declared = ("--rename", "nick:nickname", "--rename", "title:heading")
    lines = "users\n  ~ column nick -> nickname\n  ~ column title -> heading\n"
    assert elsewhere(project, "diff", *declared) == (0, lines)
    code, said = elsewhere(project, "check", *declared)
    assert code == 3
    assert said.startswith(lines)
    assert "differ in 2 places" in said
    found = json.loads(elsewhere(project, "diff", "--json", *declared)[1])
    assert found["differences"][0]["changes"] == [{"what": "name", "database": "nick", "models": "nickname"}]


def test_what_fits_nothing_is_an_error_and_nothing_is_written(project: Project) -> None:
    code, said = elsewhere(project, *REVISION, "--rename", "nik:nickname")
    assert code == 1
    assert "--rename nik:nickname fits nothing" in said
    assert "users.nick:nickname" in said
    assert scripts(project) == []


def test_rename_goes_with_autogenerate(project: Project) -> None:
    code, said = elsewhere(project, "revision", "-m", "names", "--rename", "a:b")
    assert code == 1
    assert "it goes with --autogenerate" in said
    assert scripts(project) == []


TWO = """
    import sqlalchemy as sa
    from whimbrel import context

    folder = context.config.get_main_option("folder")
    for name, column in (("users", "nickname"), ("pets", "name")):
        metadata = sa.MetaData()
        sa.Table(name, metadata, sa.Column("id", sa.Integer, primary_key=True), sa.Column(column, sa.String(50)))
        with sa.create_engine(f"sqlite:///{folder}/{name}.db").connect() as connection:
            if not sa.inspect(connection).has_table(name):
                connection.exec_driver_sql(f"CREATE TABLE {name} (id INTEGER NOT NULL PRIMARY KEY, nick VARCHAR(50))")
                connection.commit()
            context.configure(connection=connection, target_metadata=metadata)
            with context.begin_transaction():
                context.run_migrations()
"""


def test_of_several_databases_one_has_to_fit(project: Project) -> None:
    (project.migrations / "env.py").write_text(textwrap.dedent(TWO))
    with (project.folder / "whimbrel.ini").open("a") as settings:
        settings.write("folder = %(here)s\n")
    code, said = elsewhere(project, "diff", "--rename", "users.nick:nickname", "--rename", "pets.nick:pets.name")
    assert code == 0, said
    assert "~ column nick -> nickname" in said
    assert "~ column nick -> name" in said
    assert elsewhere(project, "diff", "--rename", "users.nick:name")[0] == 1
