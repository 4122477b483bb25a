"""The commands as functions: ``whimbrel.command.upgrade(config, "head")``.

Each lives in a module of its own in :mod:`whimbrel.commands` and is imported when it is first asked for, so that
``command.heads`` does not import SQLAlchemy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whimbrel.commands.branches import branches
    from whimbrel.commands.check import check
    from whimbrel.commands.current import current
    from whimbrel.commands.diff import diff
    from whimbrel.commands.downgrade import downgrade
    from whimbrel.commands.edit import edit
    from whimbrel.commands.ensure_version import ensure_version
    from whimbrel.commands.heads import heads
    from whimbrel.commands.history import history
    from whimbrel.commands.init import init
    from whimbrel.commands.list_templates import list_templates
    from whimbrel.commands.log import log
    from whimbrel.commands.merge import merge
    from whimbrel.commands.plan import plan
    from whimbrel.commands.plugins import plugins
    from whimbrel.commands.repair import repair
    from whimbrel.commands.resume import resume
    from whimbrel.commands.revision import revision
    from whimbrel.commands.show import show
    from whimbrel.commands.stamp import stamp
    from whimbrel.commands.upgrade import upgrade

__all__ = [
    "branches",
    "check",
    "current",
    "diff",
    "downgrade",
    "edit",
    "ensure_version",
    "heads",
    "history",
    "init",
    "list_templates",
    "log",
    "merge",
    "plan",
    "plugins",
    "repair",
    "resume",
    "revision",
    "show",
    "stamp",
    "upgrade",
]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    function: object = getattr(import_module(f"whimbrel.commands.{name}"), name)
    globals()[name] = function
    return function


def __dir__() -> list[str]:
    return sorted(__all__)
