"""``revision --autogenerate --verify``: does a new revision do what it was written for? Tried on a scratch copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from whimbrel.commands.autogenerate import compared, target_metadata
from whimbrel.commands.differences import Difference, differences, lines
from whimbrel.config.safety import SafetySettings
from whimbrel.errors import CommandError, MigrationFailed, VerificationFailed
from whimbrel.revisions import MigrationStep, RevisionStep, plan_stamp, plan_upgrade
from whimbrel.runtime.environment import EnvironmentContext
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy import Connection, MetaData

    from whimbrel.commands.drafting import ProcessDirectives
    from whimbrel.config import Config
    from whimbrel.impl.run_lock import LockHolder
    from whimbrel.operations.ops import MigrationScript
    from whimbrel.runtime.migration import MigrationContext
    from whimbrel.script import Script

    Models = MetaData | tuple[MetaData, ...]

# Whoever hears of a migration is not to hear of a rehearsal.
_NOT_COPIED = frozenset({"fn", "on_version_apply", "rehearsal", "renames", "questioner"})
ASKED = "--verify"


def scratch_first(process: ProcessDirectives | None) -> ProcessDirectives:
    """Return what does as *process* once a scratch database could be made: no file is written where none can be.

    :param process: sees, and may change, the directives.
    """

    def processed(context: MigrationContext, heads: tuple[str, ...], directives: list[MigrationScript]) -> None:
        with context.impl.scratch_database(_schemas(target_metadata(context, ASKED))):
            pass
        if process is not None:
            process(context, heads, directives)

    return processed


def try_out(config: Config, written: Sequence[Script]) -> None:
    """Try new revisions on a scratch copy of each database that env.py opens.

    :param config: the settings.
    :param written: the revisions.
    :raises VerificationFailed: after the upgrade models and copy differ, after the downgrade it is not as it was
        before, or a revision raises.
    :raises CommandError: no scratch copy can be made.
    """
    script = ScriptDirectory.from_config(config)

    def plan(heads: tuple[str, ...], context: MigrationContext) -> tuple[()]:
        with context.impl.scratch_database(_schemas(target_metadata(context, ASKED))) as scratch:
            context.impl.copy_structure(scratch)
            _Trial(config, script, context, scratch, written).run(heads)
        return ()

    with EnvironmentContext(config, script, fn=plan):
        script.run_env()
    config.print_stdout(
        "Verified on a scratch copy: after the upgrade it is like the models, after the downgrade as it was."
    )


def _schemas(metadata: Models) -> set[str | None]:
    owners = metadata if isinstance(metadata, tuple) else (metadata,)
    return {None, *(table.schema for owner in owners for table in owner.tables.values())}


class _Silent:
    """A reporter that says nothing of a rehearsal."""

    def database(self, name: str | None) -> None: ...
    def plan(self, steps: Sequence[MigrationStep]) -> None: ...
    def waiting(self, holder: LockHolder | None, seconds: float, limit: float) -> None: ...
    def start(self, step: MigrationStep, index: int, total: int) -> None: ...
    def done(self, step: MigrationStep, index: int, total: int, seconds: float) -> None: ...
    def failed(self, step: MigrationStep, index: int, total: int, error: BaseException) -> None: ...


class _Trial:
    """One database: its copy is compared, brought up, compared, brought down, compared.

    :param config: the settings.
    :param script: the version files.
    :param context: the run over the database itself, of which the schema is read and no more.
    :param scratch: the copy.
    :param written: the new revisions.
    """

    def __init__(
        self,
        config: Config,
        script: ScriptDirectory,
        context: MigrationContext,
        scratch: Connection,
        written: Sequence[Script],
    ) -> None:
        self._script = script
        self._context = context
        self._scratch = scratch
        self._written = written
        self._models = target_metadata(context, ASKED)
        self._steps: Sequence[MigrationStep] = ()
        # An environment of its own: scripts that look up the current run find the copy.
        self._environment = EnvironmentContext(config, script, fn=lambda _heads, _context: self._steps, rehearsal=True)
        self._environment.reporter = _Silent()

    def run(self, heads: tuple[str, ...]) -> None:
        """Try the revisions.

        :param heads: the rows of the version table.
        """
        revisions = self._script.revision_map
        ups = plan_upgrade(revisions, [item.revision for item in self._written], heads)
        downs = [step.undone() for step in reversed(ups) if isinstance(step, RevisionStep)]
        with self._environment as environment:
            given = {name: value for name, value in self._context.opts.items() if name not in _NOT_COPIED}
            given["safety"] = SafetySettings()  # nobody else is there, and no record is worth keeping
            environment.configure(connection=self._scratch, **given)
            copy = environment.get_context()
            self._same_start(copy)
            # Tables that the models lack are nobody's business; those that downgrade() leaves are.
            environment.configure(connection=self._scratch, **{**given, "allow_drop_table": True})
            strict = environment.get_context()
            start = strict.plugins.read_metadata(strict, self._models, asked=ASKED)
            noise = self._found(strict, start)  # what a comparison of the copy with itself finds
            self._take([*plan_stamp(revisions, heads, ()), *ups])
            self._like_models(self._found(copy, self._models))
            self._take(downs)
            self._like_before(noise, self._found(strict, start))

    def _take(self, steps: Sequence[MigrationStep]) -> None:
        self._steps = steps
        try:
            with self._environment.begin_transaction():
                self._environment.run_migrations(**self._context.arguments)
        except MigrationFailed as error:
            raise self._failed(error.message) from error

    def _found(self, context: MigrationContext, metadata: Models) -> list[Difference]:
        return differences(compared(context, metadata, ASKED).upgrade_ops_list, context.dialect)

    def _same_start(self, copy: MigrationContext) -> None:
        theirs, ours = self._found(self._context, self._models), self._found(copy, self._models)
        unlike = [*_more(ours, theirs), *map(_turned, _more(theirs, ours))]
        if unlike:
            raise CommandError(
                "The scratch copy did not become like the database, so trying the revision on it would tell nothing:\n"
                f"{_shown(unlike)}",
                "The file was written; try it on a database that may be lost.",
            )

    def _like_models(self, left: list[Difference]) -> None:
        if left:
            raise self._failed(
                "After upgrade() the scratch copy is not like the models (+ lacking, - too much, ~ different):\n"
                f"{_shown(left)}"
            )

    def _like_before(self, noise: list[Difference], found: list[Difference]) -> None:
        unlike = [*_more(found, noise), *map(_turned, _more(noise, found))]
        if unlike:
            raise self._failed(
                "After downgrade() the scratch copy is not as it was before upgrade() (+ lacking, - too much, "
                f"~ different):\n{_shown(unlike)}"
            )

    def _failed(self, message: str) -> VerificationFailed:
        return VerificationFailed(message, paths=[item.path for item in self._written])


def _more(these: Iterable[Difference], than: Iterable[Difference]) -> list[Difference]:
    return list((Counter(these) - Counter(than)).elements())


def _turned(item: Difference) -> Difference:
    """Return what it means that a difference is there no more."""
    if item.sign == "~":
        turned = tuple((what, to, was) for what, was, to in item.changes)
        return replace(item, changes=turned)
    return replace(item, sign="-" if item.sign == "+" else "+")


def _shown(found: Iterable[Difference]) -> str:
    return "\n".join(f"  {line}" for line in lines(found))
