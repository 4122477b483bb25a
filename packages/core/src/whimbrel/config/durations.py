"""Lengths of time, as people write them."""

from __future__ import annotations

import re
from typing import Final

from whimbrel.errors import CommandError

_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|min|m|h)?")
_SECONDS: Final = {"ms": 0.001, "s": 1.0, None: 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


def seconds(text: str | float, name: str) -> float:
    """Return a duration in seconds: a number counts seconds, a text may have a unit (``500ms``, ``2s``, ``5min``).

    :param text: the duration.
    :param name: what it is for, for the message.
    :raises CommandError: it is no duration.

    Example::

        >>> seconds("500ms", "lock_timeout")
        0.5
    """
    if not isinstance(text, str):
        return float(text)
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        raise CommandError(f"{name} is {text!r}, which is no duration.", "Write 500ms, 2s, 5min or 1h.")
    return float(found[1]) * _SECONDS[found[2]]
