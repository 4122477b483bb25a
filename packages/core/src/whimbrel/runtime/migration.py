"""MigrationContext: the engine of a run, over one database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from logging import getLogger
from typing import Any

from sqlalchemy import URL, Connection, Dialect
from sqlalchemy.sql.base import Executable

from whimbrel.config import Config
from whimbrel.errors import CommandError, MultipleHeads
from whimbrel.operations import OperationRegistry, Operations
from whimbrel.plugins import Plugins
from whimbrel.redact import redact
from whimbrel.revisions import MigrationInfo, MigrationStep, RevisionStep, StampStep, plan_stamp
from whimbrel.runtime.connect import parsed_url
from whimbrel.runtime.failure import Hide
from whimbrel.runtime.listeners import listeners_of
from whimbrel.runtime.lock.guard import Guard
from whimbrel.runtime.options import MigrationOptions
from whimbrel.runtime.planning import Plan, Planner, RunEnvironment
from whimbrel.runtime.report import LogReporter, Reporter
from whimbrel.runtime.safeguards import Safeguards
from whimbrel.runtime.steps import StepRun
from whimbrel.runtime.switches import refuse_irreversible
from whimbrel.runtime.transaction import RunTransactions
from whimbrel.runtime.version_table import VersionTable
from whimbrel.script import ScriptDirectory

log = getLogger(__name__)


class MigrationContext:
    """One database, as migrations see it: its heads, its transactions, and the run over it.

    Made by :meth:`EnvironmentContext.configure` in a run, or alone in application code::

        with engine.connect() as connection:
            heads = MigrationContext.configure(connection).get_current_heads()

    :param dialect: SQLAlchemy's dialect of the database.
    :param connection: the connection; ``None`` to write SQL as text.
    :param opts: options by name, as ``configure()`` takes them.
    :param environment_context: the environment of the run, where there is one.
    :raises DialectNotInstalled: the package for this database is missing.
    """

    def __init__(
        self,
        dialect: Dialect,
        connection: Connection | None,
        opts: Mapping[str, Any],
        environment_context: RunEnvironment | None = None,
    ) -> None:
        self.dialect = dialect
        self.environment_context = environment_context
        self.options = MigrationOptions.collect(opts)
        self.opts: dict[str, Any] = self.options.as_mapping()
        """The options, flat, as callbacks such as ``include_object`` look them up."""
        self.as_sql = self.options.as_sql
        self.connection = None if self.as_sql else connection
        self._plugins = environment_context.plugins if environment_context is not None else Plugins.load()
        self._reporter: Reporter = environment_context.reporter if environment_context is not None else LogReporter()
        impl_class = self._plugins.impl_class(dialect.name)
        declared = self.options.transactional_ddl
        self.transactional_ddl: bool = impl_class.transactional_ddl if declared is None else declared
        self.impl = impl_class(
            dialect,
            self.connection,
            self.as_sql,
            self.transactional_ddl,
            self.options.output_buffer,
            self.opts,
        )
        self._transactions = self._make_transactions()
        self._versions = VersionTable(
            self.impl,
            self.connection,
            name=self.options.version_table,
            schema=self.options.version_table_schema,
            primary_key=self.options.version_table_pk,
        )
        self.safeguards = Safeguards(self.impl, self.connection, self.options, self._transactions, self._hide)
        """What takes care of a run: its lock, its journal, its records."""
        self._registry: OperationRegistry | None = None
        self.arguments: dict[str, Any] = {}
        """What :meth:`run_migrations` was given for scripts."""

    def _make_transactions(self) -> RunTransactions:
        kind = RunTransactions
        if self._is_dry_run:
            from whimbrel.runtime.dry_run import DryRunTransactions as kind
        return kind(
            self.impl,
            self.connection,
            transactional_ddl=self.transactional_ddl,
            per_revision=self.options.transaction_per_migration,
        )

    @property
    def _is_dry_run(self) -> bool:
        request = self.environment_context.request if self.environment_context is not None else None
        return request is not None and request.dry_run

    @classmethod
    def configure(
        cls,
        connection: Connection | None = None,
        url: str | URL | None = None,
        dialect_name: str | None = None,
        dialect: Dialect | None = None,
        environment_context: RunEnvironment | None = None,
        dialect_opts: Mapping[str, Any] | None = None,
        opts: Mapping[str, Any] | None = None,
    ) -> MigrationContext:
        """Make a context from whatever names the database: a connection, a URL or a dialect's name.

        :param connection: a live connection; its dialect is used.
        :param url: a database URL, of which only the dialect is used.
        :param dialect_name: a dialect's name, such as ``postgresql``.
        :param dialect: a dialect.
        :param environment_context: the environment of the run.
        :param dialect_opts: keywords for the dialect made from *url* or *dialect_name*.
        :param opts: options by name, as ``EnvironmentContext.configure`` takes them.
        :raises CommandError: nothing names the database, or *connection* is not a connection.
        """
        options = dict(opts or {})
        if connection is not None:
            if not isinstance(connection, Connection):
                raise CommandError(
                    f"'connection' has to be a sqlalchemy Connection, not {type(connection).__name__}.",
                    "From an engine: engine.connect(); from an AsyncConnection: "
                    "await connection.run_sync(function that calls configure).",
                )
            chosen = connection.dialect
        elif dialect is not None:
            chosen = dialect
        elif url is not None or dialect_name:
            parsed = parsed_url(url if url is not None else f"{dialect_name}://")
            chosen = parsed.get_dialect()(**(dialect_opts or {}))
        else:
            raise CommandError("configure() needs one of connection, url, dialect_name or dialect.")
        return cls(chosen, connection, options, environment_context)

    # -- facts ---------------------------------------------------------------------------------------------------

    @property
    def plugins(self) -> Plugins:
        """The plugins of the run."""
        return self._plugins

    @property
    def bind(self) -> Connection | None:
        """What scripts execute on: the connection, or, when SQL is written as text, a stand-in that writes."""
        return self.impl.bind

    @property
    def config(self) -> Config | None:
        """The settings of the run, where there is one."""
        return self.environment_context.config if self.environment_context is not None else None

    @property
    def _hide(self) -> Hide:
        return self.config.redact if self.config is not None else redact

    @property
    def script(self) -> ScriptDirectory | None:
        """The version files of the run, where there is one."""
        return self.environment_context.script if self.environment_context is not None else None

    @property
    def version_table(self) -> str:
        """The name of the version table."""
        return self.options.version_table

    @property
    def version_table_schema(self) -> str | None:
        """The schema of the version table; ``None`` for the connection's default."""
        return self.options.version_table_schema

    @property
    def registry(self) -> OperationRegistry:
        """The operations of this run: the built-in ones and those of its plugins."""
        if self._registry is None:
            self._registry = OperationRegistry.for_run()
            self._plugins.fill(self._registry)
        return self._registry

    @property
    def undoes_all(self) -> bool:
        """Whether a rollback would undo all that the revision at hand has done so far."""
        return self._transactions.undoes_all

    # -- heads ---------------------------------------------------------------------------------------------------

    def get_current_heads(self) -> tuple[str, ...]:
        """Return the revisions the database is at; none where there is no version table.

        When SQL is written as text, these are the revisions the script is to start from.
        """
        if self.connection is None:
            return self._starting_heads()
        if not self.safeguards.own_tables.look().has(self.version_table, self.version_table_schema):
            return ()
        return self._versions.read()

    def get_current_revision(self) -> str | None:
        """Return the one revision the database is at, or ``None``.

        :raises MultipleHeads: it is at several.
        """
        heads = self.get_current_heads()
        if len(heads) > 1:
            raise MultipleHeads(heads, "current")
        return heads[0] if heads else None

    def _starting_heads(self) -> tuple[str, ...]:
        start = self.options.starting_rev
        if not start or start == "base":
            return ()
        script = self.script
        if script is None:
            return tuple(start.split(","))
        return tuple(item.revision for name in start.split(",") for item in script.get_revisions(name))

    # -- running -------------------------------------------------------------------------------------------------

    def begin_transaction(self, _per_migration: bool = False) -> AbstractContextManager[object]:
        """Return the context that encloses a run (or, with *_per_migration*, one revision).

        It begins a transaction, or writes ``BEGIN``, where this database and the options ask for one there, and does
        nothing where they do not.
        """
        return self._transactions.step() if _per_migration else self._transactions.run()

    @contextmanager
    def autocommit_block(self) -> Iterator[None]:
        """Run a block of a script outside of any transaction, for statements that refuse one.

        What ran before is committed first. ``CREATE INDEX CONCURRENTLY`` is such a statement
        (PostgreSQL manual, "CREATE INDEX").

        Example::

            with op.get_context().autocommit_block():
                op.execute("ALTER TYPE mood ADD VALUE 'calm'")
        """
        with self._transactions.autocommit():
            yield

    def execute(self, sql: Executable | str, execution_options: Mapping[str, Any] | None = None) -> None:
        """Execute a statement, or write it as text.

        :param sql: a SQLAlchemy statement, or SQL text.
        :param execution_options: SQLAlchemy's execution options for it.
        """
        self.impl.execute(sql, execution_options=dict(execution_options) if execution_options else None)

    def ensure_version_table(self, purge: bool = False) -> None:
        """Create the version table if the database lacks it.

        :param purge: delete every row of it.
        """
        if self.connection is not None and not purge:
            there = self._versions.exists()
            self._transactions.settle()
            if there:
                return
        with self.safeguards.alone(self._reporter), self._transactions.run(), self._transactions.step():
            self._prepare_version_table(purge)

    def stamp(self, script_directory: ScriptDirectory, revision: str) -> None:
        """Say in the version table that the database is at *revision*, without running a script.

        :param script_directory: knows the revisions.
        :param revision: an identifier, such as ``head``.
        """

        def planner(heads: tuple[str, ...], _context: MigrationContext) -> Iterable[MigrationStep]:
            return plan_stamp(script_directory.revision_map, revision, heads)

        plan = self._plan(planner)
        if plan.steps:
            with self.safeguards.alone(self._reporter) as guard:
                plan = self._plan_again(plan)
                if plan.steps:
                    self._take(plan, {}, guard)

    def move_rows(self, step: MigrationStep) -> None:
        """Do to the version table what *step* wants done, and run nothing; who calls commits."""
        self._prepare_version_table()
        self._versions.apply(step.rows)

    def run_migrations(self, **kw: Any) -> None:
        """Take the steps that the environment's request asks for, each with its version row.

        :param kw: handed to each script's ``upgrade()`` or ``downgrade()``. An ``engine_name`` among them, or among
            the options, names the database in what is told of the run.
        :raises MigrationFailed: a script raised.
        :raises UnknownDatabaseRevision: the database is at a revision that no file has.
        """
        self.arguments = kw
        self._reporter.database(kw.get("engine_name", self.options.extra.get("engine_name")))
        self.impl.start_migrations()
        request = self.environment_context.request if self.environment_context is not None else None
        purge = request is not None and request.purge
        plan = self._plan(self._planner(), purge)
        if request is not None and request.kind == "upgrade":
            self.safeguards.look_at_files(self.script, idle=not plan.steps)
        if not plan.steps:
            if request is not None:
                self.safeguards.require_finished()
            self._reporter.plan(())
            if request is not None and not self.as_sql and not request.dry_run and (purge or not plan.heads):
                self.ensure_version_table(purge)  # where there are heads, there is a table
            return
        seen, check = plan, request.check if request is not None else None
        if check is not None:
            check(plan.steps, self)
        with self.safeguards.alone(self._reporter) as guard:
            plan = self._plan_again(plan)
            if check is not None and plan is not seen:
                check(plan.steps, self)
            self._reporter.plan(plan.steps)
            if plan.steps:
                self._take(plan, kw, guard)

    def _planner(self) -> Planner:
        planner: Planner | None = self.options.extra.get("fn")
        if planner is None and self.environment_context is not None:
            planner = self.environment_context.steps
        if planner is None:
            raise CommandError(
                "run_migrations() was called without anything to run.",
                "Call it in env.py, or give MigrationContext.configure(opts={'fn': ...}).",
            )
        return planner

    def _plan(self, planner: Planner, purge: bool = False) -> Plan:
        """Look where the database is, and plan from there.

        :param planner: knows where to go.
        :param purge: start from nowhere.
        """
        heads = () if purge else self.get_current_heads()
        self._transactions.settle()
        return self._planned(planner, purge, heads)

    def _planned(self, planner: Planner, purge: bool, heads: tuple[str, ...]) -> Plan:
        """Return the plan from *heads*; nothing of it has been run when it turns out to be impossible."""
        steps = tuple(planner(heads, self) or ())
        refuse_irreversible(steps)
        return Plan(planner, purge, heads, steps)

    def _plan_again(self, plan: Plan) -> Plan:
        """Return what is left of a plan that was made before this run was alone."""
        if not self.safeguards.takes_lock or plan.purge:
            return plan
        heads = self.get_current_heads()
        self._transactions.settle()
        if set(heads) == set(plan.heads):
            return plan
        return self._planned(plan.planner, False, heads)

    def _take(self, plan: Plan, arguments: Mapping[str, Any], guard: Guard) -> None:
        run = StepRun(
            self.impl,
            self._transactions,
            self._reporter,
            move_rows=self._versions.apply,
            listeners=() if self._is_dry_run else listeners_of(self, self.options, self._plugins),
            keepers=self.safeguards.keepers(guard),
            hide=self._hide,
        )
        with Operations.context(self):
            run.take(plan.steps, plan.heads, arguments, prepare=lambda: self._prepare_version_table(plan.purge))

    def _prepare_version_table(self, purge: bool = False) -> None:
        if self.connection is None:
            if not self._starting_heads():
                self._versions.create()
            return
        if not self._versions.exists():
            self._versions.create()
        elif purge:
            self._versions.purge()


__all__ = [
    "MigrationContext",
    "MigrationInfo",
    "MigrationStep",
    "RevisionStep",
    "RunEnvironment",
    "StampStep",
]
