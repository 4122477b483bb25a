"""Who hears of each step of a run: env.py's callbacks, then the plugins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whimbrel.plugins import Plugins
from whimbrel.plugins.specs import MigrationRun
from whimbrel.revisions import MigrationStep
from whimbrel.runtime.options import MigrationOptions
from whimbrel.runtime.steps import StepListener


def listeners_of(context: MigrationRun, options: MigrationOptions, plugins: Plugins) -> list[StepListener]:
    """Return what hears of each step, where anybody listens.

    Nobody hears of a rehearsal, which brings no database anywhere.

    :param context: is shown to them.
    :param options: those of the context: its callbacks.
    :param plugins: those of the run.
    """
    if options.extra.get("rehearsal"):
        return []

    def callbacks(step: MigrationStep, heads: set[str], arguments: Mapping[str, Any]) -> None:
        for callback in options.on_version_apply:
            callback(ctx=context, step=step.info, heads=set(heads), run_args=dict(arguments))

    def hooks(step: MigrationStep, heads: set[str], arguments: Mapping[str, Any]) -> None:
        plugins.version_applied(context, step, frozenset(heads))

    asked = ((callbacks, bool(options.on_version_apply)), (hooks, plugins.hear_of_versions))
    return [listener for listener, wanted in asked if wanted]
