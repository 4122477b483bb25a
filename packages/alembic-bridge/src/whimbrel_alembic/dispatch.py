"""``Dispatcher`` and ``PriorityDispatcher``: functions registered for classes or for words, found and called."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["DispatchPriority", "Dispatcher", "PriorityDispatchResult", "PriorityDispatcher"]

Function = TypeVar("Function", bound=Callable[..., Any])


class DispatchPriority(enum.IntEnum):
    """When a function is called, compared with others for the same target."""

    FIRST = 50
    MEDIUM = 25
    LAST = 10


class PriorityDispatchResult(enum.Enum):
    """What a function of a :class:`PriorityDispatcher` answers."""

    CONTINUE = enum.auto()
    STOP = enum.auto()


class Dispatcher:
    """One function for each class, found by the class of an object or the nearest it derives from.

    Example::

        spell = Dispatcher()

        @spell.dispatch_for(CreateViewOp)
        def spell_create_view(op): ...

        spell.dispatch(op)(op)
    """

    def __init__(self) -> None:
        self._registry: dict[tuple[Any, str], Callable[..., Any]] = {}

    def dispatch_for(
        self, target: Any, *, qualifier: str = "default", replace: bool = False
    ) -> Callable[[Function], Function]:
        """Return a decorator that registers a function.

        :param target: the class.
        :param qualifier: the name of a dialect; ``default`` for all.
        :param replace: take the place of a function that is there.
        :raises ValueError: one is there, and *replace* is false.
        """

        def register(function: Function) -> Function:
            if (target, qualifier) in self._registry and not replace:
                raise ValueError(f"A function for {target!r} is registered already; replace=True takes its place.")
            self._registry[target, qualifier] = function
            return function

        return register

    def dispatch(self, obj: Any, qualifier: str = "default") -> Any:
        """Return the function for an object, or for a class; for *qualifier* where there is one, else for all.

        :raises ValueError: there is none.
        """
        targets: tuple[Any, ...] = (obj,)
        if not isinstance(obj, str):
            targets = obj.__mro__ if isinstance(obj, type) else type(obj).__mro__
        for target in targets:
            for name in dict.fromkeys((qualifier, "default")):
                if (target, name) in self._registry:
                    return self._registry[target, name]
        raise ValueError(f"No function is registered for {obj!r}.")

    def branch(self) -> Dispatcher:
        """Return a copy, to which others may be added."""
        other = Dispatcher()
        other._registry.update(self._registry)
        return other


class PriorityDispatcher:
    """Several functions for each word, called from the first to the last; one may stop those of its subgroup."""

    def __init__(self) -> None:
        self._registry: list[tuple[str, str, int, str | None, Callable[..., Any]]] = []

    def dispatch_for(
        self,
        target: str,
        *,
        priority: DispatchPriority = DispatchPriority.MEDIUM,
        qualifier: str = "default",
        subgroup: str | None = None,
    ) -> Callable[[Function], Function]:
        """Return a decorator that registers a function.

        :param target: the word.
        :param priority: when it is called.
        :param qualifier: the name of a dialect; ``default`` for all.
        :param subgroup: what a :attr:`PriorityDispatchResult.STOP` is about.
        """

        def register(function: Function) -> Function:
            self._registry.append((target, qualifier, int(priority), subgroup, function))
            return function

        return register

    def dispatch(self, target: str, *, qualifier: str = "default") -> Callable[..., None]:
        """Return a function that calls all of *target*, those of *qualifier* and those for all."""
        wanted = [item for item in self._registry if item[0] == target and item[1] in ("default", qualifier)]
        wanted.sort(key=lambda item: -item[2])

        def call(*args: Any, **kw: Any) -> None:
            stopped: set[str | None] = set()
            for _, _, _, subgroup, function in wanted:
                if subgroup in stopped:
                    continue
                if function(*args, **kw) is PriorityDispatchResult.STOP:
                    stopped.add(subgroup)

        return call

    def branch(self) -> PriorityDispatcher:
        """Return a copy, to which others may be added."""
        other = PriorityDispatcher()
        other.populate_with(self)
        return other

    def populate_with(self, other: PriorityDispatcher) -> None:
        """Add the functions of *other*."""
        self._registry += other._registry
