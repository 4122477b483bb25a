"""What a person sees who asks for help, or mistypes."""

from __future__ import annotations

import subprocess
import sys

import pytest

from whimbrel._version import __version__
from whimbrel.cli.main import main
from whimbrel.cli.table import COMMANDS


def asked(capsys, *words):
    """Return the exit code, what was printed and what was complained about."""
    code = main(words)
    out, err = capsys.readouterr()
    return code, out, err


def imported(*words):
    """Return the modules that a command line imports, in a process of its own."""
    code = (
        "import sys; from whimbrel.cli.main import main; code = main(sys.argv[1:]); "
        "print('\\n'.join(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_help_lists_every_command_with_one_line(capsys):
    code, out, err = asked(capsys, "--help")
    assert (code, err) == (0, "")
    for name, told in COMMANDS.items():
        assert f"  {name:<14}  {told}\n" in out


def test_every_command_of_the_table_is_there_and_explains_itself(capsys):
    for name in COMMANDS:
        code, out, err = asked(capsys, name, "--help")
        assert (code, err) == (0, "")
        assert f"Usage: whimbrel {name} " in out


def test_h_is_help_too(capsys):
    assert asked(capsys, "upgrade", "-h") == asked(capsys, "upgrade", "--help")


def test_a_dash_in_a_command_is_as_good_as_an_underscore(capsys):
    assert asked(capsys, "list-templates", "-h")[0] == 0


def test_no_command_shows_the_help_and_is_a_mistake(capsys):
    code, out, _ = asked(capsys)
    assert code == 2
    assert out == asked(capsys, "--help")[1]


def test_version(capsys):
    assert asked(capsys, "--version") == (0, f"whimbrel {__version__}\n", "")
    assert asked(capsys, "-q", "--version") == (0, f"whimbrel {__version__}\n", "")


def test_python_m_whimbrel():
    done = subprocess.run([sys.executable, "-m", "whimbrel", "-h"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("Usage: python -m whimbrel [OPTIONS] COMMAND [ARGS]...\n")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["heds"], "Error: No such command 'heds'. Did you mean heads?\n"),
        (["list-template"], "Error: No such command 'list-template'. Did you mean list_templates?\n"),
        (["xyzzy"], "Error: No such command 'xyzzy'.\n"),
        (["upgrade"], "Error: Missing argument 'REVISION'.\n"),
        (["upgrade", "head", "more"], "Error: Got unexpected extra argument (more).\n"),
        (["upgrade", "head", "--sq"], "Error: No such option '--sq'. Did you mean --sql?\n"),
        (["upgrade", "--sq", "head"], "Error: No such option '--sq'. Did you mean --sql?\n"),
        (["downgrade", "-1x"], "Error: No such option '-1x'.\n"),
        (["upgrade", "-x", "a=b", "head"], "Error: Option -x stands before the command:  whimbrel -x ... upgrade\n"),
        (
            ["heads", "--raiseerr"],
            "Error: Option --raiseerr stands before the command:  whimbrel --raiseerr ... heads\n",
        ),
    ],
)
def test_what_cannot_be_understood_exits_2_and_names_what_is_near(capsys, words, told):
    code, out, err = asked(capsys, *words)
    assert (code, out) == (2, "")
    assert err.startswith("Usage: whimbrel ")
    assert err.endswith(told)


def test_help_imports_neither_a_command_nor_anything_heavy():
    modules = imported("--help")
    heavy = {"sqlalchemy", "mako", "pluggy", "importlib.metadata", "logging", "whimbrel.config", "whimbrel.script"}
    assert not modules & heavy
    assert not modules & {f"whimbrel.cli.{name}" for name in COMMANDS}


def test_version_does_not_even_import_click():
    assert not imported("--version") & {"click", "re", "whimbrel.errors", "whimbrel.cli.terminal"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(capsys, shell):
    code, out, err = asked(capsys, "completion", shell)
    assert (code, err) == (0, "")
    assert "_WHIMBREL_COMPLETE" in out


def completed(monkeypatch, capsys, line):
    """Return what the shell is offered for the last word of *line*."""
    monkeypatch.setenv("_WHIMBREL_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", line)
    monkeypatch.setenv("COMP_CWORD", str(len(line.split()) - 1))
    with pytest.raises(SystemExit) as ended:
        main([])
    assert ended.value.code == 0
    return [offer.removeprefix("plain,") for offer in capsys.readouterr().out.splitlines() if offer]


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("whimbrel up", ["upgrade"]),
        ("whimbrel history --ind", ["--indicate-current"]),
        ("whimbrel --no", ["--no-plugins"]),
    ],
)
def test_completion_of_commands_and_options(monkeypatch, capsys, line, offered):
    assert completed(monkeypatch, capsys, line) == offered


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("whimbrel upgrade a", ["a1"]),
        ("whimbrel upgrade h", ["head", "heads"]),
        ("whimbrel downgrade s", ["shop@head"]),
        ("whimbrel -c whimbrel.ini show b", ["base", "b2"]),
        ("whimbrel -c nope.ini show b", []),
    ],
)
def test_completion_of_revisions(project, monkeypatch, capsys, line, offered):
    project.add("a1", labels="shop")
    project.add("b2", "a1")
    assert completed(monkeypatch, capsys, line) == offered


@pytest.mark.parametrize("registered", [False, True])
def test_the_program_ends_at_once_unless_somebody_wants_to_be_called(registered):
    ask = "atexit.register(print, 'called')" if registered else ""
    code = (
        "import atexit, os, sys\n"
        "leave = os._exit\n"
        "os._exit = lambda code: (print('at once', flush=True), leave(code))\n"
        f"{ask}\n"
        "sys.argv = ['whimbrel', '--version']\n"
        "from whimbrel.cli.main import program\n"
        "program()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    end = "called\n" if registered else "at once\n"
    assert done.stdout == f"whimbrel {__version__}\n{end}"
