"""The commands that read the version files: what they print, line by line, and as JSON."""

from __future__ import annotations

import json
import textwrap

import pytest

from whimbrel import command
from whimbrel.errors import CommandError, ResolutionError


def text(drawing):
    """Return an indented block as the text it stands for."""
    return textwrap.dedent(drawing).lstrip("\n")


class TestHeads:
    def test_each_head_with_its_labels(self, branchy, said):
        assert said(command.heads, branchy) == text("""
            ddd1 (other) (effective head)
            eee1 (core, side) (head)
            """)

    def test_a_head_that_another_revision_depends_on_is_left_out_on_request(self, branchy, said):
        assert said(command.heads, branchy, resolve_dependencies=True) == "eee1 (core, side) (head)\n"

    def test_verbose(self, project, said):
        path = project.add("aaa1", None, labels="core", doc="first one")
        assert said(command.heads, project, verbose=True) == text(f"""
            Rev: aaa1 (head)
            Parent: <base>
            Branch names: core
            Path: {path}

                first one

            """)

    def test_json(self, branchy, said):
        assert json.loads(said(command.heads, branchy, as_json=True))[1] == {
            "revision": "eee1",
            "down_revisions": ["ccc1"],
            "depends_on": ["ddd1"],
            "branch_labels": ["core", "side"],
            "message": "dep",
            "path": str(branchy.versions / "eee1.py"),
            "is_head": True,
            "is_base": False,
            "is_branch_point": False,
            "is_merge_point": False,
        }

    def test_no_revision_at_all(self, project, said):
        assert said(command.heads, project) == ""
        assert said(command.heads, project, as_json=True) == "[]\n"


class TestHistory:
    def test_newest_first_with_parents_dependencies_and_labels(self, branchy, said):
        assert said(command.history, branchy) == text("""
            ccc1 (ddd1) -> eee1 (core, side) (head), dep
            aaa2, bbb1 -> ccc1 (core, side) (mergepoint), mg 100%s
            aaa1 -> aaa2 (core), second
            aaa1 -> bbb1 (core, side), br
            <base> -> aaa1 (core) (branchpoint), first one
            <base> -> ddd1 (other) (effective head), other base
            """)

    @pytest.mark.parametrize(
        ("rev_range", "shown"),
        [
            ("aaa2:", ["eee1", "ccc1", "aaa2"]),
            (":bbb1", ["bbb1", "aaa1"]),
            ("aaa1:aaa2", ["aaa2", "aaa1"]),
            (":", ["eee1", "ccc1", "aaa2", "bbb1", "aaa1", "ddd1"]),
            ("ddd1:ddd1", ["ddd1"]),
            ("base:heads", ["eee1", "ccc1", "aaa2", "bbb1", "aaa1", "ddd1"]),
        ],
    )
    def test_a_range_includes_both_its_ends(self, branchy, said, rev_range, shown):
        found = json.loads(said(command.history, branchy, rev_range=rev_range, as_json=True))
        assert [item["revision"] for item in found] == shown

    def test_a_range_has_a_colon(self, branchy, said):
        with pytest.raises(ResolutionError, match=r"History range 'aaa1' is not \[start\]:\[end\]"):
            said(command.history, branchy, rev_range="aaa1")

    def test_a_range_of_something_unknown(self, branchy, said):
        with pytest.raises(ResolutionError, match="nope"):
            said(command.history, branchy, rev_range="nope:")

    def test_the_current_revisions_are_marked_on_request(self, branchy, said):
        command.upgrade(branchy.config(), "bbb1")
        assert said(command.history, branchy, rev_range=":ccc1", indicate_current=True) == text("""
            aaa2, bbb1 -> ccc1 (core, side) (mergepoint), mg 100%s
            aaa1 -> aaa2 (core), second
            aaa1 -> bbb1 (core, side) (current), br
            <base> -> aaa1 (core) (branchpoint), first one
            """)

    def test_a_range_that_begins_or_ends_where_the_database_is(self, branchy, said):
        assert said(command.history, branchy, rev_range=":current") == ""
        command.upgrade(branchy.config(), "aaa2")
        assert said(command.history, branchy, rev_range=":current") == text("""
            aaa1 -> aaa2 (core), second
            <base> -> aaa1 (core) (branchpoint), first one
            """)
        assert said(command.history, branchy, rev_range="current:ccc1") == text("""
            aaa2, bbb1 -> ccc1 (core, side) (mergepoint), mg 100%s
            aaa1 -> aaa2 (core), second
            """)

    def test_as_a_graph(self, branchy, said):
        command.upgrade(branchy.config(), "bbb1")
        assert said(command.history, branchy, graph=True, indicate_current=True) == text("""
            ●  eee1 (core, side) (head), dep (depends on ddd1)
            ●  ccc1 (core, side) (mergepoint), mg 100%s
            ├─╮
            ● │  aaa2 (core), second
            │ ◆  bbb1 (core, side) (current), br
            ├─╯
            ●  aaa1 (core) (branchpoint), first one
            ●  ddd1 (other) (effective head), other base
            """)

    def test_json_says_which_are_current_when_asked(self, branchy, said):
        command.upgrade(branchy.config(), "aaa1")
        found = json.loads(said(command.history, branchy, rev_range=":aaa2", indicate_current=True, as_json=True))
        assert [(item["revision"], item["is_current"]) for item in found] == [("aaa2", False), ("aaa1", True)]
        assert "is_current" not in said(command.history, branchy, as_json=True)

    def test_nothing_to_list(self, project, said):
        assert said(command.history, project) == ""
        assert said(command.history, project, graph=True) == ""


class TestBranches:
    def test_each_branch_point_with_what_follows(self, branchy, said):
        assert said(command.branches, branchy) == text("""
            aaa1 (core) (branchpoint)
                 -> aaa2 (core)
                 -> bbb1 (core, side)

            """)

    def test_verbose_has_the_messages_too(self, branchy, said):
        printed = said(command.branches, branchy, verbose=True)
        assert printed.startswith("Rev: aaa1 (branchpoint)\nParent: <base>\nBranches into: aaa2, bbb1\n")
        assert printed.endswith("     -> aaa2 (core), second\n     -> bbb1 (core, side), br\n\n")

    def test_json(self, branchy, said):
        (fork,) = json.loads(said(command.branches, branchy, as_json=True))
        assert (fork["revision"], [item["revision"] for item in fork["branches"]]) == ("aaa1", ["aaa2", "bbb1"])


class TestShow:
    def test_a_revision(self, branchy, said):
        assert said(command.show, branchy, "ccc1") == text(f"""
            Rev: ccc1 (mergepoint)
            Merges: aaa2, bbb1
            Branch names: core, side
            Path: {branchy.versions / "ccc1.py"}

                mg 100%s

            """)

    def test_what_a_revision_depends_on(self, branchy, said):
        assert "Parent: ccc1\nAlso depends on: ddd1\n" in said(command.show, branchy, "eee1")

    def test_several(self, branchy, said):
        branchy.add("fff1", "ddd1")
        printed = said(command.show, branchy, "heads")
        assert [line for line in printed.splitlines() if line.startswith("Rev: ")] == [
            "Rev: eee1 (head)",
            "Rev: fff1 (head)",
        ]

    def test_where_the_database_is(self, branchy, said):
        command.upgrade(branchy.config(), "aaa2")
        assert said(command.show, branchy, "current").startswith("Rev: aaa2\nParent: aaa1\n")

    def test_json_has_the_whole_docstring(self, project, said):
        project.add("aaa1", doc="first\n\nand more")
        (found,) = json.loads(said(command.show, project, "aaa1", as_json=True))
        assert (found["message"], found["description"]) == ("first", "first\n\nand more")

    def test_what_is_not_there_is_told_with_what_is_near(self, branchy, said):
        with pytest.raises(ResolutionError, match="aaa3") as error:
            said(command.show, branchy, "aaa3")
        assert "aaa1" in str(error.value) or "aaa2" in str(error.value)

    def test_a_mistyped_label_is_told_with_the_nearest(self, branchy, said):
        with pytest.raises(CommandError, match="othr") as error:
            said(command.show, branchy, "othr@head")
        assert "other" in str(error.value)
