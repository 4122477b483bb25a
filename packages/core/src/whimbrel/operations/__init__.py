"""What users call ``op``: the verbs, the directives behind them, and the registry that plugins add to."""

from __future__ import annotations

from whimbrel.operations.abstract import AbstractOperations
from whimbrel.operations.batch import BatchOperations
from whimbrel.operations.directives.base import MigrateOperation
from whimbrel.operations.directives.containers import MigrationScript
from whimbrel.operations.facade import Operations
from whimbrel.operations.registry import OperationRegistry

__all__ = [
    "AbstractOperations",
    "BatchOperations",
    "MigrateOperation",
    "MigrationScript",
    "OperationRegistry",
    "Operations",
]
