"""What is said of a request that cannot be met: the table, what is wrong, what there is, what is near."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import Table

from whimbrel.errors import CommandError


@dataclass(frozen=True)
class Listing:
    """What there is of a kind.

    :param what: the kind, such as ``Columns``.
    :param names: their names.
    :param wanted: the name that was asked for, if that may be a slip of one of these.
    """

    what: str
    names: Iterable[str]
    wanted: str | None = None

    def hint(self) -> str:
        """Return a question about names near to what was wanted; empty where none is."""
        folded = {name.casefold(): name for name in self.names}
        near = get_close_matches(self.wanted.casefold(), folded, n=2) if self.wanted else []
        return f" Did you mean {' or '.join(folded[name] for name in near)}?" if near else ""

    def __str__(self) -> str:
        return f"{self.what}: {', '.join(self.names) or 'none'}."


def refusal(table: Table, problem: str, there: Listing | None = None, remedy: str | None = None) -> CommandError:
    """Return the error for a change that is impossible; it is raised before anything is done.

    :param table: the table.
    :param problem: what is wrong.
    :param there: what there is instead.
    :param remedy: what to do about it.
    """
    name = f"{table.schema}.{table.name}" if table.schema else table.name
    listed = f"{there.hint()}\n{there}" if there is not None else ""
    return CommandError(f"batch_alter_table({name!r}): {problem}.{listed}", remedy)
