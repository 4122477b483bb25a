"""The order of columns, where some are wanted before others."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise


def ordered(columns: Sequence[str], groups: Sequence[Sequence[str]]) -> list[str]:
    """Return *columns* with each group in the order it lists; apart from that as near to the given order as can be.

    :param columns: all columns, in the order they have.
    :param groups: each lists some of them in the order they are to stand in.
    :raises ValueError: the groups contradict each other; its message says which columns do.

    Example::

        >>> ordered(["id", "name", "email"], [("email", "name")])
        ['id', 'email', 'name']
    """
    waits_for: dict[str, set[str]] = {column: set() for column in columns}
    for group in groups:
        for earlier, later in pairwise(group):
            waits_for[later].add(earlier)
    order: list[str] = []
    while waits_for:
        ready = next((column for column, awaited in waits_for.items() if not awaited), None)
        if ready is None:
            raise ValueError(f"{', '.join(waits_for)} each wait for another")
        order.append(ready)
        del waits_for[ready]
        for awaited in waits_for.values():
            awaited.discard(ready)
    return order
