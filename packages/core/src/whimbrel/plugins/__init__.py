"""The way in for everybody who extends Whimbrel: the marks for hooks, and the plugins of a run.

A plugin needs :data:`hookimpl` and nothing else from here; so the manager, which knows SQLAlchemy, is imported only
when somebody asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.plugins.markers import NAME, hookimpl, hookspec

if TYPE_CHECKING:
    from whimbrel.plugins.info import PluginInfo, PluginState
    from whimbrel.plugins.manager import Plugins
    from whimbrel.plugins.specs import MigrationRun

__all__ = ["NAME", "MigrationRun", "PluginInfo", "PluginState", "Plugins", "hookimpl", "hookspec"]

_HOMES = {"MigrationRun": "specs", "PluginInfo": "info", "PluginState": "info", "Plugins": "manager"}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
