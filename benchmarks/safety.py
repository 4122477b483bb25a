"""What the lock, the records and the journal cost a run, beside the same run without them.

A process of its own over one project: runs with and without them take turns, each over an emptied database, so that
whatever else the machine does falls on both. It prints one line of JSON; of each kind the fastest counts.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from operations import CARELESS, peak_mib
from timing import Timing

CAREFUL: dict[str, str] = {}
KINDS = {"whimbrel": CAREFUL, "driver": CARELESS}
"""The run without is the floor of the run with them."""

FULL, IDLE = "upgrade with lock, records, journal", "the same, nothing to do"


def seconds_of(settings: dict[str, str]) -> float:
    """Return the seconds that ``upgrade head`` takes in the project of the working directory."""
    command = importlib.import_module("whimbrel.command")
    config = importlib.import_module("whimbrel.config").Config("whimbrel.ini", stdout=io.StringIO())
    for name, value in settings.items():
        config.set_main_option(name, value)
    began = time.perf_counter()
    command.upgrade(config, "head")
    return time.perf_counter() - began


def emptied(url: str) -> None:
    """Drop every table."""
    from sqlalchemy import MetaData, create_engine
    from sqlalchemy.pool import NullPool

    engine = create_engine(url, poolclass=NullPool)
    metadata = MetaData()
    metadata.reflect(engine)
    metadata.drop_all(engine)


def compared(url: str, pairs: int) -> dict[str, dict[str, float]]:
    """Return the fastest seconds of each kind of run: all revisions, and none.

    :param url: the database.
    :param pairs: how often each is measured.
    """
    full: dict[str, list[float]] = {name: [] for name in KINDS}
    idle: dict[str, list[float]] = {name: [] for name in KINDS}
    for turn in range(pairs):
        order = list(KINDS.items())
        for name, settings in order if turn % 2 else reversed(order):
            emptied(url)
            full[name].append(seconds_of(settings))
            idle[name].extend(seconds_of(settings) for _ in range(5))
    return {
        FULL: {name: min(taken) for name, taken in full.items()},
        IDLE: {name: min(taken) for name, taken in idle.items()},
    }


def measure_safety(bench: Any, count: int, pairs: int) -> None:
    """Measure on each server that answers, and keep what was found.

    :param bench: the run of all cells, of which our own tool is measured.
    :param count: how many revisions.
    :param pairs: how often each is measured.
    """
    from databases import available, empty_database
    from floors import column_operation
    from histories import SHAPES, make_project

    tool = bench.tools[0]
    for backend in ("postgresql", "mysql", "sqlite"):
        if not available(backend):
            print(f"  {backend}: no server answers, left out")
            continue
        with empty_database(backend, bench.folder) as url:
            folder = bench.folder / f"safety-{backend}"
            make_project(folder, tool, SHAPES["linear"](count), url=url, upgrade=column_operation)
            found = bench.answer(tool, Path(__file__), url, str(folder), str(pairs))
        for what, seconds in found["seconds"].items():
            cell = {name: Timing(taken, found["peak_mib"], pairs) for name, taken in seconds.items()}
            bench.keep_all(f"{what}, {count} revisions, {backend}", cell)


def cost_of_safety(results: Mapping[str, Mapping[str, Timing]]) -> list[str]:
    """Return a line for each pair: what taking care costs a revision, and a run with nothing to do."""
    lines = []
    for what in (FULL, IDLE):
        for name, cell in results.items():
            if name.startswith(what):
                _, revisions, backend = name.rsplit(", ", 2)
                extra = 1000 * (cell["whimbrel"].seconds - cell["driver"].seconds)
                told = (
                    f"{extra / int(revisions.split()[0]):.2f} ms a revision"
                    if what == FULL
                    else f"{extra:.1f} ms a run"
                )
                lines.append(f"- {what}, {backend}: {told} more than without")
    return lines


def main(url: str, folder: str, pairs: str) -> None:
    """Measure one project and print it."""
    os.chdir(folder)
    found = compared(url, int(pairs))
    print(json.dumps({"seconds": found, "peak_mib": peak_mib()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
