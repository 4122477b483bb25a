"""Steps down that lose data, where the database is protected: somebody has to agree to them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from whimbrel.errors import ProtectedDatabase
from whimbrel.revisions import MigrationStep, RevisionStep

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.runtime.migration import MigrationContext
    from whimbrel.runtime.questioner import Questioner


def agreed(
    config: Config, questioner: Questioner, target: str, steps: Sequence[MigrationStep], context: MigrationContext
) -> None:
    """Ask, before *steps* are taken, whether what they lose may be lost, where the setting ``protected`` is on.

    :param config: the settings.
    :param questioner: is asked.
    :param target: where the downgrade leads.
    :param steps: all that would run.
    :param context: the run.
    :raises ProtectedDatabase: the answer is no.
    """
    if not context.options.safety.protected:
        return
    losses = list(_losses(steps, context))
    if target == "base" or target.endswith("@base"):
        losses.insert(0, "All revisions are taken back.")
    if losses and not questioner.may_be_lost(losses):
        raise ProtectedDatabase(losses, "Nothing was done. If that is what you want, say so:  --yes")


def _losses(steps: Iterable[MigrationStep], context: MigrationContext) -> Iterable[str]:
    from whimbrel.runtime.preview import Previewer  # only where something is protected

    previewer = Previewer(context)
    for step in steps:
        if isinstance(step, RevisionStep):
            preview = previewer.look(step)
            yield from (f"{step.revision.revision}: {loss}" for loss in preview.losses)
            if preview.obstacle is not None:
                yield f"{step.revision.revision}: What it does cannot be told beforehand: {preview.obstacle}"
