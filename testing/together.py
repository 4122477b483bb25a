"""Many processes that run one command at the same moment: ``python -m testing.together COUNT FOLDER WORD...``.

One process imports everything and forks the others, which wait until all are there. What became of them is printed as
JSON: a list of exit code and output for each.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import traceback
from pathlib import Path
from typing import NamedTuple

from testing.processes import run as python

ROOT = Path(__file__).resolve().parent.parent


class Done(NamedTuple):
    """How a process ended.

    :param code: its exit code.
    :param output: what it wrote to standard output and standard error.
    """

    code: int
    output: str


def run_together(count: int, folder: Path, *words: str, seconds: float = 300) -> list[Done]:
    """Run ``whimbrel`` with *words* in *folder*, *count* times at once.

    :param seconds: how long all of them may take.
    """
    done = python(["-m", "testing.together", str(count), str(folder), *words], cwd=ROOT, timeout=seconds)
    assert done.returncode == 0, done.stderr
    return [Done(*item) for item in json.loads(done.stdout)]


def _one(words: list[str], gate: int, output: int) -> None:
    """Be one of the processes: wait for the gate, run, exit."""
    from whimbrel.cli.main import main

    os.dup2(output, 1)
    os.dup2(output, 2)
    os.read(gate, 1)
    code = 70
    try:
        code = main(words)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def main(count: int, folder: str, words: list[str]) -> None:
    """Fork, open the gate, and print how each ended."""
    # What a run imports, once for all.
    import whimbrel.cli.main
    import whimbrel.cli.upgrade
    import whimbrel.commands.upgrade  # noqa: F401  # for what the import leaves behind

    os.chdir(folder)
    gate, opened = os.pipe()
    started = []
    for _ in range(count):
        output = tempfile.TemporaryFile()  # noqa: SIM115  # read when the process has ended
        process = os.fork()
        if process == 0:
            os.close(opened)
            _one(words, gate, output.fileno())
        started.append((process, output))
    os.close(opened)
    ends = []
    for process, output in started:
        _, status = os.waitpid(process, 0)
        output.seek(0)
        ends.append((os.waitstatus_to_exitcode(status), output.read().decode(errors="replace")))
    print(json.dumps(ends))


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
