"""``upgrade`` and ``downgrade`` of many small revisions, a commit each, beside the raw driver doing the same.

Both tools, ours without what it does for safety, and the driver take turns, each over a database of its own, which is
emptied between the rounds. Behind each upgrade comes a run of the same that finds nothing to do: the start-up.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from databases import available, empty, empty_database, restamp
from floors import column_operation
from histories import SHAPES, Tool, make_project, revision_id, version_table
from operations import CARELESS
from timing import Timing, measure_in_turns

if TYPE_CHECKING:
    from bench import Bench

CAREFUL: Mapping[str, str] = {}
DRIVER, SCRIPTS, BARE = "driver", "scripts", "bare"
"""Two floors, the second of which loads the version files and goes by SQLAlchemy; and our tool without its care."""
WITHOUT, START = "without lock, records, journal", "start-up"
BACKENDS = ("sqlite", "postgresql", "mysql")


class Run(NamedTuple):
    """A command that is measured, where, and the name of its times."""

    name: str
    command: tuple[str, ...]
    folder: Path


def measure_migrating(bench: Bench, columns: int, empty_revisions: list[int]) -> None:
    """Measure upgrades of a column a revision, on each backend, and downgrades of empty revisions on PostgreSQL.

    :param columns: how many revisions the upgrades have.
    :param empty_revisions: how many the downgrades have.
    """
    for backend in BACKENDS:
        if available(backend):
            with _Turns(bench, backend) as turns:
                turns.upgrade(columns)
        else:
            print(f"  {backend}: no server answers, left out")
    for count in empty_revisions if available("postgresql") else ():
        with _Turns(bench, "postgresql") as turns:
            turns.downgrade(count)


class _Turns:
    """The projects and databases of those who take turns."""

    def __init__(self, bench: Bench, backend: str) -> None:
        self.bench = bench
        self.backend = backend
        ours = bench.tools[0]
        self.python = str(Path(ours.command[0]).with_name("python"))
        self.tools: dict[str, tuple[Tool, Mapping[str, str]]] = {tool.name: (tool, CAREFUL) for tool in bench.tools}
        self.tools[BARE] = (ours, CARELESS)
        self.stack = ExitStack()
        self.urls: dict[str, str] = {}

    def __enter__(self) -> _Turns:
        for name in (*self.tools, SCRIPTS, DRIVER):
            self.urls[name] = self.stack.enter_context(empty_database(self.backend, self.bench.folder))
        return self

    def __exit__(self, *_: object) -> None:
        self.stack.close()

    def upgrade(self, count: int) -> None:
        """``upgrade`` from nothing to head with a column a revision, and the start of it alone."""
        with self.projects(count, upgrade=column_operation) as folders:
            runs: list[Run] = []
            for name, (tool, _) in self.tools.items():
                command = (*tool.command, "upgrade", "head")
                runs += [Run(name, command, folders[name]), Run(f"{name} {START}", command, folders[name])]
            runs.append(self.floor("scripts", folders[BARE] / "migrations" / "versions", SCRIPTS))
            runs += [self.floor("upgrade", count, DRIVER), self.floor("upgrade", 0, f"{DRIVER} {START}")]
            found = self.measure(runs, self.empty_all)
        self.keep(f"upgrade, {count} columns, {self.backend}", found)
        starts = {name.removesuffix(f" {START}"): timing for name, timing in found.items() if name.endswith(START)}
        self.keep(f"upgrade, {START}, {self.backend}", starts)

    def downgrade(self, count: int) -> None:
        """``downgrade base`` over empty scripts."""

        def before() -> None:
            for name, (tool, _) in self.tools.items():
                restamp(self.urls[name], version_table(tool), revision_id(count - 1))
            empty(self.backend, self.urls[DRIVER])

        with self.projects(count) as folders:
            runs = [
                Run(name, (*tool.command, "downgrade", "base"), folders[name]) for name, (tool, _) in self.tools.items()
            ]
            found = self.measure([*runs, self.floor("downgrade", count, DRIVER)], before)
        self.keep(f"downgrade, {count} empty, {self.backend}", found)

    @contextmanager
    def projects(self, count: int, **bodies: Callable[[int], str]) -> Iterator[dict[str, Path]]:
        """Make a project with one line of revisions for each, and remove it at the end."""
        folders = {name: self.bench.folder / name for name in self.tools}
        for name, (tool, settings) in self.tools.items():
            make_project(folders[name], tool, SHAPES["linear"](count), url=self.urls[name], **bodies)
            with (folders[name] / f"{tool.package}.ini").open("a") as file:
                file.writelines(f"{key} = {value}\n" for key, value in settings.items())
        yield folders
        for folder in folders.values():
            shutil.rmtree(folder)

    def empty_all(self) -> None:
        for url in self.urls.values():
            empty(self.backend, url)

    def floor(self, what: str, revisions: int | Path, name: str) -> Run:
        """What ``floors.py`` does for some revisions, or for those in a folder."""
        program = str(Path(__file__).with_name("floors.py"))
        url = self.urls[name.removesuffix(f" {START}")]
        return Run(name, (self.python, program, what, url, str(revisions)), self.bench.folder)

    def measure(self, runs: list[Run], before: Callable[[], Any]) -> dict[str, Timing]:
        commands = {run.name: run.command for run in runs}
        folders = {run.name: run.folder for run in runs}
        return measure_in_turns(commands, folders, self.bench.environment, runs=self.bench.runs, before=before)

    def keep(self, name: str, found: Mapping[str, Timing]) -> None:
        """Keep what all did, and once more what ours did without what it does for safety."""
        self.bench.keep_all(name, {tool: found[tool] for tool in found if tool in self.urls and tool != BARE})
        ours = self.bench.tools[0].name
        self.bench.keep_all(f"{name}, {WITHOUT}", {ours: found[BARE], DRIVER: found[DRIVER]})


def beyond_the_driver(results: Mapping[str, Mapping[str, Timing]]) -> list[str]:
    """Return a line for each upgrade: how often it takes what the driver's commits and its own start-up take."""
    lines = []
    for name, cell in results.items():
        start = results.get(_start_of(name)) if name.startswith("upgrade, ") and " columns, " in name else None
        if start is None:
            continue
        commits = cell[DRIVER].seconds - start[DRIVER].seconds
        told = []
        for tool, timing in cell.items():
            if tool != DRIVER:
                begun = start["whimbrel" if tool == SCRIPTS else tool]  # both import SQLAlchemy, and connect by it
                told.append(f"{tool} {timing.seconds / (commits + begun.seconds):.2f}")
        lines.append(f"- {name}: of what the driver's commits and the start-up take: {', '.join(told)}")
    return lines


def _start_of(name: str) -> str:
    what, _, backend = name.split(", ", 2)
    return f"{what}, {START}, {backend}"
