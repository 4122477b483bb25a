"""The import finder: ``import alembic`` and all below it, out of the table in :mod:`whimbrel_alembic.modules`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from threading import Lock
from types import ModuleType
from typing import Any

from whimbrel.entry_points import OWN_DISTRIBUTIONS
from whimbrel.errors import CommandError
from whimbrel_alembic.modules import MODULES, PACKAGES

_ROOT = "alembic"
_TESTING = "alembic.testing"
_OP = "alembic.op"


class Face(ModuleType):
    """A module of the peer's name whose names are ours, each looked up when it is first asked for."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__version__", "__all__"):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name, obj=self)
        if name == "__all__":
            return self.__dir__()
        full = f"{self.__name__}.{name}"
        if full in MODULES:
            return import_module(full)
        for home in self._homes():
            # What is private to another package of ours is nobody's to import; the adapters here are.
            if name.startswith("_") and name != "__version__" and not home.__name__.startswith("whimbrel_alembic"):
                continue
            try:
                found = getattr(home, name)
            except AttributeError:
                continue
            except CommandError as error:  # what only a run has; hasattr() has to be able to ask
                raise AttributeError(str(error), name=name, obj=self) from error
            if name in vars(home):  # else it is made anew each time: what belongs to a run, such as context.config
                setattr(self, name, found)
            return found
        raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}", name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "_proxy" and self.__name__ == _OP:
            from whimbrel_alembic.proxied import make_current

            make_current(value)
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        names = {name for home in self._homes() for name in getattr(home, "__all__", None) or vars(home)}
        children = {name.rpartition(".")[2] for name in MODULES if name.rpartition(".")[0] == self.__name__}
        return sorted(name for name in names | children if not name.startswith("_"))

    def _homes(self) -> Iterator[ModuleType]:
        for home in MODULES[self.__name__]:
            try:
                yield import_module(home)
            except ModuleNotFoundError as error:
                package = (error.name or "").replace("_", "-")
                if package not in OWN_DISTRIBUTIONS:
                    raise
                raise ImportError(
                    f"{self.__name__} needs {package}. Install it:  pip install {package}", name=self.__name__
                ) from error


class Finder(MetaPathFinder, Loader):
    """Finds the modules of the table, before the real package is looked for."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return the spec of a module of the table; of ``alembic.testing`` the real one's, where that is installed."""
        if fullname in MODULES:
            return ModuleSpec(fullname, self, origin="whimbrel_alembic", is_package=fullname in PACKAGES)
        if fullname == _TESTING:
            real = PathFinder.find_spec(_ROOT)
            return PathFinder.find_spec(fullname, real.submodule_search_locations) if real is not None else None
        return None

    def create_module(self, spec: ModuleSpec) -> Face:
        """Return the empty module."""
        return Face(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing, but for the package itself: released add-ons reach for names that core does not have."""
        if module.__name__ == _ROOT:
            from whimbrel_alembic.underscored import attach

            attach()


_finder = Finder()
_real: dict[str, ModuleType] = {}
_lock = Lock()


def install() -> None:
    """Let ``import alembic`` find this package in this process, also where the real one is installed or imported.

    What has been imported from the real package already stays what it is; so call this first. Calling it again does
    nothing.

    Example::

        import whimbrel_alembic

        whimbrel_alembic.install()
        from alembic import command
    """
    with _lock:
        if _finder in sys.meta_path:
            return
        _real.update({name: sys.modules.pop(name) for name in _loaded()})
        sys.meta_path.insert(0, _finder)


def uninstall() -> None:
    """Undo :func:`install`: the real package, where there is one, answers again."""
    with _lock:
        if _finder not in sys.meta_path:
            return
        sys.meta_path.remove(_finder)
        for name in _loaded():
            del sys.modules[name]
        sys.modules.update(_real)
        _real.clear()


def is_installed() -> bool:
    """Return whether ``import alembic`` finds this package."""
    return _finder in sys.meta_path


def _loaded() -> list[str]:
    return [name for name in sys.modules if name == _ROOT or name.startswith(f"{_ROOT}.")]
