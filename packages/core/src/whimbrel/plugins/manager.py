"""The plugins of one run: which are installed, which are loaded, and what they answer."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import pluggy

from whimbrel.entry_points import COMMANDS, COMPARATORS, DIALECTS, PLUGINS, EntryPoint, installed, switched_on
from whimbrel.errors import AutogenerateNotInstalled, CommandError, DialectNotInstalled, PluginError
from whimbrel.impl import DefaultImpl
from whimbrel.plugins import specs
from whimbrel.plugins.info import PluginInfo, PluginState, describe
from whimbrel.plugins.loader import PluginLoader
from whimbrel.plugins.tracing import trace

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from whimbrel.config import Config
    from whimbrel.operations import OperationRegistry
    from whimbrel.operations.ops import MigrationScript
    from whimbrel.revisions import MigrationStep

log = logging.getLogger("whimbrel.plugins")

KNOWN_DIALECTS: Final = {
    "mariadb": "whimbrel-mysql",
    "mssql": "whimbrel-mssql",
    "mysql": "whimbrel-mysql",
    "oracle": "whimbrel-oracle",
    "postgresql": "whimbrel-postgresql",
    "sqlite": "whimbrel-sqlite",
}
"""The databases that Whimbrel publishes a package for, and the package."""

AUTOGENERATE: Final = "whimbrel-autogen"

_told: set[str] = set()
_telling = Lock()


class Plugins:
    """The plugins of one run.

    Made by :meth:`load`. Each hook that core calls has a method here, which names the plugin when it raises.

    :param points: the installed entry points.
    :param disabled: leave outsiders out.
    """

    def __init__(self, points: Iterable[EntryPoint], disabled: bool = False) -> None:
        self._loader = PluginLoader(points, disabled)
        if switched_on("WHIMBREL_TRACE_PLUGINS"):
            trace(self._loader.manager)

    @classmethod
    def load(cls, disabled: bool = False, *, warn: bool = True) -> Plugins:
        """Load the plugins that are installed; dialects wait until :meth:`impl_class` meets theirs.

        A plugin that cannot be loaded is named in one warning (once a process) and left out; the others go on.

        :param disabled: leave everybody's plugins out but Whimbrel's own; the environment variable
            ``WHIMBREL_DISABLE_PLUGINS=1`` does the same.
        :param warn: whether to warn; whoever shows the :meth:`report` need not.

        Example::

            plugins = Plugins.load()
            impl = plugins.impl_class("postgresql")
        """
        points = installed(DIALECTS, PLUGINS, COMMANDS, COMPARATORS)
        plugins = cls(points, disabled or switched_on("WHIMBREL_DISABLE_PLUGINS"))
        plugins._loader.join(PLUGINS)
        for point, error in plugins._loader.failures.items() if warn else ():
            _warn_once(f"The {point.label} is left out: {describe(error)}. {_mend(point)}")
        return plugins

    @property
    def hook(self) -> pluggy.HookRelay:
        """Every hook by name, for a plugin's own hooks; core's have a method each, which names culprits."""
        return self._loader.manager.hook

    def join_comparators(self) -> None:
        """Load and register what takes part in comparing models with a database.

        :raises PluginError: one of Whimbrel's own cannot be loaded; an outsider's is named in a warning and left out.
        """
        self._loader.join(COMPARATORS)
        for point, error in self._loader.failures.items():
            if point.group == COMPARATORS:
                if point.is_own:
                    raise _unusable(point, error, "a comparison needs it") from error
                _warn_once(f"The {point.label} is left out: {describe(error)}. {_mend(point)}")

    def caller(self, hook: str, without: Iterable[str] = ()) -> pluggy.HookCaller:
        """Return what calls *hook*, for a package that declares hooks of its own.

        :param hook: its name.
        :param without: names of plugins, as :meth:`comparators` has them, that are not to be called.
        """
        left_out = [self._loader.manager.get_plugin(name) for name in without]
        return self._loader.manager.subset_hook_caller(hook, [item for item in left_out if item is not None])

    def comparators(self) -> dict[str, str]:
        """Return the loaded comparators: the name a plugin is registered by, and ``<distribution>.<name>``.

        Whimbrel's own are ``whimbrel.autogenerate.<name>``.
        """
        return {
            point.label: f"{'whimbrel.autogenerate' if point.is_own else point.distribution}.{point.name}"
            for point in self._loader.loaded
            if point.group == COMPARATORS
        }

    # -- what core asks ------------------------------------------------------------------------------------------

    def impl_class(self, dialect_name: str) -> type[DefaultImpl]:
        """Return the class that turns directives into statements on a database; loads that dialect's package only.

        A subclass that the application itself has defined, with this name as its ``__dialect__``, wins over the class
        it derives from. A database that nobody has a class for gets :class:`DefaultImpl`, and one warning a process.

        :param dialect_name: SQLAlchemy's name of the dialect.
        :raises DialectNotInstalled: Whimbrel has a package for this database, and it is not installed.
        :raises PluginError: the package is there and cannot be loaded, is switched off, or two claim the dialect.
        """
        self._load_dialect(dialect_name)
        answer: object = self._ask("whimbrel_impl", dialect_name=dialect_name)
        defined = DefaultImpl.defined_for(dialect_name)
        if answer is None:
            return defined if defined is not None else _fallback(dialect_name)
        if not (isinstance(answer, type) and issubclass(answer, DefaultImpl)):
            raise PluginError(
                f"whimbrel_impl({dialect_name!r}) was answered with {answer!r}, which is no subclass of DefaultImpl.",
                "WHIMBREL_TRACE_PLUGINS=1 shows who answers.",
            )
        return defined if defined is not None and issubclass(defined, answer) else answer

    def fill(self, registry: OperationRegistry) -> None:
        """Let each plugin add its operations.

        :param registry: the run's registry.
        :raises PluginError: two plugins register one name, or a plugin raised.
        """
        self._ask("whimbrel_operations", registry=registry)

    def supply_settings(self, config: Config) -> None:
        """Let each plugin supply settings that nobody else has set.

        :param config: the settings of the run.
        :raises PluginError: a plugin raised.
        """
        for plugin, found in self._ask_each("whimbrel_config_sources", config=config):
            if found:
                config.add_source(plugin, found)

    @property
    def hear_of_versions(self) -> bool:
        """Whether any plugin wants to be told of each step."""
        return bool(self.hook.whimbrel_version_applied.get_hookimpls())

    def version_applied(self, context: specs.MigrationRun, step: MigrationStep, heads: frozenset[str]) -> None:
        """Tell the plugins that *step* was taken; the parameters are those of ``whimbrel_version_applied``."""
        self._ask("whimbrel_version_applied", context=context, step=step, heads=heads)

    def require_autogenerate(self, asked: str) -> None:
        """Raise unless a plugin can compare a database with metadata.

        :param asked: what needs it, such as ``check``; for the message.
        :raises AutogenerateNotInstalled: the package is missing.
        :raises PluginError: the package is there and cannot be loaded.
        """
        if self.hook.whimbrel_produce_migrations.get_hookimpls():
            return
        for point in self._loader.points:
            if point.group == PLUGINS and point.distribution == AUTOGENERATE:
                error = self._loader.failures.get(point)
                if error is not None:
                    raise _unusable(point, error, f"{asked} needs it") from error
        raise AutogenerateNotInstalled(asked)

    def produce_migrations(
        self, context: specs.MigrationRun, metadata: MetaData | tuple[MetaData, ...], *, asked: str
    ) -> MigrationScript:
        """Compare the database of *context* with *metadata*.

        :param context: the run, connected.
        :param metadata: what the database should be like.
        :param asked: what needs it, such as ``check``; for messages.
        :raises PluginError: as :meth:`require_autogenerate`, or no plugin would compare.
        """
        self.require_autogenerate(asked)
        script: MigrationScript | None = self._ask("whimbrel_produce_migrations", context=context, metadata=metadata)
        if script is None:
            raise PluginError(
                f"{asked} cannot run: no plugin compares {context.dialect.name} with this metadata.",
                "See which plugins are there:  whimbrel plugins",
            )
        return script

    def read_metadata(
        self, context: specs.MigrationRun, metadata: MetaData | tuple[MetaData, ...], *, asked: str
    ) -> MetaData:
        """Read what the database of *context* has, as models that it could be compared with later.

        :param context: the run, connected.
        :param metadata: the models.
        :param asked: what needs it; for messages.
        :raises PluginError: no plugin would read it.
        """
        found: MetaData | None = self._ask("whimbrel_read_metadata", context=context, metadata=metadata)
        if found is None:
            raise PluginError(
                f"{asked} cannot run: no plugin reads what the database has.",
                "See which plugins are there:  whimbrel plugins",
            )
        return found

    def render_migrations(self, context: specs.MigrationRun, script: MigrationScript, *, asked: str) -> dict[str, Any]:
        """Spell *script* as Python, for the template of the new file.

        :param context: the run.
        :param script: what :meth:`produce_migrations` returned, changed or not.
        :param asked: what needs it; for messages.
        :return: variables of the template, such as ``upgrades``.
        :raises PluginError: no plugin would spell it.
        """
        found: Mapping[str, Any] | None = self._ask("whimbrel_render_migrations", context=context, script=script)
        if found is None:
            raise PluginError(
                f"{asked} cannot write what it found: no plugin spells it as Python.",
                "See which plugins are there:  whimbrel plugins",
            )
        return dict(found)

    # -- what `whimbrel plugins` lists ---------------------------------------------------------------------------

    def report(self, probe: bool = False) -> list[PluginInfo]:
        """Return what is installed, and how it fares.

        :param probe: load everything first, dialects and commands too, to see what would fail.
        """
        if probe:
            self._loader.join(DIALECTS)
            self._loader.join(COMPARATORS)
            for point in self._loader.pending(COMMANDS):
                self._loader.try_command(point)
        return [self._info(point) for point in self._loader.points]

    def _info(self, point: EntryPoint) -> PluginInfo:
        state: PluginState = "available"
        error = self._loader.failures.get(point)
        if error is not None:
            return PluginInfo(*point, "failed", describe(error))
        if point in self._loader.loaded:
            return PluginInfo(*point, "loaded", None, tuple(self._loader.hooks_of(point)))
        if self._loader.is_disabled(point):
            state = "disabled"
        return PluginInfo(*point, state)

    # -- asking --------------------------------------------------------------------------------------------------

    def _load_dialect(self, name: str) -> None:
        loader = self._loader
        claims = [point for point in loader.points if point.group == DIALECTS and point.name == name]
        if len(claims) > 1:
            raise PluginError(
                f"The dialect {name!r} is claimed by {' and by '.join(point.source for point in claims)}.",
                f"Keep one of them:  pip uninstall {claims[-1].distribution}",
                plugin=name,
            )
        for point in claims:
            if loader.is_disabled(point):
                raise PluginError(
                    f"The dialect {name!r} needs {point.source}, and outsiders' plugins are switched off.",
                    "Run without --no-plugins and without WHIMBREL_DISABLE_PLUGINS.",
                    plugin=name,
                    distribution=point.source,
                )
            loader.join(DIALECTS, name)
            if point in loader.failures:
                raise _unusable(point, loader.failures[point], "this run needs it") from loader.failures[point]

    def _ask(self, hook: str, **arguments: object) -> Any:
        """Call *hook*; an error that a plugin raises becomes one that names the plugin."""
        return self._call(getattr(self.hook, hook), arguments)

    def _ask_each(self, hook: str, **arguments: object) -> Iterator[tuple[str, Any]]:
        """Call *hook* plugin by plugin, and yield who answers what, in the order of their names."""
        implementations = getattr(self.hook, hook).get_hookimpls()
        asked = [item for item in reversed(implementations) if not (item.wrapper or item.hookwrapper)]
        for item in asked:
            others = [other.plugin for other in asked if other is not item]
            answers = self._call(self._loader.manager.subset_hook_caller(hook, others), arguments)
            yield item.plugin_name, answers[0] if answers else None

    def _call(self, caller: pluggy.HookCaller, arguments: Mapping[str, object]) -> Any:
        try:
            return caller(**arguments)
        except CommandError:
            raise
        except Exception as error:
            raise self._told(_culprit(caller, error), caller.name, error) from error

    def _told(self, culprit: str, hook: str, error: Exception) -> PluginError:
        """Return the error for what a hook has raised; ours raise what somebody raised whom they call, as env.py."""
        if any(point.label == culprit and point.is_own for point in self._loader.loaded):
            message = f"{describe(error)}, met by the {culprit} in {hook}."
            return PluginError(message, "The traceback is shown with --raiseerr.", plugin=culprit)
        message = f"The {culprit} raised in {hook}: {describe(error)}"
        return PluginError(message, "Run without outsiders:  whimbrel --no-plugins ...", plugin=culprit)


def _culprit(caller: pluggy.HookCaller, error: BaseException) -> str:
    """Name the plugin whose function stands in the traceback of *error*."""
    codes = {getattr(item.function, "__code__", None): item.plugin_name for item in caller.get_hookimpls()}
    step = error.__traceback__
    while step is not None:
        if step.tb_frame.f_code in codes:
            return codes[step.tb_frame.f_code]
        step = step.tb_next
    return f"plugins {', '.join(codes.values())}"


def _fallback(dialect_name: str) -> type[DefaultImpl]:
    if dialect_name in KNOWN_DIALECTS:
        raise DialectNotInstalled(dialect_name, KNOWN_DIALECTS[dialect_name])
    _warn_once(
        f"No package for the database {dialect_name!r} is installed: plain SQL is used, as the standard has it. "
        "What is special about this database has to be written with op.execute()."
    )
    return DefaultImpl


def _unusable(point: EntryPoint, error: BaseException, why: str) -> PluginError:
    return PluginError(
        f"The {point.label} cannot be loaded, and {why}: {describe(error)}",
        _mend(point),
        plugin=point.name,
        distribution=point.source,
    )


def _mend(point: EntryPoint) -> str:
    return f"Mend it:  pip install --upgrade {point.distribution}  or remove it:  pip uninstall {point.distribution}"


def _warn_once(text: str) -> None:
    with _telling:
        if text in _told:
            return
        _told.add(text)
    log.warning(text)
