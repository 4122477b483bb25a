"""Post-write hooks as ini and TOML spell them."""

from __future__ import annotations

from pathlib import Path

import pytest

from whimbrel.config import Config
from whimbrel.errors import ConfigError

EXPECTED = (
    ("black", {"type": "console_scripts", "entrypoint": "black", "options": "-l 79 REVISION_SCRIPT_FILENAME"}),
    ("lint", {"type": "exec", "executable": "/opt/lint", "cwd": "HERE"}),
)


def write(folder: Path, file: str, content: str) -> None:
    (folder / file).write_text(content, encoding="utf-8")


INI = """\
[whimbrel]
[post_write_hooks]
hooks = black, lint
black.type = console_scripts
black.entrypoint = black
black.options = -l 79 REVISION_SCRIPT_FILENAME
lint.type = exec
lint.executable = ${TOOLS}/lint
lint.cwd = %(here)s
"""

TOML = """\
[tool.whimbrel]
[[tool.whimbrel.post_write_hooks]]
name = "black"
type = "console_scripts"
entrypoint = "black"
options = "-l 79 REVISION_SCRIPT_FILENAME"
[[tool.whimbrel.post_write_hooks]]
name = "lint"
type = "exec"
executable = "${TOOLS}/lint"
cwd = "%(here)s"
"""


@pytest.mark.parametrize(("file", "content"), [("whimbrel.ini", INI), ("pyproject.toml", TOML)])
def test_hooks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, content: str) -> None:
    write(tmp_path, file, content)
    monkeypatch.setenv("TOOLS", "/opt")
    config = Config.discover([str(tmp_path / file)])
    expected = [(name, {k: v.replace("HERE", str(tmp_path)) for k, v in options.items()}) for name, options in EXPECTED]
    assert list(config.settings.post_write_hooks) == expected
    assert config.get_hooks_list() == [{**options, "_hook_name": name} for name, options in expected]
    assert config.settings.warnings == ()


@pytest.mark.parametrize(("file", "content"), [("whimbrel.ini", INI), ("pyproject.toml", TOML)])
def test_what_hooks_need_holds_up_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, content: str
) -> None:
    write(tmp_path, file, content)
    monkeypatch.delenv("TOOLS", raising=False)
    settings = Config.discover([str(tmp_path / file)]).settings
    with pytest.raises(ConfigError, match="needs the environment variable TOOLS"):
        _ = settings.post_write_hooks


def test_the_ini_file_decides_where_it_names_hooks(tmp_path: Path) -> None:
    write(tmp_path, "a.toml", '[[post_write_hooks]]\nname = "b"\ntype = "exec"\n')
    write(tmp_path, "none.ini", "[whimbrel]\n")
    write(tmp_path, "blank.ini", "[whimbrel]\n[post_write_hooks]\nhooks =\n")
    write(tmp_path, "one.ini", "[whimbrel]\n[post_write_hooks]\nhooks = a\na.type = module\n")
    found = {
        name: Config(tmp_path / f"{name}.ini", tmp_path / "a.toml").settings.post_write_hooks
        for name in ("none", "blank", "one")
    }
    assert found == {"none": (("b", {"type": "exec"}),), "blank": (), "one": (("a", {"type": "module"}),)}


def test_several_hooks_one_a_line(tmp_path: Path) -> None:
    write(tmp_path, "whimbrel.ini", "[whimbrel]\n[post_write_hooks]\nhooks =\n    a\n    b c\n")
    assert Config(tmp_path / "whimbrel.ini").settings.post_write_hooks == (("a", {}), ("b", {}), ("c", {}))


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        (
            "post_write_hooks = ['black']\n",
            1,
            "post_write_hooks has to be a list of tables, each with a name.\n"
            "Write each as:  [[post_write_hooks]]  and below it  name = ...",
        ),
        (
            "[post_write_hooks]\nhooks = 'black'\n",
            None,
            "post_write_hooks has to be a list of tables, each with a name.\n"
            "Write each as:  [[post_write_hooks]]  and below it  name = ...",
        ),
        (
            "[[post_write_hooks]]\nname = 'a'\noptions = ['x']\n",
            None,
            "post_write_hooks has a list or a table for options of a; it has to be text.",
        ),
    ],
)
def test_hooks_of_another_shape(tmp_path: Path, content: str, line: int | None, message: str) -> None:
    write(tmp_path, "whimbrel.toml", content)
    with pytest.raises(ConfigError) as caught:
        _ = Config(toml_file=tmp_path / "whimbrel.toml").settings.post_write_hooks
    place = str(tmp_path / "whimbrel.toml") + (f", line {line}" if line else "")
    assert str(caught.value) == f"{place}: {message}"
