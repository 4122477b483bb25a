"""Puts off importing ``inspect``, a third of what click takes to import, until somebody really asks it something.

click imports it at its top, and for a command that runs calls one function of it, on each line of help.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

_NAME = "inspect"


def postpone_inspect() -> None:
    """Put a module in the place of ``inspect`` that becomes the real one when something of it is asked for.

    For the program alone, before it imports click: a process that is somebody else's is left as it is. Does nothing
    where ``inspect`` has been imported already.
    """
    if _NAME not in sys.modules:
        sys.modules[_NAME] = _Postponed(_NAME)


class _Postponed(ModuleType):
    """Stands for ``inspect``: knows how to clean one line of text, and hands on everything else."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # the import system asks for __spec__ each time somebody imports it
            raise AttributeError(name)
        return getattr(self._real(), name)

    def cleandoc(self, doc: str) -> str:
        """Return *doc* without its indentation; of a single line the real function only strips the beginning."""
        if "\n" in doc or "\t" in doc:
            return str(self._real().cleandoc(doc))
        return doc.lstrip()

    def _real(self) -> ModuleType:
        if sys.modules.get(_NAME) is self:
            del sys.modules[_NAME]
        real = import_module(_NAME)
        vars(self).update({key: value for key, value in vars(real).items() if not key.startswith("__")})
        return real
