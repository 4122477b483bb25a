"""``resume``: finish the revision that was interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.runtime.environment import EnvironmentContext
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.revisions import RevisionStep
    from whimbrel.runtime.migration import MigrationContext


def resume(config: Config) -> None:
    """Finish the revision that was interrupted, upwards or downwards as it was going, and nothing else.

    What is done is skipped. What was finished is printed, or that nothing was interrupted.

    :param config: the settings.
    :raises UnfinishedRevision: the script does something else than it did; done, left and remedies are listed.
    :raises MigrationFailed: the revision raised.

    Example::

        whimbrel.command.resume(Config("whimbrel.ini"))
    """
    script = ScriptDirectory.from_config(config)
    found: dict[str, None] = {}  # a plan is made again where there was somebody to wait for

    def plan(heads: tuple[str, ...], context: MigrationContext) -> tuple[RevisionStep, ...]:
        from whimbrel.runtime.journal.unfinished import plan_unfinished

        entries = context.safeguards.unfinished()
        if not entries:
            return ()
        found[f"Finished: {entries[0].direction} {entries[0].revision}"] = None
        return (plan_unfinished(script, entries[0], heads),)

    with EnvironmentContext(config, script, fn=plan):
        script.run_env()
    for line in found or ["Nothing was interrupted."]:
        config.print_stdout("%s", line)
