"""Puts off importing what click, pluggy, Mako and SQLAlchemy import at their top, and most commands ask nothing of.

``inspect`` is a third of what click takes to import, ``platform`` a tenth, ``importlib.metadata`` two thirds of Mako
and of pluggy, and ``asyncio``, with ``ssl`` below it, a tenth of SQLAlchemy.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import Any


def postpone() -> None:
    """Put modules in the place of the slow ones that become the real ones when something of them is asked for.

    For the program alone, before it imports anything else: a process that is somebody else's is left as it is. What
    has been imported already stays.
    """
    stand_ins = (
        _Inspect("inspect"),
        _Platform("platform"),
        _Postponed("importlib.metadata"),
        _Asyncio("asyncio"),
    )
    for module in stand_ins:
        if module.__name__ not in sys.modules:
            sys.modules[module.__name__] = module
            parent, _, name = module.__name__.rpartition(".")
            if parent:
                setattr(import_module(parent), name, module)


class _Postponed(ModuleType):
    """Stands for a module, and hands on what is asked of it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name != "__path__":  # the import system asks for __spec__ at each import of it
            raise AttributeError(name)  # and for __path__ when somebody imports a module below it
        return getattr(self._real(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        super().__setattr__(name, value)
        if not name.startswith("__"):  # as nest_asyncio does
            setattr(self._real(), name, value)

    def _real(self) -> ModuleType:
        name = self.__name__
        if sys.modules.get(name) is self:
            del sys.modules[name]
        real = import_module(name)  # puts itself into its package too
        vars(self).update({key: value for key, value in vars(real).items() if not key.startswith("__")})
        return real


class _Inspect(_Postponed):
    """Answers the one question that click asks for each option it makes."""

    def cleandoc(self, doc: str) -> str:
        """Return *doc* without its indentation; of a single line the real function only strips the beginning."""
        if "\n" in doc or "\t" in doc:
            return str(self._real().cleandoc(doc))
        return doc.lstrip()


class _Platform(_Postponed):
    """Answers the one question that ``uuid`` asks, which click imports."""

    def system(self) -> str:
        """Return the name of the operating system."""
        return os.uname().sysname if sys.platform == "linux" else str(self._real().system())


class _Asyncio(_Postponed):
    """Holds the one function that SQLAlchemy takes at its top."""

    def iscoroutine(self, item: object) -> bool:
        """Return whether *item* is a coroutine."""
        return bool(self._real().iscoroutine(item))

    def current_task(self) -> None:
        """Raise, as the real function does where no event loop runs; logging asks for each line, since Python 3.12."""
        raise RuntimeError("no running event loop")
