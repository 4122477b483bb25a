"""One run of all cells: the commands that are timed, and what was found."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from databases import available, empty_database
from floors import column_operation
from histories import SHAPES, Node, Tool, make_project, version_table
from timing import CommandFailed, Timing, measure

GRAPH_COMMANDS = {
    "heads": ("heads",),
    "history": ("history",),
    "branches": ("branches",),
    "show": ("show", "heads"),
    "revision": ("revision", "-m", "one more", "--head", "{trunk}"),
}


class Bench:
    """One run of all cells; keeps what was measured.

    :param tools: ours first, then the peer (or only ours).
    :param sizes: how many revisions the histories have.
    :param runs: how many times each quick command is repeated.
    """

    def __init__(self, tools: list[Tool], sizes: list[int], runs: int, folder: Path) -> None:
        self.tools = tools
        self.sizes = sizes
        self.runs = runs
        self.folder = folder
        self.results: dict[str, dict[str, Timing]] = {}
        # A tool is measured as people run it: with bytecode caches, and without this process's own settings.
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("WHIMBREL", "ALEMBIC", "PYTHON", "COVERAGE"))
        }

    def cell(self, name: str, tool: str, command: tuple[str, ...], folder: Path, **options: Any) -> Timing:
        """Measure one command and keep the result under *name*."""
        timing = measure(command, folder, self.environment, runs=self.runs, **options)
        self.results.setdefault(name, {})[tool] = timing
        print(f"  {name:58} {tool:9} {timing.seconds:8.3f} s {timing.peak_mib:7.1f} MiB  x{timing.runs}", flush=True)
        return timing

    def start_up(self) -> None:
        """``--help`` and ``--version``."""
        for tool in self.tools:
            for option in ("--help", "--version"):
                self.cell(option, tool.name, (*tool.command, option), self.folder)

    def graph(self, shape: str, size: int) -> None:
        """The commands that only read version files (and ``revision``, which adds one)."""
        nodes = list(SHAPES[shape](size))
        # With several heads, a new revision has to name the one it follows.
        trunk = nodes[-2].id if shape == "branchy" else nodes[-1].id
        known = {node.id for node in nodes}
        for tool in self.tools:
            with self.project(tool, shape, size) as project:
                cold = (*tuple(tool.command), "heads")
                self.cell(
                    f"heads, cold, {size} {shape}", tool.name, cold, project, warm=0, before=lambda: forget(project)
                )
                for name, arguments in GRAPH_COMMANDS.items():
                    command = tuple(tool.command) + tuple(item.format(trunk=trunk) for item in arguments)
                    before = (lambda: remove_new(project, known)) if name == "revision" else None
                    self.cell(f"{name}, {size} {shape}", tool.name, command, project, before=before)
                    self.imports(
                        f"{name}, {size} {shape}", tool, "click, mako.template" if name == "revision" else "click"
                    )
                remove_new(project, known)
                command = (*tool.command, "upgrade", "heads")
                self.stamped(tool, project)
                self.cell(f"upgrade, nothing to do, {size} {shape}", tool.name, command, project)
                self.imports(f"upgrade, nothing to do, {size} {shape}", tool, "click, sqlalchemy, sqlite3")
                if shape == "linear":
                    self.cell(f"current, {size} {shape}", tool.name, (*tool.command, "current"), project, warm=0)

    def imports(self, name: str, tool: Tool, modules: str) -> None:
        """The floor of a command of ours: a process that imports the libraries which it cannot do without."""
        if tool is self.tools[0]:
            program = str(Path(tool.command[0]).with_name("python"))
            self.cell(name, "driver", (program, "-c", f"import {modules}"), self.folder)

    def stamped(self, tool: Tool, project: Path) -> None:
        """Mark the project's SQLite database as being at every head, by hand: stamping is not what is timed."""
        import sqlite3

        table = version_table(tool)
        nodes = list(SHAPES[json.loads((project / "shape.json").read_text())[0]](self.size_of(project)))
        with sqlite3.connect(project / "state.db") as database:
            database.execute(f"CREATE TABLE {table} (version_num VARCHAR(255) NOT NULL PRIMARY KEY)")
            database.executemany(f"INSERT INTO {table} VALUES (?)", [(name,) for name in heads(nodes)])

    def size_of(self, project: Path) -> int:
        """Return how many revisions a project was made with."""
        return int(json.loads((project / "shape.json").read_text())[1])

    @contextmanager
    def project(self, tool: Tool, shape: str, size: int) -> Iterator[Path]:
        """Make a project with a history, and remove it at the end."""
        folder = self.folder / f"{tool.name}-{shape}-{size}"
        make_project(folder, tool, SHAPES[shape](size), url=f"sqlite:///{folder / 'state.db'}")
        (folder / "shape.json").write_text(json.dumps([shape, size]))
        yield folder
        shutil.rmtree(folder)

    def operations(self, rows: int, revisions: int) -> None:
        """Rows inserted and written, and the CPU time of revisions of one operation; see ``operations.py``."""
        backends = [backend for backend in ("sqlite", "postgresql", "mysql") if available(backend)]
        for backend in backends:
            for tool in self.tools:
                with empty_database(backend, self.folder) as url:
                    found = self.worker("insert", tool, url, rows)
                self.keep_all(f"bulk_insert, {rows} rows, {backend}", found)
        for dialect in ("sqlite", "postgresql", "mysql"):
            for tool in self.tools:
                found = self.worker("write", tool, dialect, rows)
                self.keep_all(f"bulk_insert --sql, {rows} rows, {dialect}", found)
        for tool in self.tools:
            start, full = (self.revisions(tool, count) for count in (1, revisions))
            spent = {name: less(timing, start[name]) for name, timing in full.items()}
            self.keep_all(f"CPU of {revisions} revisions of one operation", spent)
        start, full = (self.revisions(self.tools[0], count, "careless") for count in (1, revisions))
        spent = {name: less(timing, start[name]) for name, timing in full.items()}
        self.keep_all(f"the same without lock, records, journal, {revisions} revisions", spent)

    def revisions(self, tool: Tool, count: int, what: str = "revisions") -> dict[str, Timing]:
        """Measure the CPU time of a project's ``upgrade``, and that of its floor."""
        folder = self.folder / f"{tool.name}-{what}-{count}"
        make_project(folder, tool, SHAPES["linear"](count), url="sqlite://", upgrade=column_operation)
        return self.worker(what, tool, str(folder), count)

    def worker(self, what: str, tool: Tool, where: str, count: int) -> dict[str, Timing]:
        """Let ``operations.py`` measure in the interpreter of *tool*."""
        found = self.answer(tool, Path(__file__).with_name("operations.py"), what, tool.name, where, str(count))
        return {name: Timing(seconds, found["peak_mib"], 1) for name, seconds in found["seconds"].items()}

    def answer(self, tool: Tool, program: Path, *words: str) -> Any:
        """Run a program in the interpreter of *tool*, and return the JSON of its last line."""
        command = [str(Path(tool.command[0]).with_name("python")), str(program), *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise CommandFailed(f"{command}:\n{done.stderr[-2000:]}")
        return json.loads(done.stdout.splitlines()[-1])

    def keep_all(self, name: str, found: dict[str, Timing]) -> None:
        """Keep what a worker found and show it."""
        self.results.setdefault(name, {}).update(found)
        for tool, timing in found.items():
            print(f"  {name:58} {tool:9} {timing.seconds:8.3f} s {timing.peak_mib:7.1f} MiB", flush=True)


def less(timing: Timing, start: Timing) -> Timing:
    """Return *timing* without what the start of a run takes."""
    return timing._replace(seconds=timing.seconds - start.seconds)


def heads(nodes: list[Node]) -> list[str]:
    """Return the revisions that nothing follows."""
    parents = {name for node in nodes for name in ((node.down,) if isinstance(node.down, str) else node.down or ())}
    return [node.id for node in nodes if node.id not in parents]


def forget(project: Path) -> None:
    """Remove every bytecode cache and index of a project."""
    for cache in project.rglob("__pycache__"):
        shutil.rmtree(cache)


def remove_new(project: Path, known: set[str]) -> None:
    """Remove what ``revision`` added."""
    for path in (project / "migrations" / "versions").glob("*.py"):
        if path.name.partition("_")[0] not in known:
            path.unlink()
