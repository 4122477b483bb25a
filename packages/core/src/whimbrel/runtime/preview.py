"""Preview: what a step would do, found by running its function where SQL is written as text."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from whimbrel.config.safety import SafetySettings
from whimbrel.operations import MigrateOperation, Operations
from whimbrel.operations.losses import lost_by, lost_by_sql
from whimbrel.runtime.environment import EnvironmentContext
from whimbrel.runtime.failure import line_in, said_by, wanted_a_connection
from whimbrel.runtime.switches import switches_of
from whimbrel.script import Script

if TYPE_CHECKING:
    from whimbrel.operations.batch.run import BatchRun
    from whimbrel.revisions import RevisionStep
    from whimbrel.runtime.migration import MigrationContext

# Whoever hears of a migration is not to hear of a preview.
_NOT_COPIED: Final = frozenset({"fn", "on_version_apply", "renames", "questioner", "output_buffer", "starting_rev"})
_SUBJECTS: Final = ("constraint_name", "index_name")


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that a script does.

    :param operation: the verb, such as ``add_column``; ``None`` for SQL that the script executes past ``op``.
    :param subject: what it is done to, such as ``book.price``; empty where nothing tells.
    :param sql: the statements it becomes, each with its terminator; empty where they cannot be told.
    :param losses: what it loses, a sentence or a statement each.
    """

    operation: str | None
    subject: str
    sql: str
    losses: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(filter(None, (self.operation or "SQL", self.subject)))


@dataclass(frozen=True, slots=True)
class Preview:
    """What one step would do.

    :param step: the step.
    :param parts: what its script does, in order; as far as it came, where *obstacle* says why no farther.
    :param transactional: whether a rollback would undo all of it.
    :param obstacle: why the script could not be followed to its end, such as that it reads the database; else ``None``.
    """

    step: RevisionStep
    parts: tuple[Part, ...]
    transactional: bool
    obstacle: str | None

    @property
    def losses(self) -> list[str]:
        """What the step loses, as far as that can be told."""
        return [loss for part in self.parts for loss in part.losses]


class Previewer:
    """Looks at the steps of one database.

    The scripts' functions are run as ``--sql`` runs them. What they do besides, such as writing a file, they do.

    :param context: the run; its connection is not touched, only its dialect looked at.
    """

    def __init__(self, context: MigrationContext) -> None:
        config, script = context.config, context.script
        assert config is not None
        assert script is not None
        self._context = context
        # An environment of its own: scripts that ask whether they run offline are told so.
        self._environment = EnvironmentContext(config, script, fn=lambda _heads, _context: (), as_sql=True)
        given = {name: value for name, value in context.opts.items() if name not in _NOT_COPIED}
        self._options = {**given, "safety": SafetySettings()}
        self._hide = config.redact

    def look(self, step: RevisionStep) -> Preview:
        """Return what *step* would do.

        :param step: one revision, up or down.
        """
        script = step.revision
        assert isinstance(script, Script)
        text = io.StringIO()
        obstacle = None
        with self._environment as environment:
            environment.configure(connection=self._context.connection, output_buffer=text, **self._options)
            context = environment.get_context()
            with _Recorder.context(context) as recorder:
                try:
                    with context.begin_transaction(_per_migration=True):
                        recorder.begin(text)
                        getattr(script.module, step.name)(**self._context.arguments)
                        recorder.end()
                except (Exception, SystemExit) as error:
                    obstacle = self._obstacle(script, error)
        transactional = context.undoes_all and switches_of(script).transactional
        return Preview(step, tuple(map(self._shown, recorder.parts)), transactional, obstacle)

    def _shown(self, part: Part) -> Part:
        return replace(part, sql=self._hide(part.sql), losses=tuple(map(self._hide, part.losses)))

    def _obstacle(self, script: Script, error: BaseException) -> str:
        line = line_in(script.path, error)
        where = f"line {line}: " if line else ""
        if wanted_a_connection(error):
            return f"{where}reads the database"
        return where + said_by(error, self._hide)


class _Recorder(Operations):
    """Carries directives out, which writes them, and takes down which they were."""

    def __init__(self, migration_context: MigrationContext, impl: Any = None) -> None:
        super().__init__(migration_context, impl)
        self.parts: list[Part] = []
        self._text = io.StringIO()
        self._seen = 0
        self._within = False

    def begin(self, text: io.StringIO) -> None:
        """Take down what is written to *text* from now on."""
        self._text = text
        self._seen = text.tell()

    def end(self) -> None:
        """Take down what was written past ``op`` since the last directive."""
        if sql := self._written():
            self.parts.append(Part(None, "", sql, tuple(lost_by_sql(sql))))

    def invoke(self, operation: MigrateOperation) -> Any:
        """Carry a directive out; those that it is made of are no parts of their own."""
        if self._within:
            return super().invoke(operation)
        self.end()
        self._within = True
        try:
            return super().invoke(operation)
        finally:
            self._within = False
            self.parts.append(self._part(operation, self._written()))

    def _carry_out(self, run: BatchRun, directives: Sequence[MigrateOperation]) -> None:
        """Carry a batch out; where a table is made anew, its statements stand with the last directive."""
        if self._within:
            super()._carry_out(run, directives)
            return
        self.end()
        before, start = len(self.parts), self._seen
        try:
            super()._carry_out(run, directives)
        finally:
            if len(self.parts) - before != len(directives):
                del self.parts[before:]
                self._seen = start
                sql = self._written()
                for number, directive in enumerate(directives, 1):
                    self.parts.append(self._part(directive, sql if number == len(directives) else ""))

    def _part(self, operation: MigrateOperation, sql: str) -> Part:
        verb = self.registry.verb_of(type(operation)) or type(operation).__name__
        loss = lost_by(operation, self.impl.dialect)
        losses = [loss] if loss is not None else [] if _is_known(operation) else lost_by_sql(sql)
        return Part(verb, _subject(operation), sql, tuple(losses))

    def _written(self) -> str:
        self._text.seek(self._seen)
        sql = self._text.read().strip()
        self._seen = self._text.tell()
        return sql


def _is_known(operation: MigrateOperation) -> bool:
    """Return whether all that a directive loses is known; of those that say SQL, or of others' packages, it is not."""
    module = type(operation).__module__
    return module.startswith("whimbrel.operations.") and not module.endswith(".statements")


def _subject(operation: MigrateOperation) -> str:
    """Return what a directive is about, in its own words."""
    of = vars(operation)
    table = ".".join(str(name) for name in (of.get("schema"), of.get("table_name")) if name)
    column = getattr(of.get("column"), "name", None) or of.get("column_name")
    if column:
        return f"{table}.{column}" if table else str(column)
    own = next((str(of[name]) for name in _SUBJECTS if of.get(name)), "")
    return " on ".join(filter(None, (own, table))) or str(of.get("name") or "")
