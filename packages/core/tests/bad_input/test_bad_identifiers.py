"""Ids that no history can hold, in a file and on the command line; and identifiers that name nothing."""

from __future__ import annotations

import pytest

IDS = {
    "an @": ("a@b", "it contains '@'"),
    "a colon": ("a:b", "it contains ':'"),
    "a plus": ("a+b", "it contains '+'"),
    "a minus": ("a-b", "it contains '-'"),
    "a space": ("a b", "it contains a space"),
    "a tab": ("a\tb", "it contains a tab"),
    "a line break": ("a\nb", "it contains a line break"),
    "an escape": ("a\x1b[31mb", "it contains '\\x1b'"),
    "500 characters": ("a" * 500, "it has 500 characters, 255 are the most"),
    "a word of ours": ("heads", "'heads' is a word of its own"),
}


@pytest.mark.parametrize(("id", "reason"), IDS.values(), ids=IDS)
class TestIds:
    def test_in_a_file(self, offline, terminal, id, reason):
        offline.add("a1")
        path = offline.versions / "b2.py"
        path.write_text(f"revision = {id!r}\ndown_revision = 'a1'\n")
        said = terminal.refused("heads", names=(path, reason), remedy="Choose an id of letters")
        assert "\x1b" not in said.err

    def test_computed_in_a_file(self, offline, terminal, id, reason):
        path = offline.versions / "a1.py"
        path.write_text(f"revision = str({id!r})\ndown_revision = None\n")
        terminal.refused("heads", names=(path, reason), remedy="Choose an id of letters")

    def test_on_the_command_line(self, offline, terminal, id, reason):
        terminal.refused("revision", "--rev-id", id, names=(reason,), remedy="Choose an id of letters")
        assert list(offline.versions.iterdir()) == []

    def test_of_a_merge(self, offline, terminal, id, reason):
        offline.add("a1")
        offline.add("b1")
        before = sorted(offline.versions.iterdir())
        terminal.refused("merge", "--rev-id", id, "heads", names=(reason,), remedy="Choose an id of letters")
        assert [path for path in sorted(offline.versions.iterdir()) if path.name != "__pycache__"] == before


@pytest.mark.parametrize(
    ("words", "name", "remedy"),
    [
        (["show", "a"], "'a'", "Give more of its characters"),
        (["show", "nope"], "'nope'", ""),
        (["upgrade", "ab9", "--sql"], "'ab9'", "whimbrel history"),
        (["upgrade", "+5", "--sql"], "'+5'", ""),
        (["downgrade", "ab2:-9", "--sql"], "-9", ""),
        (["upgrade", "shop@head", "--sql"], "'shop@head'", "whimbrel history"),
        (["upgrade", "a@b@c", "--sql"], "a@b@c", ""),
        (["upgrade", "x" * 500, "--sql"], "xxx", ""),
        (["stamp", "nope", "--sql"], "'nope'", ""),
        (["history", "-r", "nope"], "nope", ":"),
        (["history", "-r", "ab2:ab1"], "ab2", "whimbrel history --graph"),
        (["history", "-r", "a:b:c"], "a:b:c", ":"),
        (["revision", "--head", "nope"], "'nope'", ""),
        (["revision", "--depends-on", "nope"], "'nope'", ""),
        (["revision", "--branch-label", "a@b"], "'a@b'", "Choose one of letters"),
        (["revision", "--version-path", "elsewhere"], "elsewhere", "version_locations"),
        (["merge", "ab1", "nope"], "'nope'", ""),
        (["edit", "nope"], "'nope'", ""),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, list) else "",
)
def test_an_identifier_that_names_nothing(offline, terminal, words, name, remedy):
    offline.line("ab1", "ab2")
    before = {path for path in offline.versions.iterdir() if path.suffix == ".py"}
    terminal.refused(*words, names=(name,), remedy=remedy)
    assert {path for path in offline.versions.iterdir() if path.suffix == ".py"} == before


def test_several_heads_where_one_is_wanted(offline, terminal):
    first = offline.add("a1")
    second = offline.add("b1")
    for words in (["upgrade", "head", "--sql"], ["revision", "-m", "next"], ["show", "head"]):
        remedy = 'whimbrel merge -m "merge" '
        terminal.refused(*words, names=("a1", "b1", first, second), remedy=remedy)
