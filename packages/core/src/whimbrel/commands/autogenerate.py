"""Comparing models with a database, through the hooks that the autogenerate package answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from sqlalchemy.exc import DBAPIError

from whimbrel.errors import CommandError, PluginError
from whimbrel.garbage import no_garbage_collection
from whimbrel.revisions import plan_upgrade
from whimbrel.runtime.environment import EnvironmentContext
from whimbrel.runtime.failure import comparison_failed
from whimbrel.runtime.migration import MigrationContext
from whimbrel.runtime.questioner import Questioner
from whimbrel.runtime.request import require_known

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from whimbrel.config import Config
    from whimbrel.operations.ops import MigrationScript
    from whimbrel.plugins import Plugins
    from whimbrel.script import ScriptDirectory


_NOBODY: Final = Questioner()


class Hints(NamedTuple):
    """What a command was told that models and database do not tell.

    :param renames: what was renamed, as ``old:new`` each.
    :param questioner: is asked about the rest.
    :param allow_drop_table: whether, or which, tables may be dropped; ``None`` to leave that to env.py and settings.
    """

    renames: Sequence[str] = ()
    questioner: Questioner = _NOBODY
    allow_drop_table: bool | Sequence[str] | None = None


NO_HINTS: Final = Hints()

_SHOWN: Final = 8
"""So many revisions are listed in a message."""

Compared = Callable[[tuple[str, ...], MigrationContext, "MigrationScript"], None]
"""Is shown the rows of the version table, the context, and what the database lacks."""


def compare(
    config: Config,
    script: ScriptDirectory,
    then: Compared,
    *,
    asked: str,
    behind: list[str] | None = None,
    hints: Hints = NO_HINTS,
) -> Plugins:
    """Run the environment, and compare each database that it opens with its models.

    :param config: the settings.
    :param script: the version files.
    :param then: is shown what was found, once a database.
    :param asked: what needs it, for messages.
    :param behind: takes a sentence about a database that is not at the heads; ``None`` to refuse such a one.
    :param hints: what the command was told.
    :return: the plugins that compared.
    :raises AutogenerateNotInstalled: the package that compares is missing; no database is opened then.
    :raises CommandError: a database is not at the heads, env.py names no models, or a rename fits nothing.
    """

    def plan(heads: tuple[str, ...], context: MigrationContext) -> tuple[()]:
        require_known(script.revision_map, heads, context.version_table)
        missing = _missing(script, heads)
        if missing and behind is None:
            raise CommandError(
                f"Target database is not up to date: {missing} not run, so {asked} would find that work missing.",
                "Bring it up first:  whimbrel upgrade heads",
            )
        if missing and behind is not None:
            behind.append(f"The database is not up to date: {missing} not run.")
        found = compared(context, target_metadata(context, asked), asked)
        unfit.append(found.unfit_renames)
        then(heads, context, found)
        return ()

    unfit: list[dict[str, str]] = []
    environment = EnvironmentContext(config, script, fn=plan, **hints._asdict())
    environment.plugins.require_autogenerate(asked)
    with no_garbage_collection(), environment:
        script.run_env()  # which imports the models
    _require_fit(unfit)
    return environment.plugins


def _require_fit(unfit: Sequence[dict[str, str]]) -> None:
    """Raise if something that was said to be renamed fits none of the databases.

    :param unfit: what does not fit, for each database, with the reason.
    """
    for text, problem in unfit[0].items() if unfit else ():
        if all(text in others for others in unfit):
            raise CommandError(problem, "Nothing was written. Mend the --rename, or leave it out.")


def compared(context: MigrationContext, metadata: MetaData | tuple[MetaData, ...], asked: str) -> MigrationScript:
    """Compare one database with models.

    :param context: the run, connected.
    :param metadata: the models.
    :param asked: what needs it, for messages.
    :raises CommandError: the database refused a question, or the connection was lost.
    """
    try:
        return context.plugins.produce_migrations(context, metadata, asked=asked)
    except PluginError as error:
        if not isinstance(error.__cause__, DBAPIError):
            raise
        raise comparison_failed(error.__cause__, asked) from error.__cause__


def _missing(script: ScriptDirectory, heads: tuple[str, ...]) -> str:
    """Return which revisions a database at *heads* lacks, oldest first, with a verb; empty for none."""
    lacking = [step.revision.revision for step in plan_upgrade(script.revision_map, "heads", heads) if step.revision]
    if not lacking:
        return ""
    shown = lacking if len(lacking) <= _SHOWN else [*lacking[: _SHOWN - 1], f"... ({len(lacking)} in all)"]
    return f"{', '.join(shown)} {'has' if len(lacking) == 1 else 'have'}"


def target_metadata(context: MigrationContext, asked: str) -> MetaData | tuple[MetaData, ...]:
    """Return the models that env.py has named.

    :param context: the run.
    :param asked: what needs them, for messages.
    :raises CommandError: it has named none.
    """
    metadata = context.options.target_metadata
    if metadata is None:
        known = context.config.convention.keys if context.config is not None else None
        by_settings = "Set target_metadata = myapp.models:Base.metadata in the settings, or give it"
        raise CommandError(
            f"{asked} does not know the models: no target_metadata is configured.",
            f"{by_settings if known is None else 'Give it'} to context.configure() in env.py.",
        )
    return tuple(metadata) if isinstance(metadata, Sequence) else metadata
