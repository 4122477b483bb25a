"""``merge``: a revision that joins others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from whimbrel.commands.new_revision import Wish, generate, new_revision_id
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.script import Script


def merge(
    config: Config,
    revisions: str | Sequence[str],
    message: str | None = None,
    branch_label: str | Sequence[str] | None = None,
    rev_id: str | None = None,
    splice: bool = False,
) -> Script:
    """Create a revision file that joins *revisions*; it changes nothing itself.

    :param config: the settings.
    :param revisions: the identifiers to join; ``heads`` for all heads.
    :param message: what the revision does.
    :param branch_label: a name for the branch that begins with it.
    :param rev_id: its id; a made-up one by default.
    :param splice: allow revisions that are no heads.
    :return: the new revision.
    :raises RevisionError: one of *revisions* is unknown, or no head and *splice* was not asked for.

    Example::

        whimbrel.command.merge(config, "heads", message="merge the two branches")
    """
    script = ScriptDirectory.from_config(config)
    wish = Wish(rev_id or new_revision_id(), message, splice=splice, branch_label=branch_label)
    heads = [revisions] if isinstance(revisions, str) else list(revisions)
    return generate(config, script, wish, joins=heads)
