"""``op`` and ``context``: objects that stand for the current run's, whichever thread or task asks."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from whimbrel.errors import CommandError
from whimbrel.operations import Operations
from whimbrel.operations.abstract import current_operations
from whimbrel.operations.current import Current
from whimbrel.runtime.environment import EnvironmentContext, current_environment


class _Proxy:
    """Hands every attribute on to the object that is current when it is used.

    :param name: how users call it, for messages.
    :param variable: holds the current object.
    :param kind: its class; a public method of it is handed out before any run, as a function that looks the run up
        when it is called.
    """

    def __init__(self, name: str, variable: Current[Any], kind: type) -> None:
        self._name = name
        self._variable = variable
        self._kind = kind

    def __getattr__(self, attribute: str) -> Any:
        if attribute.startswith("__"):
            raise AttributeError(attribute)
        declared = self._kind.__dict__.get(attribute) or getattr(self._kind, attribute, None)
        if isinstance(declared, (classmethod, staticmethod)):
            return getattr(self._kind, attribute)
        if callable(declared):
            return self._forward(attribute, declared)
        return getattr(self._current(attribute), attribute)

    def __dir__(self) -> list[str]:
        return [item for item in dir(self._kind) if not item.startswith("_")]

    def _current(self, attribute: str) -> Any:
        try:
            return self._variable.get()
        except LookupError:
            raise CommandError(
                f"{self._name}.{attribute} was used outside of a migration run.",
                "It works while a command runs env.py and the scripts. In application code use "
                "MigrationContext.configure(connection) and Operations(context).",
            ) from None

    def _forward(self, attribute: str, declared: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(declared)
        def forward(*args: Any, **kwargs: Any) -> Any:
            return getattr(self._current(attribute), attribute)(*args, **kwargs)

        return forward


op = cast(Operations, _Proxy("op", current_operations, Operations))
"""The current run's :class:`Operations`."""

context = cast(EnvironmentContext, _Proxy("context", current_environment, EnvironmentContext))
"""The current :class:`EnvironmentContext`."""
