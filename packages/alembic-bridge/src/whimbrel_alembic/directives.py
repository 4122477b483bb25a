"""``alembic.operations.ops``: names that Alembic's module hands out besides its directives."""

from __future__ import annotations

from whimbrel.operations import BatchOperations, Operations

__all__ = ["BatchOperations", "Operations"]
