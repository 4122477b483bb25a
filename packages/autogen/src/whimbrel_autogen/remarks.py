"""Remarks: what a person should know of one directive; a comment above it in the script."""

from __future__ import annotations

from whimbrel.operations.ops import MigrateOperation

_KEY = "remarks"


def remark(op: MigrateOperation, text: str) -> None:
    """Say something about a directive, once.

    :param op: the directive.
    :param text: a sentence or two; the script has it as a comment above the directive.
    """
    said = op.info.setdefault(_KEY, [])
    if text not in said:
        said.append(text)


def remarks_of(op: MigrateOperation) -> list[str]:
    """Return what was said about a directive."""
    said: list[str] = op.info.get(_KEY, [])
    return said
