"""Heart: renews a lease while the run is busy, on a thread and a connection of its own."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from sqlalchemy import Connection, Engine

from whimbrel.impl.run_lock import close_separate, separate_connection
from whimbrel.runtime.failure import said_by

log = logging.getLogger("whimbrel.runtime.lock")


class Heart:
    """Calls *beat* every so often.

    :param engine: the run's; of an async one, the synchronous engine inside, which gets an event loop of its own here.
    :param beat: renews the lease over the connection it is given, and returns whether it was still ours.
    :param every: seconds between two beats.

    :ivar lost: whether a beat found that the lease was somebody else's.
    :ivar last: when it was last known to be ours, by :func:`time.monotonic`.
    """

    def __init__(self, engine: Engine, beat: Callable[[Connection], bool], every: float) -> None:
        self._engine = engine
        self._beat = beat
        self._every = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="whimbrel-lease", daemon=True)
        self.lost = False
        self.last = time.monotonic()

    def start(self) -> None:
        """Begin to beat."""
        self._thread.start()

    def stop(self) -> None:
        """Beat no more; does not wait for long for a beat that hangs."""
        self._stopping.set()
        self._thread.join(self._every)

    def _run(self) -> None:
        if not self._engine.dialect.is_async:
            self._go_on()
            return
        import asyncio

        from sqlalchemy.util import greenlet_spawn

        async def go_on() -> None:
            await greenlet_spawn(self._go_on)

        asyncio.run(go_on())

    def _go_on(self) -> None:
        own: Connection | None = None
        while not self._stopping.wait(self._every) and not self.lost:
            try:
                own = own or separate_connection(self._engine, autocommit=False)
                with own.begin():
                    self.lost = not self._beat(own)
                self.last = time.monotonic()
            except Exception as error:  # a connection that breaks, or that cannot be made in another event loop
                log.warning(
                    "The lease on this run could not be renewed (%s). It is renewed between revisions; one that takes "
                    "long may lose it.",
                    said_by(error),
                )
                _close(own)
                own = None
        _close(own)


def _close(connection: Connection | None) -> None:
    if connection is not None:
        try:
            close_separate(connection)
        except Exception as error:  # it is broken; the server ends it
            log.debug("The connection of a lease could not be closed: %s", said_by(error))
