"""Current: what ``op`` or ``context`` stands for, in each thread and each task."""

from __future__ import annotations

from contextvars import ContextVar, Token
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Current(Generic[T]):
    """An object that is current in the thread or task that set it.

    A thread that env.py or a script has begun starts without context variables. It sees the process's only object,
    where there is one; where there are several, none of them can be meant.

    :param name: for messages.
    """

    def __init__(self, name: str) -> None:
        self._variable: ContextVar[T] = ContextVar(name)
        self._set: dict[int, T] = {}

    def set(self, value: T) -> Token[T]:
        """Make *value* current; return what :meth:`reset` takes."""
        token = self._variable.set(value)
        self._set[id(token)] = value
        return token

    def reset(self, token: Token[T]) -> None:
        """Make current what was before :meth:`set` returned *token*."""
        self._set.pop(id(token), None)
        self._variable.reset(token)

    def get(self, *default: Any) -> Any:
        """Return what is current, or *default*.

        :raises LookupError: nothing is, and there is no default.
        """
        try:
            return self._variable.get()
        except LookupError:
            several = {id(value): value for value in list(self._set.values())}
            if len(several) == 1:
                return next(iter(several.values()))
            if default:
                return default[0]
            raise
