"""Waiting for another run to end: polling, telling who is waited for, and giving up."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Final

from whimbrel.errors import RunLockTimeout
from whimbrel.impl.run_lock import RunLock
from whimbrel.runtime.report import Reporter

TOLD_EVERY: Final = 10.0
"""Seconds between two lines about one wait."""

_POLL: Final = (0.05, 0.25)  # at random in between, lest many that started together ask together

Sleep = Callable[[float], None]


def pause(seconds: float) -> None:
    """Sleep in a synchronous run; a signal whose handler raises ends it at once."""
    time.sleep(seconds)


def pause_async(seconds: float) -> None:
    """Sleep within ``run_sync()`` of an async connection, so that other tasks of its event loop go on."""
    import asyncio

    from sqlalchemy.util import await_only

    await_only(asyncio.sleep(seconds))


def wait_for(lock: RunLock, limit: float, reporter: Reporter, sleep: Sleep = pause) -> None:
    """Take *lock* as soon as whoever has it gives it back.

    :param lock: somebody else has it.
    :param limit: seconds to wait at most.
    :param reporter: is told at once, and then from time to time.
    :param sleep: waits for so many seconds.
    :raises RunLockTimeout: it was not given back in time.
    """
    began = time.monotonic()
    told: float | None = None
    while True:
        waited = time.monotonic() - began
        if told is None or waited - told >= TOLD_EVERY:
            holder = lock.holder()
            if holder is not None or waited > 1:  # it may just have been given back
                reporter.waiting(holder, waited, limit)
                told = waited
        if waited >= limit:
            holder = lock.holder()
            raise RunLockTimeout(holder, limit, ending=holder.ending if holder is not None else None)
        sleep(min(random.uniform(*_POLL), limit - waited))
        if lock.acquire():
            return
