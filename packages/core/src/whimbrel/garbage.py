"""No looking for garbage while hundreds of thousands of objects are made that stay: models, and what is read of tables.

Python looks through all that lives each time a quarter more has come to life. Of an import of 2,000 tables that is
half the time, and it finds nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_garbage_collection() -> Iterator[None]:
    """Pause looking for garbage; what the block has made counts as old afterwards, as what stays does.

    https://docs.python.org/3/library/gc.html#gc.freeze
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            if not gc.get_freeze_count():  # else somebody keeps objects apart, which unfreeze() would mix up
                gc.freeze()
                gc.unfreeze()  # into the oldest generation, without a look at each
            gc.enable()
