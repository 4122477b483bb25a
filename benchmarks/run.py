"""Runs Whimbrel and Alembic side by side and prints ratios.

    python benchmarks/run.py --peer /path/to/venv/bin/alembic            histories up to 5,000
    python benchmarks/run.py --peer /path/to/venv/bin/alembic --full     up to 20,000; the peer needs some 20 minutes

``nox -s bench`` does the first, in an environment of its own.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
import tempfile
from pathlib import Path

from autogenerate import measure_comparing
from bench import Bench
from histories import SHAPES, Tool
from migrating import measure_migrating
from report import table, write_results
from safety import measure_safety
from timing import Timing


def arguments() -> argparse.Namespace:
    """Read the arguments; ``sizes`` becomes the lengths of the histories."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--whimbrel", default=str(Path(sys.executable).with_name("whimbrel")), help="our program")
    parser.add_argument("--peer", help="Alembic's program, in an environment of its own")
    parser.add_argument("--full", action="store_true", help="histories of 20,000 too")
    parser.add_argument("--quick", action="store_true", help="histories of 100 and 1,000 only")
    parser.add_argument("--sizes", help="lengths of the histories, comma-separated, instead of the usual ones")
    parser.add_argument("--runs", type=int, default=5, help="counted runs of each command")
    parser.add_argument(
        "--only", default="", help="start, graph, linear, branchy, migrate, operations, autogenerate, safety"
    )
    parser.add_argument(
        "--results", type=Path, help="a JSON file that keeps the cells, to measure them in several goes"
    )
    parser.add_argument("--write", action="store_true", help="put the table into README.md")
    options = parser.parse_args()
    sizes = [10, 100, 1000] + ([] if options.quick else [5000]) + ([20000] if options.full else [])
    options.sizes = [int(item) for item in options.sizes.split(",")] if options.sizes else sizes
    return options


def measure_all(bench: Bench, wanted: set[str], quick: bool) -> None:
    """Measure what is *wanted*, or all of it where nothing is named."""
    if not wanted or "start" in wanted:
        bench.start_up()
    for shape in SHAPES:
        if not wanted or wanted & {"graph", shape}:
            for size in bench.sizes:
                bench.graph(shape, size)
    if not wanted or "migrate" in wanted:
        measure_migrating(bench, *((100, [1000]) if quick else (1000, [1000, 5000])))
    if not wanted or "operations" in wanted:
        bench.operations(*((10_000, 100) if quick else (100_000, 1000)))
    if not wanted or "autogenerate" in wanted:
        measure_comparing(bench, [50, 200] if quick else [500, 2000])
    if not wanted or "safety" in wanted:
        measure_safety(bench, *((100, 3) if quick else (500, 7)))


def main() -> None:
    """Measure, and print the table."""
    options = arguments()
    tools = [Tool("whimbrel", "whimbrel", (options.whimbrel,))]
    if options.peer:
        tools.append(Tool("alembic", "alembic", (options.peer,)))
    sizes: list[int] = options.sizes
    wanted = {item for item in options.only.split(",") if item}
    with tempfile.TemporaryDirectory(prefix="whimbrel-bench-") as folder:
        bench = Bench(tools, sizes, options.runs, Path(folder))
        if options.results is not None and options.results.exists():
            kept = json.loads(options.results.read_text())
            bench.results = {name: {tool: Timing(*item) for tool, item in cell.items()} for name, cell in kept.items()}
        measure_all(bench, wanted, options.quick)
    if options.results is not None:
        options.results.write_text(json.dumps(bench.results, indent=1))
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    report = f"{machine}; {datetime.date.today():%Y-%m-%d}\n\n{table(bench.results)}"
    print(f"\n{report}")
    if options.write:
        write_results(report)


if __name__ == "__main__":
    main()
