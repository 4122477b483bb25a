"""A new revision: where it joins the history, where its file goes, and what is refused before anything is written."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from whimbrel.errors import (
    CommandError,
    ConfigError,
    DuplicateBranchLabel,
    DuplicateRevision,
    InvalidRevisionId,
    MultipleHeads,
    ResolutionError,
    RevisionError,
    ScriptError,
    ScriptSyntaxError,
)
from whimbrel.script import ScriptDirectory

# The history of these tests; y depends on c:
#
#             +-- c (lc)
#   a -- b ---+
#             +-- d (ld)
#   x (lx) -- y


@pytest.fixture
def script(project) -> ScriptDirectory:
    project.add("a")
    project.add("b", "a")
    project.add("c", "b", labels="lc")
    project.add("d", "b", labels="ld")
    project.add("x", labels="lx")
    project.add("y", "x", depends="c")
    return project.directory()


def files(project) -> list[str]:
    return sorted(str(path.relative_to(project.versions)) for path in project.versions.rglob("*") if path.is_file())


def test_the_file_is_what_the_template_says(project) -> None:
    script = project.directory()
    made = script.generate_revision("a1", "create account", branch_labels="shop")
    assert made.path == str(project.versions / "a1_create_account.py")
    text = Path(made.path).read_text()
    date = re.search(r"Create Date: (.*)", text)[1]
    assert abs(datetime.fromisoformat(date) - datetime.now()) < timedelta(minutes=1)
    assert text == (
        f'"""create account\n\nRevision ID: a1\nRevises: \nCreate Date: {date}\n"""\n\n'
        "revision = 'a1'\ndown_revision = None\nbranch_labels = ('shop',)\ndepends_on = None\n\n\n"
        "def upgrade():\n    pass\n\n\ndef downgrade():\n    pass\n"
    )
    assert (made.revision, made.doc, made.branch_labels) == ("a1", "create account", {"shop"})
    assert script.get_revision("head") is made
    second = script.generate_revision("b2", None, upgrades="op.execute('x')")
    assert second.down_revision == "a1"
    assert second.doc == "empty message"
    assert "def upgrade():\n    op.execute('x')\n" in Path(second.path).read_text()
    assert project.ids() == ["a1", "b2"]
    assert files(project) == ["a1_create_account.py", "b2_.py"]


@pytest.mark.parametrize(
    ("options", "down"),
    [
        ({"head": "c"}, "c"),
        ({"head": "ld@head"}, "d"),
        ({"head": "lx"}, None),
        ({"head": "base"}, None),
        ({"head": "b", "splice": True}, "b"),
        ({"head": "heads"}, ("d", "y")),
        ({"head": ["c", "d"]}, ("c", "d")),
        ({"head": ("d", "lc@head")}, ("d", "c")),
    ],
)
def test_what_it_follows(options, down, script) -> None:
    if options["head"] == "lx":  # its own revision, which has a follower
        with pytest.raises(RevisionError, match="Revision x is not a head revision; please specify --splice"):
            script.generate_revision("n1", "m", **options)
        return
    made = script.generate_revision("n1", "m", **options)
    assert made.down_revision == down
    assert script.get_revision("n1").down_revision == down


def test_depends_on_holds_labels_as_they_are_and_else_full_ids(script) -> None:
    assert script.generate_revision("n1", "m", head="d", depends_on="lc").dependencies == "lc"
    assert script.generate_revision("n2", "m", head="n1", depends_on="lc@head").dependencies == "c"
    assert script.generate_revision("n3", "m", head="n2", depends_on=["lx", "y"]).dependencies == ("lx", "y")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({}, MultipleHeads, "Multiple heads are present for given argument 'head': c, d, y"),
        ({"head": "b"}, RevisionError, "Revision b is not a head revision; please specify --splice"),
        ({"head": ["c", "b"]}, RevisionError, "Revision b is not a head revision"),
        ({"head": ["d", "d"]}, RevisionError, "Duplicate head revisions specified: d, d"),
        ({"head": "zz"}, ResolutionError, "Can't locate revision identified by 'zz'"),
        ({"revid": "c", "head": "d"}, DuplicateRevision, r"There is a revision c already: .*/c\.py"),
        ({"revid": "lc", "head": "d"}, DuplicateBranchLabel, r"The branch label 'lc' is taken by revision c: .*/c\.py"),
        ({"revid": "n@1", "head": "d"}, InvalidRevisionId, "it contains '@'"),
        ({"revid": "n:1", "head": "d"}, InvalidRevisionId, "it contains ':'"),
        ({"revid": "n+1", "head": "d"}, InvalidRevisionId, "it contains '\\+'"),
        ({"revid": "n 1", "head": "d"}, InvalidRevisionId, "it contains a space"),
        ({"revid": "n" * 500, "head": "d"}, InvalidRevisionId, "it has 500 characters, 255 are the most"),
        ({"head": "d", "branch_labels": ["lc"]}, DuplicateBranchLabel, "The branch label 'lc' is taken by revision c"),
        ({"head": "d", "branch_labels": "a"}, DuplicateBranchLabel, "The branch label 'a' is taken by revision a"),
        ({"head": "d", "branch_labels": "x@y"}, RevisionError, "Branch label 'x@y' cannot be used: it contains '@'"),
        ({"head": "d", "branch_labels": "heads"}, RevisionError, "it is a word of its own"),
        ({"head": "d", "branch_labels": ""}, None, ""),
        ({"head": "d", "depends_on": "zz"}, ResolutionError, "Can't locate revision identified by 'zz'"),
        ({"head": "d", "depends_on": "heads"}, MultipleHeads, "for given argument 'heads'"),
        ({"head": "d", "depends_on": "base"}, RevisionError, "A revision cannot depend on 'base'"),
        ({"head": "d", "version_path": "/nowhere"}, CommandError, "Path /nowhere is not represented in current"),
        ({"head": "d", "file_template": "%(bogus)s"}, ConfigError, "names an unknown token 'bogus'"),
        ({"head": "d", "file_template": "%(rev)"}, ConfigError, "is no % format: incomplete format"),
        ({"head": "d", "file_template": "../%(rev)s"}, ConfigError, "is no path inside the versions folder"),
        ({"head": "d", "file_template": "/tmp/%(rev)s"}, ConfigError, "is no path inside the versions folder"),
        ({"head": "d", "file_template": "__init__"}, ConfigError, "is not read as a version file"),
        ({"head": "d", "file_template": "%(year)d/%(rev)s"}, ConfigError, "into a folder that is not read"),
        ({"head": "d", "file_template": "c"}, ScriptError, r"/versions/c\.py is there already"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(options, error, message, script, project) -> None:
    before = files(project)
    if error is None:
        options = {**options, "branch_labels": [""]}
        error, message = RevisionError, "Branch label '' cannot be used: it is empty"
    with pytest.raises(error, match=message) as caught:
        script.generate_revision(options.pop("revid", "n1"), "m", **options)
    assert caught.value.remedy
    assert [name for name in files(project) if not name.startswith("__pycache__")] == [
        name for name in before if not name.startswith("__pycache__")
    ]
    assert "n1" not in script.revision_map


# ------------------------------------------------------------------------------------------------ where the file goes


def test_it_goes_where_the_one_it_follows_is(project, tmp_path: Path) -> None:
    project.add("a")
    other = tmp_path / "other"
    other.mkdir()
    (other / "q.py").write_text("revision = 'q'\ndown_revision = 'a'\n")
    locations = [project.versions, other]

    def path_of(**options) -> str:
        script = project.directory(version_locations=locations)
        made = script.generate_revision("n1", "m", **options)
        Path(made.path).unlink()
        return made.path

    assert path_of(head="q") == str(other / "n1_m.py")
    assert path_of(head="base", version_path=other) == str(other / "n1_m.py")
    assert path_of(head="q", version_path=f"{project.versions}/") == str(project.versions / "n1_m.py")
    with pytest.raises(CommandError, match="Multiple version locations present, please specify --version-path"):
        path_of(head="base")


def test_a_folder_that_is_not_there_yet_is_made(project) -> None:
    project.versions.rmdir()
    assert project.directory().generate_revision("a", None).path == str(project.versions / "a_.py")


def test_names_with_folders_and_dates(project) -> None:
    script = project.directory(
        file_template="%(year)d/%(month).2d/%(day).2d_%(hour).2d%(minute).2d-%(second).2d_%(epoch)s_%(rev)s-%(slug)s",
        recursive_version_locations=True,
        timezone="UTC",
    )
    made = script.generate_revision("a", "first step")
    name = str(Path(made.path).relative_to(project.versions)).replace("\\", "/")
    assert re.fullmatch(r"\d{4}/\d\d/\d\d_\d{4}-\d\d_\d{10}_a-first_step\.py", name)
    second = script.generate_revision("b", "second step")
    assert str(Path(second.path).relative_to(project.versions)).count("b-second_step") == 1
    assert project.ids(recursive_version_locations=True) == ["a", "b"]


def test_an_id_with_a_slash_stays_in_the_folder(project) -> None:
    assert project.directory().generate_revision("a/../b", "m").path == str(project.versions / "a_.._b_m.py")


def test_a_long_id_has_a_file_too(project) -> None:
    script = project.directory()
    script.generate_revision("i" * 255, "m")
    assert script.get_current_head() == "i" * 255
    assert project.ids() == ["i" * 255]


@pytest.mark.parametrize("message", ['say "hi"', 'a """ in it', r"C:\temp\new", "one\ntwo", "日本語", 'end with "'])
def test_any_message_means_itself(message: str, project) -> None:
    made = project.directory().generate_revision("a", message)
    assert made.doc == message
    assert project.directory().get_revision("a").doc == message
    assert made.module.__doc__.startswith(message)


@pytest.mark.parametrize(
    ("zone", "offset"), [("UTC", "+00:00"), ("utc", "+00:00"), ("Asia/Tokyo", "+09:00"), (None, "")]
)
def test_time_zones(zone: str | None, offset: str, project) -> None:
    made = project.directory(timezone=zone).generate_revision("a", None)
    assert re.search(r"Create Date: \S+ [\d:.]+(.*)", Path(made.path).read_text())[1] == offset


def test_an_unknown_time_zone_gets_a_near_name(project) -> None:
    with pytest.raises(ConfigError, match=r"Can't locate timezone: europe/berlin\.\nDid you mean Europe/Berlin\?"):
        project.directory(timezone="europe/berlin").generate_revision("a", None)


def test_another_encoding_is_declared(project) -> None:
    script = project.directory(output_encoding="latin-1")
    made = script.generate_revision("a", "Köln")
    assert Path(made.path).read_bytes().startswith('# -*- coding: latin-1 -*-\n"""Köln'.encode("latin-1"))
    assert project.directory().get_revision("a").doc == "Köln"
    with pytest.raises(ScriptError, match="latin-1 has no character '日'"):
        script.generate_revision("b", "日本")
    assert project.ids() == ["a"]


# ------------------------------------------------------------------------------------------------ templates


def test_a_template_that_fails_is_named_with_its_line(project) -> None:
    template = project.root / "script.py.mako"
    template.write_text('"""${message}"""\n\n${1 // 0}\n')
    with pytest.raises(ScriptError) as caught:
        project.directory().generate_revision("a", "m")
    assert caught.value.message.startswith(f"The template {template}, line 3, cannot be rendered: ZeroDivisionError")
    template.write_text("x\n% if True:\n")
    with pytest.raises(ScriptError, match="cannot be rendered: SyntaxException"):
        project.directory().generate_revision("a", "m")
    template.unlink()
    with pytest.raises(ScriptError, match=r"script\.py\.mako, is not there\.\nBring it back"):
        project.directory().generate_revision("a", "m")
    assert files(project) == []


def test_without_env_py_the_built_in_template_does(project) -> None:
    (project.root / "script.py.mako").unlink()
    (project.root / "env.py").unlink()
    made = project.directory().generate_revision("a", "first")
    assert "from whimbrel import op\n" in Path(made.path).read_text()
    assert project.directory().get_revision("a").doc == "first"


def test_what_is_no_python_is_kept_to_be_mended(project) -> None:
    script = project.directory()
    with pytest.raises(ScriptSyntaxError, match=r"a_m\.py, line 15 is not Python") as caught:
        script.generate_revision("a", "m", upgrades="op.add_column(<a type without repr>)")
    assert files(project) == ["a_m.py"]
    assert caught.value.line == 15


# ------------------------------------------------------------------------------------------------ a full disk

WRITE = """
import resource, signal, sys
from whimbrel.errors import ScriptError
from whimbrel.script import ScriptDirectory
if sys.argv[2] == "limit":
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (150, 150))
try:
    ScriptDirectory(sys.argv[1], file_template="new/%(rev)s", recursive_version_locations=True,
                    ).generate_revision("a", "a message")
except ScriptError as error:
    print(error)
"""


def write_without_room(root: Path, how: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", WRITE, str(root), how], capture_output=True, text=True, check=True
    ).stdout


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on a file's size")
def test_a_file_that_cannot_be_finished_is_not_there(project) -> None:
    said = write_without_room(project.root, "limit")
    path = project.versions / "new" / "a.py"
    assert said == (
        f"{path} cannot be written: File too large.\n"
        "Make room or mend the folder's permissions, and try again; nothing was left behind.\n"
    )
    assert [path.name for path in project.versions.rglob("*") if "__pycache__" not in str(path)] == []


def test_a_full_disk_leaves_nothing(project) -> None:
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(project.versions)], capture_output=True, check=False
        )
        if sys.platform == "linux"
        else None
    )
    if mounted is None or mounted.returncode:
        pytest.skip("only root may mount a small disk on Linux; test_a_file_that_cannot_be_finished stands in for it")
    try:
        with pytest.raises(OSError, match="No space left"):
            (project.versions / "filler").write_bytes(b"x" * 100_000)
        said = write_without_room(project.root, "full")
        assert said.startswith(f"{project.versions / 'new' / 'a.py'} cannot be written: No space left on device.\n")
        assert files(project) == ["filler"]
        assert not (project.versions / "new").exists()
    finally:
        subprocess.run(["umount", str(project.versions)], check=True)


def test_ctrl_c_while_writing_leaves_nothing(project, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupted)
    with pytest.raises(KeyboardInterrupt):
        project.directory().generate_revision("a", "m")
    assert files(project) == []
