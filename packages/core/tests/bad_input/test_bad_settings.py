"""Configuration files with a slip in them: the message names the file and the line, and never a value."""

from __future__ import annotations

from pathlib import Path

import pytest

LINE = "url = postgresql://bob:m4rked@127.0.0.1/shop"


@pytest.mark.parametrize(
    ("text", "line", "remedy"),
    [
        (f"[whimbrel]\n{LINE}\nscript_location migrations\n", 3, "A setting is: key = value."),
        (f"[whimbrel\n{LINE}\n", 1, "Put it below a line: [whimbrel]"),
        (f"{LINE}\n[whimbrel]\n", 1, "Put it below a line: [whimbrel]"),
        (f"[whimbrel]\nsqlalchemy.{LINE}\nsqlalchemy.{LINE}\n", 3, "Keep one of them."),
        (f"[whimbrel]\n[other]\n[whimbrel]\n{LINE}\n", 3, "Keep one of them."),
    ],
    ids=["no setting", "no section", "before a section", "a key twice", "a section twice"],
)
def test_a_broken_line_in_an_ini_file(offline, terminal, text, line, remedy):
    (terminal.folder / "whimbrel.ini").write_text(text)
    terminal.refused("heads", names=(f"whimbrel.ini, line {line}",), remedy=remedy)


@pytest.mark.parametrize("name", ["whimbrel.toml", "pyproject.toml"])
@pytest.mark.parametrize(
    "broken",
    [f"sqlalchemy.{LINE}", f'sqlalchemy.url = "{LINE[6:]}', 'script_location = "a"\nx ='],
    ids=["no quotes", "no closing quote", "no value"],
)
def test_a_broken_line_in_a_toml_file(offline, terminal, name, broken):
    (terminal.folder / "whimbrel.ini").unlink()
    (terminal.folder / name).write_text(f"[tool.whimbrel]\n{broken}\n")
    line = broken.count("\n") + 2
    said = terminal.refused("heads", names=(f"{name}, line {line}",), remedy="not TOML")
    assert len(said.err.splitlines()) == 2  # what is wrong; what to do


def test_a_percent_sign_that_stands_alone(offline, terminal):
    text = "[whimbrel]\nscript_location = migrations\nsqlalchemy.url = postgresql://bob:m4rked%40@127.0.0.1/shop\n"
    (terminal.folder / "whimbrel.ini").write_text(text)
    terminal.refused("current", names=("whimbrel.ini", "sqlalchemy.url"), remedy="'%%'")


def test_a_file_that_is_not_text(offline, terminal):
    (terminal.folder / "whimbrel.ini").write_bytes(b"[whimbrel]\nscript_location = migr\xe4tions\n")
    terminal.refused("heads", names=("whimbrel.ini, line 2",), remedy="UTF-8")
    (terminal.folder / "whimbrel.toml").write_bytes(b"script_location = 'migr\xe4tions'\n")
    terminal.refused("-c", "whimbrel.toml", "heads", names=("whimbrel.toml, line 1",), remedy="UTF-8")


def test_a_file_that_is_not_there(offline, terminal):
    terminal.refused("-c", "elsewhere.ini", "heads", names=("elsewhere.ini",), remedy="whimbrel init")
    terminal.refused("-c", "elsewhere.toml", "heads", names=("elsewhere.toml",), remedy="whimbrel init")


def test_a_folder_in_place_of_a_file(offline, terminal):
    terminal.refused("-c", "migrations", "heads", names=("migrations",), remedy="-c")


def test_a_script_location_that_is_not_there(offline, terminal):
    (terminal.folder / "whimbrel.ini").write_text("[whimbrel]\nscript_location = elsewhere\n")
    terminal.refused("heads", names=("elsewhere",), remedy="whimbrel init")


def test_a_value_of_the_wrong_kind(offline, terminal):
    (terminal.folder / "whimbrel.toml").write_text("script_location = [3]\n")
    terminal.refused("-c", "whimbrel.toml", "heads", names=("whimbrel.toml", "script_location"), remedy="")


URLS = {
    "no ://": "postgresql//bob:m4rked@127.0.0.1/shop",
    "an @ in the password": "postgresql://bob:x@m4rked@127.0.0.1:1/shop",
    "a : in the password": "postgresql://bob:x@m4rked:y@127.0.0.1/shop",
    "a / in the password": "postgresql://bob:m4rked/x@127.0.0.1:1/shop",
    "a port that is no number": "postgresql://bob:m4rked@127.0.0.1:port/shop",
    "no dialect": "bob:m4rked@127.0.0.1/shop",
    "an unknown dialect": "postgrsql://bob:m4rked@127.0.0.1/shop",
    "an unknown driver": "postgresql+nothing://bob:m4rked@127.0.0.1/shop",
    "a password in the query": "postgresql://127.0.0.1:1/shop?user=bob&password=m4rked",
}


@pytest.mark.parametrize("url", URLS.values(), ids=URLS)
@pytest.mark.parametrize("environment", ["built-in", "own"])
def test_a_database_url_that_is_wrong(offline, terminal, url, environment):
    """The peer's own kind of env.py makes its engine itself: its errors are explained, and hidden, just as well."""
    if environment == "own":
        (offline.migrations / "env.py").write_text(OWN_ENVIRONMENT)
    terminal.refused("current", remedy="", env={"WHIMBREL_DATABASE_URL": url})


OWN_ENVIRONMENT = """
from sqlalchemy import engine_from_config
from whimbrel import context

engine = engine_from_config(context.config.get_section("whimbrel"), prefix="sqlalchemy.")
with engine.connect() as connection:
    context.configure(connection=connection)
    context.run_migrations()
"""


def test_nothing_of_a_project_at_all(tmp_path: Path, terminal):
    terminal.folder.mkdir()
    terminal.refused("heads", remedy="whimbrel init")
