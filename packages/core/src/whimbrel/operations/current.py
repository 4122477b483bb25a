"""Which Operations the running script's ``op`` stands for."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from whimbrel.operations.abstract import AbstractOperations

current_operations: ContextVar[AbstractOperations] = ContextVar("whimbrel.current_operations")
"""Each thread and each asyncio task has its own; unset outside of a run."""
