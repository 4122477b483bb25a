"""The refusal to make a table anew, and what to do then."""

from __future__ import annotations

from typing import Final

from whimbrel.errors import UnsupportedOperation

OTHER_WAYS: Final = (
    "Say in batch_alter_table(copy_from=Table(...)) what the table is like, or make it anew with op.execute(): "
    "https://www.sqlite.org/lang_altertable.html#otheralter"
)


def cannot(message: str, remedy: str) -> UnsupportedOperation:
    """Return what to raise when a table cannot be made anew."""
    return UnsupportedOperation(message, remedy, dialect="sqlite", operation="batch_alter_table")
