"""Names as SQLite quotes and compares them.

https://www.sqlite.org/lang_keywords.html
"""

from __future__ import annotations

from typing import Final

_SMALL: Final = {capital: capital + 32 for capital in range(ord("A"), ord("Z") + 1)}


def quoted(name: str) -> str:
    """Return *name* as an identifier."""
    return '"' + name.replace('"', '""') + '"'


def folded(name: str) -> str:
    """Return *name* as SQLite compares it: capitals do not count, but only those of ASCII."""
    return name.lower() if name.isascii() else name.translate(_SMALL)
