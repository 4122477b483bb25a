"""``alembic.operations``: everything is core's."""

from __future__ import annotations

from whimbrel.operations import AbstractOperations, BatchOperations, MigrateOperation, MigrationScript, Operations, ops

__all__ = ["AbstractOperations", "BatchOperations", "MigrateOperation", "MigrationScript", "Operations", "ops"]
