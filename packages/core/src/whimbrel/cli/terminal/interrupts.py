"""SIGTERM and Ctrl-C become exceptions at once: a step that is running is rolled back before the process ends."""

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
def signals_raised() -> Iterator[None]:
    """Raise :class:`Terminated` or ``KeyboardInterrupt`` in the main thread when its signal arrives in the block.

    Does nothing in another thread (Python delivers signals to the main one), and leaves alone what the program that
    called us handles by itself.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    ours = {number: handler for number, handler in _HANDLERS.items() if signal.getsignal(number) in _DEFAULTS}
    before = {number: signal.signal(number, handler) for number, handler in ours.items()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _terminate(_number: int, _frame: FrameType | None) -> None:
    # A second SIGTERM while the first one unwinds would cut the rollback short.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise Terminated


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    # Does what Python's own handler does. asyncio replaces that one, and then waits for the script to await something.
    raise KeyboardInterrupt


_HANDLERS = {signal.SIGTERM: _terminate, signal.SIGINT: _interrupt}
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)
