"""From installed entry points to registered plugins: imported, checked, and left out where they fail."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from difflib import get_close_matches

import pluggy

from whimbrel.entry_points import EntryPoint
from whimbrel.errors import PluginError
from whimbrel.plugins import specs
from whimbrel.plugins.markers import NAME


class PluginLoader:
    """Imports entry points and registers what they name with one plugin manager.

    :param points: the installed entry points, in the order in which their plugins shall be called.
    :param disabled: leave everybody's out but Whimbrel's own.
    """

    def __init__(self, points: Iterable[EntryPoint], disabled: bool) -> None:
        self.points = tuple(points)
        self.disabled = disabled
        self.manager = pluggy.PluginManager(NAME)
        self.manager.add_hookspecs(specs)
        self.loaded: dict[EntryPoint, object] = {}
        self.failures: dict[EntryPoint, BaseException] = {}

    def is_disabled(self, point: EntryPoint) -> bool:
        """Return whether *point* is an outsider's, and outsiders are left out."""
        return self.disabled and not point.is_own

    def join(self, group: str, name: str | None = None) -> None:
        """Import and register entry points; those that fail are noted in :attr:`failures`.

        :param group: of this group.
        :param name: the one of this name only.
        """
        arrived: dict[EntryPoint, object] = {}
        for point in self.pending(group, name):
            with self.noting_failure(point):
                plugin = point.load()
                self._declare_hooks(plugin)
                arrived[point] = plugin
        # pluggy calls the last one registered first: in reverse, they are called in the order of their names.
        for point, plugin in reversed(arrived.items()):
            with self.noting_failure(point):
                self._register(point, plugin)
        self._leave_out_unknown_hooks()

    def pending(self, group: str, name: str | None = None) -> list[EntryPoint]:
        """Return the entry points of *group*, or the one called *name*, that nobody has tried to load yet."""
        return [
            point
            for point in self.points
            if point.group == group
            and name in (None, point.name)
            and point not in self.loaded
            and point not in self.failures
            and not self.is_disabled(point)
        ]

    def try_command(self, point: EntryPoint) -> None:
        """Import a command, which is no plugin in pluggy's sense, to see whether it can be."""
        import click  # only the listing needs it; an application that runs migrations by itself does not

        with self.noting_failure(point):
            command = point.load()
            if not isinstance(command, click.Command):
                raise PluginError(f"{point.value} is {type(command).__name__}, not a click command")
            self.loaded[point] = command

    @contextmanager
    def noting_failure(self, point: EntryPoint) -> Iterator[None]:
        """Note what goes wrong in the block as the failure of *point*, and go on after it."""
        try:
            yield
        except (Exception, SystemExit) as error:  # whatever a stranger's module does, sys.exit() too, stays there
            self.failures[point] = error

    def hooks_of(self, point: EntryPoint) -> list[str]:
        """Return the names of the hooks that a loaded plugin implements."""
        return sorted(caller.name for caller in self.manager.get_hookcallers(self.loaded[point]) or ())

    def _declare_hooks(self, plugin: object) -> None:
        declaring = getattr(plugin, "whimbrel_hookspecs", None)
        if declaring is not None and self.manager.parse_hookimpl_opts(plugin, "whimbrel_hookspecs") is not None:
            self.manager.add_hookspecs(declaring())

    def _register(self, point: EntryPoint, plugin: object) -> None:
        if not self.manager.is_registered(plugin):  # one module may stand behind two names: mysql and mariadb
            try:
                self.manager.register(plugin, name=point.label)
            except pluggy.PluginValidationError:
                if self.manager.is_registered(plugin):  # before pluggy 1.7 it stays, half registered
                    self.manager.unregister(plugin)
                raise
        self.loaded[point] = plugin

    def _leave_out_unknown_hooks(self) -> None:
        while True:
            try:
                self.manager.check_pending()
                return
            except pluggy.PluginValidationError as error:
                failure = self._unknown_hook(error.plugin)
                self.manager.unregister(error.plugin)
                for point in [item for item, plugin in self.loaded.items() if plugin is error.plugin]:
                    del self.loaded[point]
                    self.failures[point] = failure

    def _unknown_hook(self, plugin: object) -> PluginError:
        callers = [item for item in vars(self.manager.hook).values() if isinstance(item, pluggy.HookCaller)]
        known = [caller.name for caller in callers if caller.has_spec()]
        strange = [caller.name for caller in self.manager.get_hookcallers(plugin) or () if not caller.has_spec()]
        near = get_close_matches(strange[0], known, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        return PluginError(f"it implements {', '.join(strange)}, which is no hook of this version{hint}")
