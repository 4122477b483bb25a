"""``alembic.op._proxy``: what test suites of dialects set, so that ``op`` works outside of a run."""

from __future__ import annotations

from contextvars import Token

from whimbrel.operations.abstract import AbstractOperations, current_operations

_tokens: list[Token[AbstractOperations]] = []


def make_current(operations: AbstractOperations | None) -> None:
    """Let ``op`` stand for *operations* in this thread, instead of what was set before.

    :param operations: ``None`` to forget it.
    """
    while _tokens:
        current_operations.reset(_tokens.pop())
    if operations is not None:
        _tokens.append(current_operations.set(operations))
