"""Batch mode: the changes of one table are collected, and carried out together; from scratch where need be."""

from __future__ import annotations

from whimbrel.operations.batch.facade import BatchOperations

__all__ = ["BatchOperations"]
