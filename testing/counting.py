"""How much work something is, counted: a clock would tell of the machine."""

from __future__ import annotations

import sys
from collections.abc import Callable


def calls_of(action: Callable[[], object]) -> int:
    """Return how many functions, Python's own and others, are called while *action* runs."""
    count = 0

    def count_call(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count_call)
    try:
        action()
    finally:
        sys.setprofile(before)
    return count
