"""EnvironmentContext: what env.py calls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, ExitStack, contextmanager
from contextvars import Token
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, TextIO, overload

from sqlalchemy import URL, Connection, MetaData
from sqlalchemy.sql.base import Executable

from whimbrel.config import Config
from whimbrel.errors import CommandError
from whimbrel.garbage import no_garbage_collection
from whimbrel.impl import DefaultImpl
from whimbrel.operations.current import Current
from whimbrel.plugins import Plugins
from whimbrel.revisions import MigrationStep
from whimbrel.runtime import connect as connections
from whimbrel.runtime.failure import environment_failed
from whimbrel.runtime.metadata import load_metadata
from whimbrel.runtime.migration import MigrationContext
from whimbrel.runtime.options import VersionCallback
from whimbrel.runtime.report import LogReporter, Reporter
from whimbrel.runtime.request import RunRequest
from whimbrel.script import ScriptDirectory

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

StepFunction = Callable[[Any, MigrationContext], Iterable[MigrationStep]]
"""From the rows of the version table, and the context, to the steps to take."""


class EnvironmentContext:
    """One run of env.py, and the facade that env.py sees as ``whimbrel.context``.

    Used as a context manager, it is current in this thread or task until the block ends::

        with EnvironmentContext(config, script, request=RunRequest("upgrade", "head")):
            script.run_env()

    :param config: the settings.
    :param script: the version files.
    :param request: what the run is to do.
    :param fn: instead of *request*, a function from the current heads and the context to steps; it may just look.
    :param allow_drop_table: what was asked for of :meth:`configure`'s option of that name; it wins over env.py.
    :param as_sql: write SQL as text instead of executing it (``--sql``).
    :param starting_rev: the revision that SQL as text starts from.
    :param destination_rev: the revision asked for, for :meth:`get_revision_argument`.
    :param tag: free text for env.py to read (``--tag``).
    :param kw: further options for the :class:`MigrationContext`, which ``configure()`` may override.
    """

    def __init__(
        self,
        config: Config,
        script: ScriptDirectory,
        *,
        request: RunRequest | None = None,
        fn: StepFunction | None = None,
        allow_drop_table: bool | Sequence[str] | None = None,
        as_sql: bool = False,
        starting_rev: str | None = None,
        destination_rev: str | None = None,
        tag: str | None = None,
        **kw: Any,
    ) -> None:
        self.config = config
        self.script = script
        self.request = request
        self._allow_drop_table = allow_drop_table
        given = request.reporter if request is not None else None
        self.reporter: Reporter = given or LogReporter(config.convention.logger)
        self.plugins = Plugins.load()
        self.plugins.supply_settings(config)
        self._fn = fn
        self._as_sql = as_sql
        self._starting_rev = starting_rev
        self._destination_rev = destination_rev
        self._tag = tag
        self._options = kw
        self._context: MigrationContext | None = None
        self._tokens: list[Token[EnvironmentContext]] = []
        self._stacks: list[ExitStack] = []
        self._loading = ExitStack()

    def __enter__(self) -> EnvironmentContext:
        self._tokens.append(current_environment.set(self))
        self._stacks.append(ExitStack())
        seconds = self.config.settings.safety.wait_for_database
        if seconds and not self._as_sql:
            from whimbrel.runtime.arrival import Arrival

            arrival = Arrival(seconds, self.plugins.impl_class, self._is_current, self.config.redact)
            self._stacks[-1].enter_context(arrival.awaited())
        self._loading.enter_context(no_garbage_collection())  # until env.py has imported the application
        self._stacks[-1].push(self._loading)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stacks.pop().close()
        current_environment.reset(self._tokens.pop())
        if self._as_sql and isinstance(error, BrokenPipeError):
            return  # whoever read the SQL went away: env.py has done nothing wrong
        if isinstance(error, Exception) and not isinstance(error, CommandError):
            script = self.script
            built_in = not script.has_own_env_py
            raise environment_failed(script.env_py_location, error, self.config.redact, built_in=built_in) from error

    def _is_current(self) -> bool:
        return current_environment.get(None) is self

    def steps(self, heads: tuple[str, ...], context: MigrationContext) -> Iterable[MigrationStep]:
        """Return the steps from *heads* to what was asked for."""
        if self._fn is not None:
            return self._fn(heads, context)
        if self.request is None:
            raise CommandError("This run was not told what to do: give EnvironmentContext a request, or fn=.")
        return self.request.plan(self.script.revision_map, heads, context.version_table)

    # -- what was asked ------------------------------------------------------------------------------------------

    def is_offline_mode(self) -> bool:
        """Return whether SQL is to be written as text (``--sql``)."""
        return self._as_sql

    def is_transactional_ddl(self) -> bool:
        """Return whether a rollback undoes CREATE and ALTER here; :meth:`configure` has to be called before."""
        return self.get_context().transactional_ddl

    def requires_connection(self) -> bool:
        """Return whether the run needs a database."""
        return not self._as_sql

    def get_head_revision(self) -> str | None:
        """Return the one head of the version files, or ``None`` where there are no files.

        :raises MultipleHeads: there are several.
        """
        return self.script.get_current_head()

    def get_head_revisions(self) -> tuple[str, ...]:
        """Return the heads of the version files."""
        return tuple(self.script.get_heads())

    def get_starting_revision_argument(self) -> str | tuple[str, ...] | None:
        """Return the revision the run starts from: the given one with ``--sql``, else what the database says.

        :raises CommandError: there is a database, and :meth:`configure` was not called yet.
        """
        if self._as_sql:
            return self.script.as_revision_number(self._starting_rev) if self._starting_rev else None
        return self.get_context().get_current_revision()

    def get_revision_argument(self) -> str | tuple[str, ...] | None:
        """Return the revision asked for, as an id; ``None`` for ``base``."""
        return self.script.as_revision_number(self._destination_rev) if self._destination_rev else None

    def get_tag_argument(self) -> str | None:
        """Return the text given with ``--tag``."""
        return self._tag

    @overload
    def get_x_argument(self, as_dictionary: Literal[False] = ...) -> list[str]: ...
    @overload
    def get_x_argument(self, as_dictionary: Literal[True]) -> dict[str, str]: ...
    def get_x_argument(self, as_dictionary: bool = False) -> list[str] | dict[str, str]:
        """Return the texts given with ``-x``.

        :param as_dictionary: split each at its first ``=``; the last of a name wins, one without ``=`` gets "".
        """
        values = list(getattr(self.config.cmd_opts, "x", None) or ())
        if not as_dictionary:
            return values
        return {name: value for name, _, value in (item.partition("=") for item in values)}

    # -- the database --------------------------------------------------------------------------------------------

    def database_url(self, section: str | None = None) -> str:
        """Return the database URL of the settings, with its password.

        :param section: another section of the settings to look in, for several databases in one env.py.
        :raises ConfigError: none is set.
        """
        return self.config.lookup(section).require_url().reveal()

    def target_metadata(self) -> MetaData | list[MetaData] | None:
        """Import and return what the setting ``target_metadata`` names; ``None`` where it names nothing."""
        return load_metadata(self.config.settings.target_metadata)

    def connect(self, section: str | None = None) -> AbstractContextManager[Connection]:
        """Return a context that connects to the database of the settings, and disconnects at its end.

        A connection given as ``config.attributes["connection"]`` is used instead, and left open.

        :param section: another section of the settings to look in.
        """
        return self._given_or(section)

    def connect_async(self, section: str | None = None) -> AbstractAsyncContextManager[AsyncConnection]:
        """Return an async context that connects over an async driver, and disconnects at its end.

        :param section: another section of the settings to look in.
        """
        return connections.connected_async(self.database_url(section), self.config.lookup(section).engine_options())

    @staticmethod
    def run_async(function: Callable[..., Any], *args: Any) -> Any:
        """Run a coroutine function to its end, inside a running event loop too, and return its result.

        :param function: is called with *args*.
        """
        return connections.run_async(function, *args)

    def configure_logging(self) -> None:
        """Set up logging as the ``[loggers]`` section of the ini file says; loggers that exist stay enabled."""
        self.config.configure_logging()

    @contextmanager
    def _given_or(self, section: str | None) -> Iterator[Connection]:
        given = self.config.attributes.get("connection")
        if given is not None:
            yield given
            return
        options = self.config.lookup(section).engine_options()
        with connections.connected(self.database_url(section), options) as connection:
            yield connection

    # -- the run -------------------------------------------------------------------------------------------------

    def configure(
        self,
        connection: Connection | None = None,
        url: str | URL | None = None,
        dialect_name: str | None = None,
        dialect_opts: dict[str, Any] | None = None,
        transactional_ddl: bool | None = None,
        transaction_per_migration: bool | None = None,
        output_buffer: TextIO | None = None,
        starting_rev: str | None = None,
        tag: str | None = None,
        template_args: dict[str, Any] | None = None,
        render_as_batch: bool | None = None,
        target_metadata: MetaData | Sequence[MetaData] | None = None,
        include_name: Callable[..., bool] | None = None,
        include_object: Callable[..., bool] | None = None,
        include_schemas: bool = False,
        process_revision_directives: Callable[..., None] | None = None,
        compare_type: bool | Callable[..., bool | None] = True,
        compare_server_default: bool | Callable[..., bool | None] = False,
        render_item: Callable[..., Any] | None = None,
        literal_binds: bool = False,
        upgrade_token: str = "upgrades",
        downgrade_token: str = "downgrades",
        alembic_module_prefix: str = "op.",
        sqlalchemy_module_prefix: str = "sa.",
        user_module_prefix: str | None = None,
        on_version_apply: VersionCallback | Iterable[VersionCallback] | None = None,
        autogenerate_plugins: Sequence[str] | None = None,
        allow_drop_table: bool | Sequence[str] | None = None,
        compare_table_options: Sequence[str] | None = None,
        **kw: Any,
    ) -> None:
        """Name the database of this run, and how to treat it. May be called again for the next database.

        One of *connection*, *url* or *dialect_name* is needed.

        :param connection: a live connection; required unless SQL is written as text.
        :param url: a database URL, of which only the dialect is used.
        :param dialect_name: a dialect's name.
        :param dialect_opts: keywords for the dialect made from *url* or *dialect_name*.
        :param transactional_ddl: whether a rollback undoes CREATE and ALTER; default: what the dialect says.
        :param transaction_per_migration: one transaction a revision (the default), or one for the whole run.
        :param output_buffer: where SQL as text goes; default: the configuration's, else standard output.
        :param starting_rev: the revision that SQL as text starts from.
        :param tag: free text, for :meth:`get_tag_argument`.
        :param template_args: further variables for ``script.py.mako``.
        :param render_as_batch: whether autogenerate writes the changes of a table as a batch block. Default: where
            ALTER TABLE cannot change a column's type, as on SQLite.
        :param target_metadata: the models' MetaData, or several.
        :param include_name: decides by name what autogenerate reflects.
        :param include_object: decides by object what autogenerate compares.
        :param include_schemas: autogenerate looks at every schema.
        :param process_revision_directives: sees, and may rewrite, what autogenerate found.
        :param compare_type: whether, or how, column types are compared.
        :param compare_server_default: whether, or how, server defaults are compared.
        :param render_item: renders an object in its own way, or returns ``False``.
        :param literal_binds: SQL as text holds the values of bound parameters; always so here.
        :param upgrade_token: the template variable for upgrade operations.
        :param downgrade_token: the template variable for downgrade operations.
        :param alembic_module_prefix: what stands before rendered operations.
        :param sqlalchemy_module_prefix: what stands before rendered SQLAlchemy names.
        :param user_module_prefix: what stands before rendered types of the user's own modules.
        :param on_version_apply: called after each step with ``ctx``, ``step``, ``heads`` and ``run_args``.
        :param autogenerate_plugins: patterns of the autogenerate plugins to use.
        :param allow_drop_table: whether autogenerate drops tables that the models lack, or which: names and patterns
            such as ``legacy_*``, with their schema where that is not the default one. Default: as the settings say.
        :param compare_table_options: options of tables that autogenerate looks at, by SQLAlchemy's keywords, such as
            ``mysql_engine`` and ``postgresql_with``. Default: as the settings say.
        :param kw: ``version_table`` (its name), ``version_table_schema``, ``version_table_pk`` (whether a new one
            gets a primary key), and any further value, which ``get_context().opts`` then holds.
        :raises CommandError: nothing names the database.
        """
        given = {name: value for name, value in locals().items() if name not in _NOT_OPTIONS and value is not None}
        self._loading.close()
        settings = self.config.settings
        options = {
            "version_table": settings.version_table,
            "version_table_schema": settings.version_table_schema,
            "transaction_per_migration": settings.transaction_per_migration,
            "render_as_batch": self.config.convention.render_as_batch,
            "allow_drop_table": settings.allow_drop_table,
            "compare_table_options": settings.compare_table_options,
            "output_buffer": self.config.output_buffer or self.config.stdout,
            "starting_rev": self._starting_rev,
            "safety": settings.safety,
            "tag": self._tag,
            **self._options,
            **given,
            **kw,
            "as_sql": self._as_sql,
        }
        if self._allow_drop_table is not None:
            options["allow_drop_table"] = self._allow_drop_table
        if not self._as_sql and connection is None:
            raise CommandError(
                "configure() needs a connection: this run executes against a database.",
                "In env.py:  with context.connect() as connection: context.configure(connection=connection, ...)",
            )
        if given.get("tag"):
            self._tag = tag
        self._context = MigrationContext.configure(
            connection=connection,
            url=url,
            dialect_name=dialect_name,
            environment_context=self,
            dialect_opts=dialect_opts,
            opts=options,
        )
        if connection is not None:
            self.config.conceal(connection.engine.url.render_as_string(hide_password=False))

    def run_migrations(self, **kw: Any) -> None:
        """Take the steps asked for, over the database that :meth:`configure` named.

        :param kw: handed to each script's ``upgrade()`` or ``downgrade()``.
        """
        self.get_context().run_migrations(**kw)

    def begin_transaction(self) -> AbstractContextManager[object]:
        """Return the context that encloses the run; see :meth:`MigrationContext.begin_transaction`."""
        return self.get_context().begin_transaction()

    def execute(self, sql: Executable | str, execution_options: Mapping[str, Any] | None = None) -> None:
        """Execute a statement, or write it as text.

        :param sql: a SQLAlchemy statement, or SQL text.
        :param execution_options: SQLAlchemy's execution options for it.
        """
        self.get_context().execute(sql, execution_options=execution_options)

    def static_output(self, text: str) -> None:
        """Write *text* into the SQL script of an offline run."""
        self.get_context().impl.static_output(text)

    def get_context(self) -> MigrationContext:
        """Return the migration context.

        :raises CommandError: :meth:`configure` was not called yet.
        """
        if self._context is None:
            raise CommandError("No database is configured yet.", "Call context.configure(...) first, in env.py.")
        return self._context

    def get_bind(self) -> Connection | None:
        """Return the connection; when SQL is written as text, a stand-in that writes what it is given to execute."""
        return self.get_context().bind

    def get_impl(self) -> DefaultImpl:
        """Return what makes SQL for this database."""
        return self.get_context().impl


_NOT_OPTIONS = frozenset({"self", "connection", "url", "dialect_name", "dialect_opts", "kw"})

current_environment: Current[EnvironmentContext] = Current("whimbrel_environment")
"""The environment that is entered in this thread or task."""
