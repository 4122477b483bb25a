"""Asker: who answers what models and database alone do not tell."""

from __future__ import annotations

from collections.abc import Sequence


class Asker:
    """Answers for a person; this one asks nobody, and answers with what is safe.

    The command line has one that asks on the terminal. Whoever calls :func:`whimbrel.command.revision` may give one::

        class Yes(Asker):
            def choose(self, question, choices, default=0):
                return 1

    It is found at ``MigrationContext.asker``.
    """

    def choose(self, question: str, choices: Sequence[str], default: int = 0) -> int:
        """Return the place of the choice that is made, counted from 0.

        :param question: what is to be decided, one sentence or a few lines.
        :param choices: a line for each.
        :param default: the place of the one that does no harm.
        """
        return default

    def text(self, question: str) -> str | None:
        """Return what is said; ``None`` where nobody is asked, or nothing is said.

        :param question: what is wanted.
        """
        return None
