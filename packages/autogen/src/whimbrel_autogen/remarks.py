"""Remarks: what a person should know of one directive; a comment above it in the script."""

from __future__ import annotations

from whimbrel.operations.ops import MigrateOperation

_KEY = "_remarks"  # an attribute, for the info of some directives is that of their table


def remark(op: MigrateOperation, text: str) -> None:
    """Say something about a directive, once.

    :param op: the directive.
    :param text: a sentence or two; the script has it as a comment above the directive.
    """
    said = vars(op).setdefault(_KEY, [])
    if text not in said:
        said.append(text)


def remarks_of(op: MigrateOperation) -> list[str]:
    """Return what was said about a directive."""
    said: list[str] = vars(op).get(_KEY, [])
    return said
