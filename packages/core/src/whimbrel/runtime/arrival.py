"""Waiting for a database server that does not answer yet: it is starting, or its name is not known yet."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from logging import getLogger
from typing import Any, Final

from sqlalchemy import Dialect, Engine, event

from whimbrel.impl import DefaultImpl
from whimbrel.redact import redact
from whimbrel.runtime.failure import Hide
from whimbrel.runtime.lock.waiting import pause, pause_async

log = getLogger("whimbrel.runtime.migration")

_FIRST: Final = 0.2  # seconds between two attempts
_LONGEST: Final = 5.0


class Arrival:
    """Connects for every engine, one of env.py's own too, and waits where a server is only about to answer.

    :param seconds: how long.
    :param impl_class: knows, for a dialect's name, who can tell what an error means.
    :param is_ours: whether a connection that is made just now belongs to this run: other threads have theirs.
    :param hide: puts passwords out of sight.
    """

    def __init__(
        self,
        seconds: float,
        impl_class: Callable[[str], type[DefaultImpl]],
        is_ours: Callable[[], bool],
        hide: Hide = redact,
    ) -> None:
        self._seconds = seconds
        self._impl_class = impl_class
        self._is_ours = is_ours
        self._hide = hide

    @contextmanager
    def awaited(self) -> Iterator[None]:
        """Wait in the block wherever a connection is made."""
        event.listen(Engine, "do_connect", self._connect)
        try:
            yield
        finally:
            event.remove(Engine, "do_connect", self._connect)

    def _connect(self, dialect: Dialect, _record: Any, args: list[Any], keywords: dict[str, Any]) -> Any:
        if not self._is_ours():
            return None
        deadline = time.monotonic() + self._seconds
        interval, told = _FIRST, False
        while True:
            try:
                return dialect.connect(*args, **keywords)
            except Exception as error:
                left = deadline - time.monotonic()
                if left <= 0 or not self._impl_class(dialect.name).is_coming_up(error):
                    raise
                if not told:
                    log.warning("Waiting up to %g s for the database: %s", self._seconds, self._line(error))
                    told = True
            wait = pause_async if dialect.is_async else pause
            wait(min(left, interval * random.uniform(0.75, 1.0)))
            interval = min(_LONGEST, interval * 1.6)

    def _line(self, error: Exception) -> str:
        return self._hide(" ".join((str(error) or type(error).__name__).split()))
