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


def begin() -> None:
    """Be called at the end, after everybody who asks for that from now on."""
    atexit.register(_settle)


def end(code: int) -> NoReturn:
    """End the process.

    :param code: its exit code.
    """
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        sys.exit(code)  # Python's own end says what is the matter
    # Where nobody else (a log, a measurement of coverage) has asked to be called at the end, the process just ends.
    registered = getattr(atexit, "_ncallbacks", None)
    if registered is not None and registered() == 1:
        os._exit(code)
    sys.exit(code)


def _settle() -> None:
    """Write out files that were left open, close pooled connections, and let Python leave alone what it then finds.

    Modules are emptied all the same, which closes what they alone hold; only circles of objects stay as they are.
    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    pools = getattr(sys.modules.get("sqlalchemy.pool"), "Pool", None)
    kinds = (_FILE,) if pools is None else (_FILE, pools)
    objects = gc.get_objects()
    wanted = {kind for kind in set(map(type, objects)) if issubclass(kind, kinds)}
    for item in [item for item in objects if type(item) in wanted]:
        (_write_out if isinstance(item, _FILE) else _close_connections)(item)
    gc.freeze()


def _write_out(file: Any) -> None:
    with suppress(ValueError):  # it is closed, or another took over what it wrote to
        try:
            file.flush()
        except OSError as error:
            sys.stderr.write(f"Error: {file!r}, which was left open, cannot be written: {error}\n")


def _close_connections(pool: Any) -> None:
    """Tell the server that nobody will be back, which would count a connection that just ends as one that broke."""
    if not getattr(pool, "_is_asyncio", False):  # those can be closed by their event loop only
        pool.dispose()
