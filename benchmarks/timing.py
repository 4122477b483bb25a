"""Times whole processes: wall-clock seconds and peak memory, as the operating system accounts for them."""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple


class Timing(NamedTuple):
    """The medians over some runs of one command.

    :param seconds: wall-clock time of the process.
    :param peak_mib: its largest resident set, in MiB.
    :param runs: how many runs were counted.
    """

    seconds: float
    peak_mib: float
    runs: int


class CommandFailed(RuntimeError):
    """A timed command did not exit with 0."""


def run_once(command: Sequence[str], folder: Path, environment: dict[str, str]) -> tuple[float, float]:
    """Run *command* in *folder*; return its seconds and its peak memory in MiB."""
    began = time.perf_counter()
    with (folder / "output.txt").open("wb") as output:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        tail = (folder / "output.txt").read_text(errors="replace")[-2000:]
        raise CommandFailed(f"{' '.join(command)} in {folder} exited with {process.returncode}:\n{tail}")
    return seconds, usage.ru_maxrss / 1024


def measure(
    command: Sequence[str],
    folder: Path,
    environment: dict[str, str],
    *,
    runs: int,
    warm: int = 1,
    before: Callable[[], None] | None = None,
    long: float = 15.0,
) -> Timing:
    """Return the medians of *runs* runs of *command*, after *warm* that do not count.

    :param before: is called before each run, outside the measured time.
    :param long: a command that takes more seconds than this is run once and not repeated.
    """
    seconds: list[float] = []
    peaks: list[float] = []
    for number in range(warm + runs):
        if before is not None:
            before()
        spent, peak = run_once(command, folder, environment)
        if number >= warm or spent > long:
            seconds.append(spent)
            peaks.append(peak)
        if spent > long:
            break
    return Timing(statistics.median(seconds), statistics.median(peaks), len(seconds))


def measure_in_turns(
    commands: Mapping[str, Sequence[str]],
    folders: Mapping[str, Path],
    environment: dict[str, str],
    *,
    runs: int,
    before: Callable[[], None] | None = None,
    long: float = 15.0,
) -> dict[str, Timing]:
    """Return the medians of *runs* runs of each command, after one that does not count.

    The commands take turns: what else the machine does falls on all of them alike.

    :param commands: by name.
    :param folders: where each runs.
    :param before: is called before each round, outside the measured time.
    :param long: a command that takes more seconds than this is run once and not repeated.
    """
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(1 + runs):
        if before is not None:
            before()
        for name, command in commands.items():
            if not found[name] or found[name][0][0] <= long:
                found[name].append(run_once(command, folders[name], environment))
    counted = {name: measured[1:] or measured for name, measured in found.items()}
    return {
        name: Timing(*(statistics.median(values) for values in zip(*measured, strict=True)), len(measured))
        for name, measured in counted.items()
    }
