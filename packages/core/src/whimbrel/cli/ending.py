"""The end of the program: what is open is written out, and the rest is not taken apart, object after object.

That would be a third of the time of a run with nothing to do, and nothing of it is seen by anybody.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import sys
from contextlib import suppress
from typing import Any, NoReturn

_FILE = io.IOBase.__bases__[0]  # of all files; IOBase itself is asked by way of abc, which takes ten times as long


class Ending:
    """Ends the process, after everybody who asks to be called at its end from now on."""

    def __init__(self) -> None:
        self._code: int | None = None
        self._is_last = _callbacks() == 0
        atexit.register(self._settle)

    def end(self, code: int) -> NoReturn:
        """End the process.

        :param code: its exit code.
        """
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except OSError:
            sys.exit(code)  # Python's own end says what is the matter
        if _callbacks() == 1:  # where nobody else (a log, a measurement of coverage) asked to be called
            os._exit(code)
        self._code = code
        sys.exit(code)

    def _settle(self) -> None:
        """Write out files that were left open, close pooled connections, and leave the rest to the operating system.

        Threads have been waited for by now. Where somebody is to be called after this, and where the process does not
        end by :meth:`end`, Python goes on as ever.
        """
        if self._code is None or not self._is_last:
            return
        pools = getattr(sys.modules.get("sqlalchemy.pool"), "Pool", None)
        files = _living(_FILE)
        _write_out(files)
        for file in files:
            if type(file).__module__ != "_io":  # one that compresses has its last bytes to write
                with suppress(OSError, ValueError):  # told when it is written out
                    file.close()
        _write_out(files)
        for pool in [] if pools is None else _living(pools):
            _close_connections(pool)
        os._exit(self._code)


def _callbacks() -> int | None:
    """Return how many want to be called at the end; ``None`` where Python does not tell."""
    count = getattr(atexit, "_ncallbacks", None)
    return None if count is None else int(count())


def _living(base: type) -> list[Any]:
    """Return all objects of a class, and of those derived from it."""
    objects = gc.get_objects()
    wanted = {kind for kind in set(map(type, objects)) if issubclass(kind, base)}
    return [item for item in objects if type(item) in wanted]


def _write_out(files: list[Any]) -> None:
    for file in files:
        with suppress(ValueError):  # it is closed, or another took over what it wrote to
            try:
                file.flush()
            except OSError as error:
                sys.stderr.write(f"Error: {file!r}, which was left open, cannot be written: {error}\n")


def _close_connections(pool: Any) -> None:
    """Tell the server that nobody will be back, which would count a connection that just ends as one that broke."""
    if not getattr(pool, "_is_asyncio", False):  # those can be closed by their event loop only
        pool.dispose()
