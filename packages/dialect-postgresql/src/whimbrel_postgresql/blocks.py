"""DO blocks: statements that look before they act, alike for a connection and for SQL as text.

https://www.postgresql.org/docs/current/sql-do.html
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count


def do_block(*lines: str) -> str:
    """Return lines of PL/pgSQL as one statement.

    :param lines: what stands between ``BEGIN`` and ``END``, indented; names and literals in them are quoted already.
    """
    body = "\n".join(("BEGIN", *lines, "END"))
    tag = next(tag for tag in _tags() if tag not in body)
    return f"DO {tag}\n{body}\n{tag}"


def _tags() -> Iterator[str]:
    """Yield what may enclose a body that does not hold it."""
    yield "$$"
    yield from (f"$whimbrel{number}$" for number in count(1))
