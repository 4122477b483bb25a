"""Runs a page of the documentation: its commands, in order, in one empty folder, and compares what they print.

Fenced blocks, by their language:

``console``
    Each ``$ command`` is run by the shell. The lines below it, if any, are the output expected (standard output and
    standard error together); ``...`` stands for anything, within a line or for any number of lines. ``cd`` and
    ``export`` last until the end of the page. ``pip install`` and ``nox`` are not run: the packages, extras and
    sessions that they name must exist in this repository.
anything with ``# file: NAME`` in its first line
    Is written to that file (without the line); ``# add to: NAME`` appends.
anything with ``# from: PATH`` in its first line
    Must stand in that file of this repository, line by line; a line ``...`` stands for any number of lines.
``python``
    Without such a line: is run as a script in the folder.
``toml``, ``ini``, ``json``
    Without such a line: must parse.
``text``, ``sql``, ``mermaid``
    Only shown.

Blocks within an HTML comment are run too and not shown. Comments also give instructions: ``<!-- needs: postgresql -->``
puts the URL of an empty database into ``POSTGRESQL_URL`` (``mysql``: ``MYSQL_URL``), and ``<!-- exit code: 1 -->`` says
how the last command of the next block ends. ``<!-- installed: examples/NAME -->`` has that package installed.
"""

from __future__ import annotations

import configparser
import json
import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from testing.processes import run as python
from testing.site import Site

ROOT = Path(__file__).resolve().parent.parent
FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,})(?P<language>[\w-]*|\{[\w-]+\}.*?)\s*$")
MARKER = re.compile(r"^(?:#|//|<!--|##) (?P<verb>file|add to|from): (?P<name>\S+)")
EXIT_CODE = re.compile(r"<!-- exit code: (\d+) -->")
INSTALLED = re.compile(r"^<!-- installed: (.+?) -->$", re.MULTILINE)
NEEDS = re.compile(r"<!-- needs: (.+?) -->")
SHELL = re.compile(r"[^\w\s./:@,+=\"'-]")
"""What a shell may see more in than a character of a word."""
SHOWN_ONLY = {"text", "sql", "mermaid"}


class PageError(AssertionError):
    """A page says what is not so."""


class Block(NamedTuple):
    """One fenced block: its language, lines, the number of its first line, and how its last command is to end."""

    language: str
    lines: list[str]
    number: int
    exit_code: int


class Command(NamedTuple):
    """One command of a console block and what it is to print."""

    text: str
    expected: list[str]
    number: int


def blocks(lines: list[str], above: int = 0) -> Iterator[Block]:
    """Every fenced block of a page, in order, those within directives (```{note}) too.

    :param above: how many lines of the page stand above these.
    """
    position, exit_code = 0, 0
    while position < len(lines):
        if said := EXIT_CODE.search(lines[position]):
            exit_code = int(said[1])
        found = FENCE.match(lines[position])
        position += 1
        if found is None:
            continue
        start, indent = position, len(found["indent"])
        while position < len(lines) and lines[position].strip() != found["fence"]:
            position += 1
        content = [line[indent:] for line in lines[start:position]]
        if found["language"].startswith("{"):
            yield from blocks(content, above + start)
        else:
            yield Block(found["language"], content, above + start + 1, exit_code)
        position, exit_code = position + 1, 0


def needs(text: str) -> list[str]:
    """The backends that a page asks for."""
    found = NEEDS.search(text)
    return [name.strip() for name in found[1].split(",")] if found else []


def commands(block: Block) -> list[Command]:
    """Take a console block apart."""
    found: list[Command] = []
    continued = False
    for number, line in enumerate(block.lines, block.number):
        if continued:
            found[-1] = found[-1]._replace(text=f"{found[-1].text}\n{line.removeprefix('> ')}")
        elif line.startswith("$ "):
            found.append(Command(line[2:], [], number))
        elif found:
            found[-1].expected.append(line)
        else:
            raise PageError(f"line {number}: output before the first command: {line}")
        continued = found[-1].text.endswith("\\") and (continued or line.startswith("$ "))
    return found


class Page:
    """A page and the folder and environment in which it is run.

    :param path: the page.
    :param folder: empty; becomes the reader's project folder.
    :param variables: environment variables of the page besides the machine's own.
    """

    def __init__(self, path: Path, folder: Path, variables: Mapping[str, str]) -> None:
        self.path = path
        self.folder = self.home = folder
        programs = str(Path(sys.executable).parent)
        self.environment = {
            **os.environ,
            "PATH": os.pathsep.join([programs, os.environ.get("PATH", "")]),
            "PYTHONIOENCODING": "utf-8",
            "COLUMNS": "100",
            "NO_COLOR": "1",
            **variables,
        }
        for name in INSTALLED.findall(path.read_text(encoding="utf-8")):
            self._install(ROOT / name)

    def run(self) -> None:
        """Run every block.

        :raises PageError: naming page and line.
        """
        for block in blocks(self.path.read_text(encoding="utf-8").splitlines()):
            try:
                self._run_block(block)
            except PageError as error:
                raise PageError(f"{self.path}, {error}") from None

    def _install(self, project: Path) -> None:
        site = self.home.with_name(f"{self.home.name}-site")
        site.mkdir(exist_ok=True)
        source = Site(site).install_project(project)
        before = self.environment.get("PYTHONPATH", "").split(os.pathsep)
        self.environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(site), str(source), *before]))

    def _run_block(self, block: Block) -> None:
        first = block.lines[0] if block.lines else ""
        text = "\n".join(block.lines) + "\n"
        if block.language == "console":
            listed = commands(block)
            for command in listed:
                self._run_command(command, block.exit_code if command is listed[-1] else 0)
        elif (marker := MARKER.match(first)) and marker["verb"] == "from":
            if not same(["...", *block.lines[1:], "..."], (ROOT / marker["name"]).read_text(encoding="utf-8")):
                raise PageError(f"line {block.number}: this does not stand in {marker['name']}")
        elif marker:
            target = self.folder / marker["name"]
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("w" if marker["verb"] == "file" else "a", encoding="utf-8") as stream:
                stream.write(text.partition("\n")[2])
        elif block.language == "python":
            self._run_command(Command(f'"{sys.executable}" -', [], block.number), block.exit_code, text)
        elif block.language in PARSERS:
            try:
                PARSERS[block.language](text)
            except (ValueError, configparser.Error) as error:
                raise PageError(f"line {block.number}: {error}") from None
        elif block.language not in SHOWN_ONLY:
            raise PageError(f"line {block.number}: no rule for a block of {block.language or 'no language'}")

    def _run_command(self, command: Command, exit_code: int, script: str = "") -> None:
        words = command.text.split()
        if re.match(r"(python -m )?(pip install|nox) ", command.text):
            check_names(command)
        elif words[0] == "cd":
            self.folder = (self.folder / words[1]).resolve()
        elif words[0] == "export":
            name, _, value = command.text.removeprefix("export ").partition("=")
            self.environment[name] = self._expanded(value)
        else:
            self._execute(command, exit_code, script)

    def _expanded(self, value: str) -> str:
        """What the shell would make of the right side of an assignment."""
        if value[:1] == "'":
            return value.strip("'")
        return re.sub(r"\$\{?(\w+)\}?", lambda found: self.environment.get(found[1], ""), value.strip('"'))

    def _execute(self, command: Command, exit_code: int, script: str) -> None:
        if arguments := as_python(command.text):
            both = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
            done = python(arguments, cwd=self.folder, env=self.environment, input=script, timeout=120, **both)
        else:
            done = subprocess.run(
                command.text,
                shell=True,
                cwd=self.folder,
                env=self.environment,
                input=script,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                encoding="utf-8",
                timeout=120,
                check=False,
            )
        where = f"line {command.number}: $ {command.text}"
        if done.returncode != exit_code:
            raise PageError(f"{where}\nends with {done.returncode} instead of {exit_code}:\n{done.stdout}")
        if command.expected and not same(command.expected, done.stdout):
            raise PageError(f"{where}\nprints:\n{done.stdout}\ninstead of:\n" + "\n".join(command.expected))


def as_python(command: str) -> list[str] | None:
    """Return what Python is asked to run where a command is that and nothing else; it needs no shell then."""
    if SHELL.search(command):
        return None
    program, *words = shlex.split(command)
    if program in ("python", sys.executable):
        return words
    script = Path(sys.executable).with_name(program)
    return [str(script), *words] if program == "whimbrel" and script.exists() else None


def same(expected: list[str], printed: str) -> bool:
    """Whether ``printed`` is what a page expects; ``...`` stands for anything, spaces at line ends do not count."""
    got = "".join(f"{line.rstrip()}\n" for line in printed.strip("\n").splitlines())
    wanted = "\n".join(line.rstrip() for line in expected).strip("\n")
    pattern = "".join(
        r"(?:.*\n)*" if line == "..." else re.escape(line).replace(re.escape("..."), ".*") + r"\n"
        for line in wanted.split("\n")
    )
    return re.fullmatch(pattern, got) is not None


def check_names(command: Command) -> None:
    """Packages, extras and nox sessions that a command names must exist in this repository."""
    noxfile = (ROOT / "noxfile.py").read_text(encoding="utf-8")
    for session in re.findall(r"nox -s ([\w-]+)", command.text):
        if not re.search(rf"^def {session}\(|name=\"{session}\"", noxfile, re.MULTILINE):
            raise PageError(f"line {command.number}: $ {command.text}\nthere is no session {session}")
    offered = packages()
    for word in re.findall(r"whimbrel[\w-]*(?:\[[\w,-]+\])?", command.text):
        name, _, extras = word.rstrip("]").partition("[")
        missing = set(filter(None, extras.split(","))) - offered.get(name, set())
        if name not in offered or missing:
            raise PageError(f"line {command.number}: $ {command.text}\nthere is no {word}")


def packages() -> dict[str, set[str]]:
    """This repository's packages and their extras."""
    projects = [
        tomllib.loads(path.read_text(encoding="utf-8"))["project"] for path in ROOT.glob("packages/*/pyproject.toml")
    ]
    return {project["name"]: set(project.get("optional-dependencies", ())) for project in projects}


def _parse_ini(text: str) -> None:
    configparser.RawConfigParser().read_string(text)


PARSERS: dict[str, Callable[[str], object]] = {"toml": tomllib.loads, "json": json.loads, "ini": _parse_ini}
