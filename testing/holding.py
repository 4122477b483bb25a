"""A project whose first revision stays inside of its upgrade() until it is told to go on, and runs of it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from testing.processes import AnyProcess, start
from testing.projects import Project

STAY = """
import pathlib, time
pathlib.Path({started!r}).touch()
deadline = time.monotonic() + 60
while not pathlib.Path({go!r}).exists():
    assert time.monotonic() < deadline
    time.sleep(0.02)
"""
"""What keeps a revision running. Tables are made after it, where a transaction would keep others from reading."""


class Staying(Project):
    """A project whose revision ``a1`` waits for :meth:`go_on`; ``b2`` follows, ``t_a1`` and ``t_b2`` are their tables.

    :param folder: is made.
    :param url: the database.
    :param env: the text of env.py.
    :param settings: further lines of ``whimbrel.toml``.
    :param before: what ``a1`` does before it waits.
    :param after: what it does afterwards; by default it makes its table.
    """

    def __init__(
        self,
        folder: Path,
        url: str,
        env: str | None = None,
        *,
        settings: str = "",
        before: str = "",
        after: str = 'op.create_table("t_a1", sa.Column("id", sa.Integer))',
    ) -> None:
        folder.mkdir()
        super().__init__(folder, url, env)
        self._started, self._go = folder / "started", folder / "go"
        text = f'script_location = "migrations"\nsqlalchemy.url = "{url}"\n{settings}\n'
        (folder / "whimbrel.toml").write_text(text, encoding="utf-8")
        stay = STAY.format(started=str(self._started), go=str(self._go))
        self.add("a1", upgrade=f"{before}\n{stay}\n{after}")
        self.add("b2", "a1")

    def go_on(self) -> None:
        """Let the revision end."""
        self._go.touch()

    def wait_until_inside(self) -> None:
        """Wait until a run is in the revision."""
        wait_until(self._started.exists)

    def start(self, *words: str) -> AnyProcess:
        """Start a process that runs ``whimbrel`` with *words*; its output is one text."""
        environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
        return start(["-m", "whimbrel", *words], cwd=self.folder, env=environment, stderr=subprocess.STDOUT)

    @contextmanager
    def running(self, *words: str) -> Iterator[AnyProcess]:
        """Have a process that runs ``whimbrel`` with *words*; it is killed at the end if it is still there."""
        with self.start(*words) as process:
            try:
                yield process
            finally:
                process.kill()

    @contextmanager
    def inside(self, *words: str) -> Iterator[AnyProcess]:
        """Have a process in the revision."""
        with self.running(*(words or ("upgrade", "head"))) as process:
            self.wait_until_inside()
            yield process


def wait_until(condition: Callable[[], object], seconds: float = 60) -> None:
    """Wait until *condition*, a function, returns something true."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not come about"
        time.sleep(0.02)
