"""What the fork server starts is a process like any other."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from testing.processes import Process, run, start

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="without fork() it is an interpreter as any other")

FACTS = """
import json, os, sys
print(json.dumps({
    "argv": sys.argv, "folder": os.getcwd(), "first": sys.path[0], "name": __name__, "given": os.environ.get("GIVEN"),
    "input": sys.stdin.read(), "ours": [name for name in sys.modules if name.startswith(("whimbrel", "testing"))],
    "bytecode": sys.dont_write_bytecode, "line by line": [sys.stdout.line_buffering, sys.stderr.line_buffering],
    "encoding": [sys.stdin.encoding, sys.stdout.encoding, sys.stderr.errors],
    "interrupts": repr(__import__("signal").getsignal(2)),
}))
"""


@pytest.mark.parametrize("kind", ["-c", "-m", "-", "script"])
def test_it_finds_what_a_fresh_interpreter_finds(kind: str, tmp_path: Path) -> None:
    (tmp_path / "facts.py").write_text(FACTS, encoding="utf-8")
    arguments = {"-c": ["-c", FACTS], "-m": ["-m", "facts"], "-": ["-"], "script": [str(tmp_path / "facts.py")]}[kind]
    words = [*arguments, "one", "two words"]
    read = FACTS if kind == "-" else "what is read"
    env = {**os.environ, "GIVEN": "yes", "PYTHONPATH": "/nowhere", "PYTHONDONTWRITEBYTECODE": "1"}
    fresh = subprocess.run(
        [sys.executable, *words], input=read, cwd=tmp_path, env=env, capture_output=True, text=True, check=True
    )
    forked = run(words, input=read, cwd=tmp_path, env=env)
    assert (forked.returncode, forked.stderr) == (0, "")
    assert json.loads(forked.stdout) == json.loads(fresh.stdout)


def test_its_search_path_is_that_of_a_fresh_interpreter(tmp_path: Path) -> None:
    code = "import sys; print(sys.path)"
    env = {**os.environ, "PYTHONPATH": f"/one{os.pathsep}/two"}
    fresh = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True)
    assert run(["-c", code], cwd=tmp_path, env=env).stdout == fresh.stdout


@pytest.mark.parametrize(
    ("code", "ends"),
    [
        ("pass", 0),
        ("import sys; sys.exit(7)", 7),
        ("import os; os._exit(8)", 8),
        ("raise ValueError('no')", 1),
        ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
        ("import atexit, sys; atexit.register(print, 'at the end'); sys.exit('a message')", 1),
    ],
)
def test_it_ends_as_a_fresh_interpreter_ends(code: str, ends: int) -> None:
    fresh = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    forked = run(["-c", code])
    assert forked.returncode == fresh.returncode == ends
    assert forked.stdout == fresh.stdout
    assert forked.stderr.splitlines()[-1:] == fresh.stderr.splitlines()[-1:]


@pytest.mark.parametrize(("number", "ends"), [(signal.SIGINT, -2), (signal.SIGTERM, -15), (signal.SIGKILL, -9)])
def test_signals_reach_it(number: int, ends: int) -> None:
    with start(["-c", "import time; print('here', flush=True); time.sleep(60)"]) as process:
        assert isinstance(process, Process)
        assert process.stdout is not None
        assert process.stdout.readline() == "here\n"
        assert process.poll() is None
        process.send_signal(number)
        assert process.wait(timeout=30) == ends
        process.kill()  # is too late, and nobody else's process is hit


def test_who_waits_in_vain_is_told() -> None:
    with start(["-c", "import time; time.sleep(60)"]) as process:
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(timeout=0.1)
        process.kill()
    with pytest.raises(subprocess.TimeoutExpired):
        run(["-c", "import time; time.sleep(60)"], timeout=0.1)


def test_both_outputs_may_be_one_and_long() -> None:
    code = "import sys\nfor n in range(20000): print('out', flush=True); print('err', file=sys.stderr)"
    assert run(["-c", code], stderr=subprocess.STDOUT).stdout == "out\nerr\n" * 20_000
    done = run(["-c", code])
    assert (done.stdout, done.stderr) == ("out\n" * 20_000, "err\n" * 20_000)


def test_what_only_an_interpreter_of_its_own_can_do_is_done_by_one() -> None:
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    with start(["-c", "import sys; print(sys.flags.hash_randomization)"], env=env) as process:
        assert isinstance(process, subprocess.Popen)
        assert process.communicate()[0] == "0\n"


def test_each_begins_with_what_the_others_have_not_changed() -> None:
    change = "import sqlalchemy, os; sqlalchemy.text = 'changed'; os.environ['CHANGED'] = 'yes'; print('done')"
    assert run(["-c", change]).stdout == "done\n"
    assert run(["-c", "import sqlalchemy, os; print(callable(sqlalchemy.text), 'CHANGED' in os.environ)"]).stdout == (
        "True False\n"
    )
