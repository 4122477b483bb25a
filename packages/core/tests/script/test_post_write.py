"""Programs that run over a new version file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from whimbrel.config import Config
from whimbrel.errors import PostWriteHookError
from whimbrel.script import ScriptDirectory, write_hooks
from whimbrel.script.post_write import run_hooks

TOOL = """\
import os, sys
print("cwd", os.getcwd())
print("args", sys.argv[1:])
"""


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A module ``a_tool_for_hooks``, importable here and in what is started from here."""
    (tmp_path / "a_tool_for_hooks.py").write_text(TOOL + "\n\ndef main(): return 0\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return tmp_path


def run(path: Path, *hooks: tuple[str, dict[str, str]]) -> list[str]:
    lines: list[str] = []
    run_hooks(str(path), hooks, lines.append)
    return lines


@pytest.fixture
def script(tmp_path: Path) -> Path:
    path = tmp_path / "a script.py"
    path.write_text("x  =  1\n")
    return path


def test_exec_runs_a_program(script: Path, tmp_path: Path, tool: Path) -> None:
    options = {
        "type": "exec",
        "executable": sys.executable,
        "options": f"{tool}/a_tool_for_hooks.py -l 79 REVISION_SCRIPT_FILENAME 'two words' x=REVISION_SCRIPT_FILENAME",
        "cwd": str(tmp_path),
    }
    assert run(script, ("tidy", options)) == [
        "Running post write hook 'tidy' ...",
        f"cwd {tmp_path}",
        f"args ['-l', '79', '{script}', 'two words', 'x={script}']",
    ]


def test_the_file_is_the_first_argument_where_options_do_not_name_it(script: Path, tool: Path) -> None:
    lines = run(script, ("tidy", {"type": "module", "module": "a_tool_for_hooks", "options": "-v"}))
    assert lines[-1] == f"args ['{script}', '-v']"
    lines = run(script, ("tidy", {"type": "module", "module": "a_tool_for_hooks"}))
    assert lines[-1] == f"args ['{script}']"


def install(folder: Path, entry_points: str) -> None:
    info = folder / "a_tool-1.2.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: a-tool\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(entry_points)


def test_console_scripts_run_in_this_python(script: Path, tool: Path) -> None:
    install(tool, "[console_scripts]\na-tool = a_tool_for_hooks:main\n")
    options = {"type": "console_scripts", "entrypoint": "a-tool", "options": "--fast"}
    assert run(script, ("tidy", options))[-1] == f"args ['{script}', '--fast']"
    write_hooks.console_scripts(str(script), dict(options), verify_version=(1, 2))
    with pytest.raises(PostWriteHookError, match=r"needs a-tool 2\.0 or newer, 1\.2 is installed"):
        write_hooks.console_scripts(str(script), dict(options), verify_version=(2, 0))


def test_a_type_of_ones_own(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whimbrel.script.post_write._registered", {})
    seen: list[tuple[str, dict[str, Any]]] = []

    @write_hooks.register("mine")
    def mine(path: str, options: dict[str, Any]) -> None:
        seen.append((path, options))

    run(script, ("first", {"type": "mine", "opt": "1"}), ("second", {"type": "mine"}))
    assert seen == [
        (str(script), {"type": "mine", "opt": "1", "_hook_name": "first"}),
        (str(script), {"type": "mine", "_hook_name": "second"}),
    ]


def test_a_type_from_another_package(script: Path, tool: Path) -> None:
    install(tool, "[whimbrel.post_write_hooks]\nshout = a_type_of_hook:shout\nbroken = a_type_of_hook:nothing\n")
    (tool / "a_type_of_hook.py").write_text("def shout(path, options):\n    open(path, 'w').close()\n")
    try:
        run(script, ("tidy", {"type": "shout"}))
        assert script.read_text() == ""
        with pytest.raises(
            PostWriteHookError, match=r"'tidy' has the type 'broken' of a-tool 1\.2, which fails to load"
        ):
            run(script, ("tidy", {"type": "broken"}))
        with pytest.raises(PostWriteHookError, match=r"'shot', which nobody registered\.\nDid you mean shout\?"):
            run(script, ("tidy", {"type": "shot"}))
    finally:
        sys.modules.pop("a_type_of_hook", None)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Post-write hook 'tidy' has no type."),
        ({"type": "exec"}, "Post-write hook 'tidy' has no executable: key tidy.executable is required."),
        ({"type": "module"}, "Post-write hook 'tidy' has no module: key tidy.module is required."),
        ({"type": "console_scripts"}, "Post-write hook 'tidy' has no entrypoint: key tidy.entrypoint is required."),
        ({"type": "exek"}, "Post-write hook 'tidy' has the type 'exek', which nobody registered."),
        (
            {"type": "exec", "executable": "/nowhere/black"},
            "Post-write hook 'tidy' cannot run /nowhere/black: No such file or directory.",
        ),
        (
            {"type": "module", "module": "nowhere_at_all"},
            "Post-write hook 'tidy' could not find module nowhere_at_all.",
        ),
        (
            {"type": "console_scripts", "entrypoint": "nowhere"},
            "Post-write hook 'tidy' could not find entrypoint console_scripts.nowhere.",
        ),
        (
            {
                "type": "exec",
                "executable": sys.executable,
                "options": "-c \"import sys; print('line 1', 'postgresql://bob:hunter2@db/x'); sys.exit(3)\"",
            },
            "Post-write hook 'tidy' ended with exit code 3:\n  line 1 postgresql://bob:***@db/x.",
        ),
    ],
)
def test_a_hook_that_fails_is_named_and_the_file_kept(options: dict[str, str], message: str, project) -> None:
    if "options" in options:  # the program first, then the file
        options = {**options, "options": f"{options['options']} REVISION_SCRIPT_FILENAME"}
    later: list[str] = []
    script = project.directory(hooks=[("tidy", options), ("never", {"type": "exec", "executable": "/nowhere/run"})])
    script.report = later.append
    with pytest.raises(PostWriteHookError) as caught:
        script.generate_revision("a", "m")
    assert caught.value.message == message
    assert caught.value.hook == "tidy"
    path = project.versions / "a_m.py"
    assert f"{path} was written and is kept" in str(caught.value.remedy)
    assert path.exists()
    assert script.get_current_head() == "a"
    assert not any("never" in line for line in later)


def test_a_hook_of_ones_own_that_raises(script: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("whimbrel.script.post_write._registered", {})

    @write_hooks.register("bad")
    def bad(path: str, options: dict[str, Any]) -> None:
        raise ValueError("boom")

    with pytest.raises(PostWriteHookError, match=r"Post-write hook 'tidy' raised ValueError: boom\.") as caught:
        run(script, ("tidy", {"type": "bad"}))
    assert isinstance(caught.value.__cause__, ValueError)


def test_hooks_of_the_settings_run_over_a_new_file(project, tmp_path: Path, tool: Path) -> None:
    (tool / "a_formatter.py").write_text(
        "import sys\npath = sys.argv[1]\ntext = open(path).read()\nopen(path, 'w').write(text + '# formatted\\n')\n"
    )
    ini = tmp_path / "whimbrel.ini"
    ini.write_text(
        f"[whimbrel]\nscript_location = {project.root}\n[post_write_hooks]\nhooks = one, two\n"
        "one.type = module\none.module = a_formatter\ntwo.type = module\ntwo.module = a_tool_for_hooks\n"
    )
    said = (tmp_path / "out").open("w+")
    with said:
        made = ScriptDirectory.from_config(Config(ini, stdout=said)).generate_revision("a", "m")
        said.seek(0)
        lines = said.read().splitlines()
    assert Path(made.path).read_text().endswith("# formatted\n")
    assert made.module.revision == "a"
    assert [line for line in lines if not line.startswith("cwd")] == [
        "Running post write hook 'one' ...",
        "Running post write hook 'two' ...",
        f"args ['{made.path}']",
    ]


def test_quiet_hooks(project, tool: Path) -> None:
    hooks = [("one", {"type": "module", "module": "a_tool_for_hooks"})]
    script = project.directory(hooks=hooks, messaging_opts={"quiet": True})
    lines: list[str] = []
    script.report = lines.append
    script.generate_revision("a", "m")
    assert lines == []
    write_hooks.module(str(project.versions / "a_m.py"), hooks[0][1], ignore_output=True)


def test_the_public_names() -> None:
    assert write_hooks.REVISION_SCRIPT_TOKEN == "REVISION_SCRIPT_FILENAME"
    assert write_hooks.__all__ == ["REVISION_SCRIPT_TOKEN", "console_scripts", "exec_", "module", "register"]
