"""The hooks: what a plugin may answer, one typed function each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from whimbrel.plugins.markers import hookspec

if TYPE_CHECKING:
    from sqlalchemy import Connection, Dialect, MetaData

    from whimbrel.config import Config
    from whimbrel.impl import DefaultImpl
    from whimbrel.operations import OperationRegistry
    from whimbrel.operations.ops import MigrationScript
    from whimbrel.revisions import MigrationStep


class RunPlugins(Protocol):
    """What a hook may ask of the plugins of the run; :class:`whimbrel.plugins.Plugins` is one."""

    @property
    def hook(self) -> Any:
        """Every hook, as an attribute by its name: calls all plugins that implement it."""

    def caller(self, hook: str, without: Iterable[str] = ()) -> Any:
        """Return what calls a hook, with some plugins left out."""

    def comparators(self) -> Mapping[str, str]:
        """Return the loaded comparators: by the name each is registered under, ``<distribution>.<name>``."""

    def join_comparators(self) -> None:
        """Load what takes part in comparing models with a database."""


class MigrationRun(Protocol):
    """What a hook may ask of the run it is called in; a ``MigrationContext`` is one."""

    @property
    def connection(self) -> Connection | None:
        """The run's connection; ``None`` when SQL is written as text."""

    @property
    def dialect(self) -> Dialect:
        """SQLAlchemy's dialect of the database."""

    @property
    def impl(self) -> DefaultImpl:
        """What turns directives into statements on this database."""

    @property
    def as_sql(self) -> bool:
        """Whether SQL is written as text (``--sql``) instead of executed."""

    @property
    def opts(self) -> Mapping[str, Any]:
        """What ``context.configure()`` was told, by name."""

    @property
    def plugins(self) -> RunPlugins:
        """The plugins of the run, for hooks that a package declares itself."""


@hookspec
def whimbrel_hookspecs() -> object:
    """Declare hooks of your own, which other plugins may then implement.

    Called once, when the plugin is loaded and before any other plugin is registered.

    :return: a module or class whose functions are marked with ``whimbrel.plugins.hookspec``; their names begin with
        ``whimbrel_`` and a word of yours.

    Example::

        @hookimpl
        def whimbrel_hookspecs():
            from whimbrel_views import specs

            return specs
    """
    raise NotImplementedError


@hookspec(firstresult=True)
def whimbrel_impl(dialect_name: str) -> type[DefaultImpl] | None:
    """Say which class turns directives into statements on one database.

    Called when a run meets the database. The first answer that is not ``None`` counts. The database's own package is
    asked first; ``@hookimpl(tryfirst=True)`` answers before it.

    :param dialect_name: SQLAlchemy's name of the dialect, such as ``postgresql``.
    :return: a subclass of ``whimbrel.impl.DefaultImpl``, or ``None`` for a dialect that is not yours.

    Example::

        @hookimpl
        def whimbrel_impl(dialect_name):
            from whimbrel_duckdb.impl import DuckDBImpl

            return DuckDBImpl if dialect_name == "duckdb" else None
    """


@hookspec
def whimbrel_operations(registry: OperationRegistry) -> None:
    """Add operations: the verbs that scripts call on ``op``, and what they do.

    Called once a run, when the run first needs its operations.

    :param registry: the run's own registry. Two plugins that register one name are an error that names both.

    Example::

        @hookimpl
        def whimbrel_operations(registry):
            registry.register_operation("create_view")(CreateViewOp)
            registry.implementation_for(CreateViewOp)(create_view)
    """


@hookspec
def whimbrel_config_sources(config: Config) -> Mapping[str, str] | None:
    """Supply settings that nobody else has set, such as a database URL from a vault.

    Called when a run starts, before env.py. What arguments, environment variables or the configuration file say wins;
    between two plugins, the one whose distribution comes first in the alphabet. Where the version files are has been
    read by then: ``script_location`` and its like cannot come from a plugin.

    :param config: the settings so far.
    :return: main options by name, or ``None``.

    Example::

        @hookimpl
        def whimbrel_config_sources(config):
            return {"sqlalchemy.url": vault.read("database-url")}
    """


@hookspec
def whimbrel_version_applied(context: MigrationRun, step: MigrationStep, heads: frozenset[str]) -> None:
    """Hear that a revision was applied, and its version row moved.

    Called after each step of ``upgrade``, ``downgrade`` and ``stamp``, inside the step's transaction, after the
    ``on_version_apply`` callbacks of env.py. Raising undoes the step where the database's DDL is transactional.

    :param context: the run.
    :param step: what was done; ``step.name``, ``step.is_upgrade``, ``step.from_revisions`` and their like.
    :param heads: the rows of the version table after the step.

    Example::

        @hookimpl
        def whimbrel_version_applied(context, step, heads):
            log.info("%s is at %s", context.dialect.name, ", ".join(sorted(heads)))
    """


@hookspec(firstresult=True)
def whimbrel_produce_migrations(
    context: MigrationRun, metadata: MetaData | tuple[MetaData, ...]
) -> MigrationScript | None:
    """Compare the database of a run with metadata, for ``revision --autogenerate`` and ``check``.

    The first answer that is not ``None`` counts.

    :param context: the run, connected to the database.
    :param metadata: the ``target_metadata`` that env.py or the settings named.
    :return: the directives that bring the database to *metadata*, and back; ``None`` to leave it to the next plugin.

    Example::

        @hookimpl
        def whimbrel_produce_migrations(context, metadata):
            return MigrationScript(None, upgrade_ops=compare(context.connection, metadata), downgrade_ops=...)
    """


@hookspec(firstresult=True)
def whimbrel_render_migrations(context: MigrationRun, script: MigrationScript) -> Mapping[str, Any] | None:
    """Spell directives as Python, for the template of a new version file.

    Called by ``revision --autogenerate`` for each script, after ``process_revision_directives``. The first answer that
    is not ``None`` counts.

    :param context: the run.
    :param script: what ``whimbrel_produce_migrations`` returned, changed or not.
    :return: variables of the template: ``upgrades``, ``downgrades`` and ``imports``, each as Python source.

    Example::

        @hookimpl
        def whimbrel_render_migrations(context, script):
            return {"upgrades": render(script.upgrade_ops), "downgrades": render(script.downgrade_ops), "imports": ""}
    """


@hookspec(firstresult=True)
def whimbrel_read_metadata(context: MigrationRun, metadata: MetaData | tuple[MetaData, ...]) -> MetaData | None:
    """Read what the database of a run has, as models that it could be compared with later, for ``--verify``.

    The first answer that is not ``None`` counts.

    :param context: the run, connected to the database.
    :param metadata: the models; tables that no comparison with them would look at are left out.
    :return: the tables, or ``None`` to leave it to the next plugin.

    Example::

        @hookimpl
        def whimbrel_read_metadata(context, metadata):
            found = MetaData()
            found.reflect(context.connection)
            return found
    """
