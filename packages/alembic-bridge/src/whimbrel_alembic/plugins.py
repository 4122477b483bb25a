"""``alembic.runtime.plugins.Plugin``: comparators of add-ons that come by the entry points ``alembic.plugins``."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import partial
from types import ModuleType
from typing import Any, ClassVar

from whimbrel.entry_points import installed
from whimbrel.plugins.info import describe
from whimbrel_alembic.dispatch import DispatchPriority, PriorityDispatcher, PriorityDispatchResult

__all__ = ["DispatchPriority", "Plugin", "PriorityDispatchResult", "PriorityDispatcher", "load_entry_points"]

GROUP = "alembic.plugins"

PATTERNS_OPTION = "alembic_autogenerate_plugins"
"""The option of a run that holds ``autogenerate_plugins`` as env.py wrote it."""

SUBJECTS = {
    "alembic.autogenerate.comments": ("comments",),
    "alembic.autogenerate.constraints": ("foreign_keys", "indexes", "primary_keys"),
    "alembic.autogenerate.defaults": ("defaults",),
    "alembic.autogenerate.schemas": (),
    "alembic.autogenerate.tables": ("tables", "columns", "nullability"),
    "alembic.autogenerate.types": ("types",),
    "alembic.ext.checkconstraint_byname": ("checks",),
}
"""Which subjects of ours do what a plugin of Alembic's does; ours are called ``whimbrel.autogenerate.<name>``."""

_DEFAULT = ("alembic.autogenerate.*",)

log = logging.getLogger("alembic.runtime.plugins")


class Plugin:
    """Functions that an add-on brings, under one name by which ``autogenerate_plugins`` chooses them.

    :param name: for example ``myproject.views``.
    :raises ValueError: another plugin has that name.
    """

    _all: ClassVar[dict[str, Plugin]] = {}

    def __init__(self, name: str) -> None:
        if name in self._all:
            raise ValueError(f"A plugin {name!r} is there already.")
        self.name = name
        self.comparators = PriorityDispatcher()
        self._all[name] = self

    def add_autogenerate_comparator(
        self,
        fn: Callable[..., PriorityDispatchResult],
        compare_target: str,
        compare_element: str | None = None,
        *,
        qualifier: str = "default",
        priority: DispatchPriority = DispatchPriority.MEDIUM,
    ) -> None:
        """Let a function take part in comparisons.

        :param fn: called as ``comparators.dispatch_for`` says for *compare_target*; its answer says whether others of
            *compare_element* are called after it.
        :param compare_target: ``schema``, ``table``, ``column``, or ``autogenerate``: once, after everything else.
        :param compare_element: what in it the function is about.
        :param qualifier: the name of the dialect it is for; ``default`` for all.
        :param priority: when it is called.
        """
        decorate = self.comparators.dispatch_for(
            compare_target, subgroup=compare_element, priority=priority, qualifier=qualifier
        )
        decorate(fn)
        _join_comparisons()

    def remove(self) -> None:
        """Take the plugin away."""
        self._all.pop(self.name, None)

    @classmethod
    def setup_plugin_from_module(cls, module: ModuleType, name: str) -> None:
        """Make a plugin, and hand it to the function ``setup`` of *module*.

        :param module: the module.
        :param name: the plugin's name.
        """
        module.setup(cls(name))

    @classmethod
    def populate_autogenerate_priority_dispatch(
        cls, comparators: PriorityDispatcher, include_plugins: Sequence[str]
    ) -> None:
        """Add the functions of the plugins that are wanted to *comparators*.

        :param comparators: the dispatcher.
        :param include_plugins: patterns of names; one that begins with ``~`` leaves out what it names.
        """
        for name, plugin in cls._all.items():
            if is_wanted(name, include_plugins):
                comparators.populate_with(plugin.comparators)


def is_wanted(name: str, patterns: Sequence[str]) -> bool:
    """Return whether a plugin takes part; the last pattern that fits it says so."""
    wanted = False
    for pattern in patterns:
        if fnmatchcase(name, pattern.removeprefix("~")):
            wanted = not pattern.startswith("~")
    return wanted


def translated(patterns: Sequence[str]) -> list[str]:
    """Return patterns of Alembic's names as patterns of ours; names of others stay.

    Example::

        >>> translated(["alembic.autogenerate.*", "~alembic.autogenerate.defaults"])[-1]
        '~whimbrel.autogenerate.defaults'
    """
    found: list[str] = []
    for pattern in patterns:
        name = pattern.removeprefix("~")
        ours = [subject for theirs, subjects in SUBJECTS.items() if fnmatchcase(theirs, name) for subject in subjects]
        sign = "~" if pattern.startswith("~") else ""
        found += [f"{sign}whimbrel.autogenerate.{subject}" for subject in ours]
        if not name.startswith("alembic."):
            found.append(pattern)
    return found


def with_translated(options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options of a run in which ``autogenerate_plugins`` has our names; they keep the ones that were written.

    :param options: as ``configure()`` takes them.
    """
    patterns = options.get("autogenerate_plugins")
    if patterns is None:
        return dict(options)
    return {**options, "autogenerate_plugins": translated(patterns), PATTERNS_OPTION: tuple(patterns)}


_joined: list[str] = []


def _join_comparisons() -> None:
    """Let the plugins take part in each comparison that wants them; once a process."""
    if _joined:
        return
    from whimbrel_autogen import comparators

    def call(target: str, context: Any, *args: Any) -> None:
        wanted = PriorityDispatcher()
        patterns = context.opts.get(PATTERNS_OPTION) or context.opts.get("autogenerate_plugins") or _DEFAULT
        Plugin.populate_autogenerate_priority_dispatch(wanted, patterns)
        wanted.dispatch(target, qualifier=context.dialect.name)(context, *args)

    def schema(context: Any, upgrade_ops: Any, schemas: Any) -> None:
        call("schema", context, upgrade_ops, schemas)
        call("autogenerate", context, upgrade_ops)

    _joined.append("schema")
    comparators.dispatch_for("schema")(schema)
    for target in ("table", "column"):
        _joined.append(target)
        comparators.dispatch_for(target)(partial(call, target))


_loaded: set[str] = set()


def load_entry_points() -> None:
    """Load the plugins that installed packages bring; one that fails is named in a warning, and the rest goes on."""
    for point in installed(GROUP):
        if point.name in _loaded:
            continue
        _loaded.add(point.name)
        try:
            module: Any = point.load()
            Plugin.setup_plugin_from_module(module, point.name)
        except Exception as error:  # a stranger's module may raise anything; the other plugins have to go on
            log.warning("Plugin %s of %s is left out: %s", point.name, point.source, describe(error))
