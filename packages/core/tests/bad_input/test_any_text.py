"""Whatever is typed, and whatever a settings file holds: an answer or one message, never an error nobody expected."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from testing.projects import Project
from whimbrel.cli.main import main

TYPED = st.one_of(
    st.text(st.characters(exclude_characters="\0"), max_size=20),
    st.text("ab12@:+-.~^ ,/\\%_'\"*", max_size=12),
    st.lists(
        st.sampled_from(
            ["a1", "b2", "c3", "shop", "head", "heads", "base", "current", "@", ":", "+", "-", "1", "2", "99"]
        ),
        max_size=6,
    ).map("".join),
)
"""Anything; what looks like an identifier; what is made of pieces of identifiers."""

KEYS = st.sampled_from(
    ["script_location", "version_locations", "path_separator", "file_template", "timezone", "truncate_slug_length",
     "revision_environment", "sourceless", "prepend_sys_path", "output_encoding", "sqlalchemy.url", "sqlalchemy.echo",
     "sqlalchemy.url_env", "sqlalchemy.url_file", "post_write_hooks", "version_table", "target_metadata", "nonsense",
     "recursive_version_locations", "transaction_per_migration", "ruff.type", "ruff.entrypoint"]
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=20),
    st.sampled_from(["migrations", "true", "no", "-1", "%(here)s/x", "%(x)s", "%", "${HOME}", "${", "a:b", ":", "ruff",
                     ".", "UTC", "latin-1", "klingon", "%(rev)s", "%(nope)s", "%(rev)d", "../%(rev)s", "1e9", "sqlite://",
                     "sqlite", "postgresql://a:b@c:d/e", "os:path", "no.such:thing", "\0"]),
)  # fmt: skip
LINES = st.one_of(
    st.tuples(KEYS, st.sampled_from([" = ", ":", " ", "="]), VALUES).map("".join),
    st.tuples(KEYS, VALUES).map(lambda pair: f"{pair[0]} = '{pair[1]}'"),
    st.sampled_from(
        ["[whimbrel]", "[other]", "[tool.whimbrel]", "[", "[DEFAULT]", "[[whimbrel]]", "  more", "# x", "= 1"]
    ),
    st.text(max_size=20),
)
CONTENT = st.one_of(
    st.lists(LINES, max_size=6).map("\n".join).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.lists(LINES, max_size=6)
    .map(lambda lines: "\n".join(["[whimbrel]", "script_location = migrations", *lines]))
    .map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=60),
)

EVERY = settings(
    max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture], deadline=None
)


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A new working directory, with a history: a1 (shop) <- b2, a1 <- c3, all literal."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as name:
        project = Project(Path(name), "sqlite://")
        project.add("a1", labels="shop")
        project.add("b2", "a1")
        project.add("c3", "a1")
        os.chdir(name)
        try:
            yield Path(name)
        finally:
            os.chdir(before)


def answered(*words: str) -> None:
    """Run a command line, and check that it answers, or refuses as it should."""
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="backslashreplace")  # as Python's own
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(list(words))
    err.flush()
    told = err.buffer.getvalue().decode()
    assert code in (0, 1, 2), told
    assert "Traceback" not in told
    assert "This was not expected" not in told, told
    if code == 1:
        assert any(line.startswith("Error: ") for line in told.splitlines()), told
        assert "\x1b" not in told
    elif code == 2:
        assert told.startswith("Usage: ")


@pytest.mark.parametrize(
    "words",
    [["show", "--"], ["upgrade", "--sql", "--"], ["downgrade", "--sql", "--"], ["stamp", "--sql", "--"],
     ["history", "-r"], ["revision", "--rev-id"], ["revision", "--splice", "--head"], ["revision", "--branch-label"],
     ["revision", "--splice", "--head", "a1", "--depends-on"], ["revision", "--splice", "--head", "a1", "-m"],
     ["revision", "--version-path"], ["merge", "a1"], ["-x"], ["-n"], ["-c"], ["edit", "--"], []],
    ids=" ".join,
)  # fmt: skip
@given(text=TYPED)
@example(text="\udcff")
@example(text="\u202e")
@example(text="")
@EVERY
def test_any_word(monkeypatch, words, text):
    monkeypatch.setenv("VISUAL", "true")
    with folder():
        Path("whimbrel.ini").write_text("[whimbrel]\nscript_location = migrations\nsqlalchemy.url = sqlite://\n")
        tail = ["heads"] if words and words[0] in ("-x", "-n", "-c") else []
        answered(*words, text, *tail)
        if words[:1] in (["revision"], ["merge"]):
            answered("heads")  # whatever was written can be read


@pytest.mark.parametrize("name", ["whimbrel.ini", "whimbrel.toml"])
@given(content=CONTENT)
@EVERY
def test_any_settings_file(monkeypatch, name, content):
    for words in (
        ["heads"],
        ["history", "--json"],
        ["upgrade", "heads", "--sql"],
        ["current"],
        ["revision", "--head", "b2"],
    ):
        with folder():
            Path(name).write_bytes(content)
            answered(*words)


@given(text=st.one_of(st.text(max_size=30), LINES), id=st.text(max_size=8))
@EVERY
def test_any_version_file(text, id):
    with folder() as here:
        Path("whimbrel.ini").write_text("[whimbrel]\nscript_location = migrations\nsqlalchemy.url = sqlite://\n")
        path = here / "migrations" / "versions" / "d4.py"
        for content in (
            text,
            f"revision = {id!r}\ndown_revision = 'b2'\n",
            f"revision = 'd4'\ndown_revision = {text!r}",
        ):
            path.write_bytes(content.encode("utf-8", "surrogatepass"))
            for words in (["heads"], ["history", "-v"], ["upgrade", "heads", "--sql"]):
                answered(*words)
