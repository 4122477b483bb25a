"""What SQLite can tell of a statement that may or may not have been executed: of VACUUM, which refuses transactions."""

from __future__ import annotations

import re
from typing import Final

from whimbrel.impl.resuming import Resuming

_VACUUM: Final = re.compile(r"\s*VACUUM\b", re.IGNORECASE)
_INTO: Final = re.compile(r"\bINTO\b", re.IGNORECASE)


class SQLiteResuming(Resuming):
    """All other statements are noted in the transaction that executes them."""

    autocommit_begin = "BEGIN"

    def refuses_transaction(self, statement: str) -> bool:
        """Return whether it is ``VACUUM``.

        https://sqlite.org/lang_vacuum.html
        """
        return _VACUUM.match(statement) is not None

    def may_repeat(self, statement: str) -> bool:
        """Return whether it is a ``VACUUM`` that writes no file."""
        return _VACUUM.match(statement) is not None and not _INTO.search(statement)
