"""A revision as lists and logs show it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from whimbrel.script import Script

#                          +-- c  (till)
#   a -- b (shop, doc) ----+         \
#                          +-- d ------+-- m
#   x (other)   d depends on x
HISTORY = """
    a:
    b: a, labels shop
    c: b, labels till
    d: b, depends on x
    m: c and d
    x:
"""


@pytest.fixture
def script(project):
    project.add("a")
    project.add("b", "a", labels="shop", doc="create shop\n\nwith all its tables\n  and views\n")
    project.add("c", "b", labels=("till",))
    project.add("d", "b", depends="x", doc="one line")
    project.add("m", ("c", "d"))
    project.add("x", labels=["other"])
    return project.directory()


LINES = {
    "a": "<base> -> a",
    "b": "a -> b (branchpoint), create shop",
    "c": "b -> c",
    "d": "b (x) -> d, one line",
    "m": "c, d -> m (head) (mergepoint)",
    "x": "<base> -> x (effective head)",
}


@pytest.mark.parametrize("id_", LINES)
def test_a_line(id_: str, script) -> None:
    assert str(script.get_revision(id_)) == LINES[id_]
    assert script.get_revision(id_).cmd_format(False, include_doc=True, include_parents=True) == LINES[id_]


def test_a_line_says_what_is_asked_for(script) -> None:
    b, m = script.get_revision("b"), script.get_revision("m")
    assert b.cmd_format(False) == "b (branchpoint)"
    assert b.cmd_format(False, tree_indicators=False) == "b"
    assert b.cmd_format(False, include_branches=True, tree_indicators=False) == "b (shop)"
    assert m.cmd_format(False, indicate_current=True) == "m (head) (current) (mergepoint)"


def test_a_log_entry(script) -> None:
    assert script.get_revision("b").log_entry == dedent(
        f"""\
        Rev: b (branchpoint)
        Parent: a
        Branches into: c, d
        Branch names: shop
        Path: {script.get_revision("b").path}

            create shop

            with all its tables
              and views
        """
    )
    assert script.get_revision("d").cmd_format(True, indicate_current=True) == dedent(
        f"""\
        Rev: d (current)
        Parent: b
        Also depends on: x
        Branch names: shop
        Path: {script.get_revision("d").path}

            one line
        """
    )
    assert script.get_revision("m").log_entry.startswith("Rev: m (head) (mergepoint)\nMerges: c, d\n")
    assert script.get_revision("x").log_entry.startswith("Rev: x (head)\nParent: <base>\nBranch names: other\n")


def test_what_is_known_without_running_anything(script) -> None:
    d = script.get_revision("d")
    assert (d.revision, d.down_revision, d.dependencies, d.doc) == ("d", "b", "x", "one line")
    assert (d.is_base, d.is_head, d.is_branch_point, d.is_merge_point) == (False, False, False, False)
    assert script.get_revision("b").nextrev == {"c", "d"}
    assert script.get_revision("b").longdoc == "create shop\n\nwith all its tables\n  and views"
    assert repr(d) == "Script('d', 'b', dependencies='x')"


def test_a_script_can_be_made_of_a_module(script) -> None:
    path = script.get_revision("d").path
    made = Script(script.get_revision("d").module, "d", path)
    assert (made.revision, made.down_revision, made.dependencies, made.path) == ("d", "b", "x", path)
    assert (made.doc, made.longdoc, made.is_head) == ("one line", "one line", True)
