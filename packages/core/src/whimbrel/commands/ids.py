"""Made-up revision ids."""

from __future__ import annotations

import os


def new_revision_id() -> str:
    """Return an id that no other revision has: twelve hexadecimal digits, 48 random bits.

    Ten thousand people could make a thousand revisions each before two of them are likely to meet.
    """
    return os.urandom(6).hex()
