"""SIGTERM becomes an exception, so that a step that is running is rolled back before the process ends."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from whimbrel.cli.exit_codes import TERMINATED


class Terminated(SystemExit):
    """SIGTERM arrived. A ``SystemExit``, so that neither scripts nor env.py take it for an error of theirs."""

    def __init__(self) -> None:
        super().__init__(TERMINATED)


@contextmanager
def termination_raised() -> Iterator[None]:
    """Raise :class:`Terminated` in the main thread when SIGTERM arrives while the block runs.

    Does nothing in another thread (Python delivers signals to the main one), or where the program that called us has
    a handler of its own.
    """
    if threading.current_thread() is not threading.main_thread() or signal.getsignal(signal.SIGTERM) != signal.SIG_DFL:
        yield
        return

    def terminate(_number: int, _frame: FrameType | None) -> None:
        # A second SIGTERM while the first one unwinds would cut the rollback short.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Terminated

    signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
