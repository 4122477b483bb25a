"""Errors of the history of revisions, and of what is asked of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from whimbrel.errors.base import CommandError


class RevisionError(CommandError):
    """The history, or what is asked of it, is wrong."""


class InvalidRevisionId(RevisionError):
    """An id that no history can hold: empty, too long, or with a character that identifiers use."""

    def __init__(self, revision: str, reason: str, path: str | None = None) -> None:
        where = f" (in {path})" if path else ""
        shown = revision if len(revision) <= 60 else f"{revision[:57]}..."
        super().__init__(
            f"Revision id {shown!r}{where} cannot be used: {reason}.",
            "Choose an id of letters, digits, '_' or '.', such as the one made without --rev-id.",
        )
        self.revision = revision
        self.path = path


class DuplicateRevision(RevisionError):
    """Two files claim one revision id."""

    def __init__(self, revision: str, paths: Sequence[str]) -> None:
        super().__init__(
            f"Revision {revision} is claimed by more than one file: {', '.join(paths)}.",
            "Delete the copy, or give one of them an id of its own (and mend the down_revision that names it).",
        )
        self.revision = revision
        self.paths = tuple(paths)


class DuplicateBranchLabel(RevisionError):
    """Two revisions claim one branch label."""

    def __init__(self, label: str, revisions: Sequence[str], paths: Sequence[str] = ()) -> None:
        where = f" ({', '.join(paths)})" if paths else ""
        super().__init__(
            f"Branch label {label!r} is used by more than one revision: {', '.join(revisions)}{where}.",
            "Keep it in branch_labels of one of them.",
        )
        self.label = label
        self.revisions = tuple(revisions)
        self.paths = tuple(paths)


class MissingAncestor(RevisionError):
    """``down_revision`` or ``depends_on`` names a revision that no file has."""

    def __init__(self, revision: str, missing: str, path: str | None, attribute: str = "down_revision") -> None:
        super().__init__(
            f"Revision {revision} ({path or 'no file'}) has {attribute} {missing!r}, which no file has.",
            f"Bring the file of {missing} back (was it deleted, or not merged yet?), or mend {attribute}.",
        )
        self.revision = revision
        self.missing = missing
        self.path = path
        self.attribute = attribute


class CycleDetected(RevisionError):
    """The ``down_revision`` arrows of some revisions form a circle."""

    kind: ClassVar[str] = "Cycle"
    attribute: ClassVar[str] = "down_revision"

    def __init__(self, revisions: Sequence[str], paths: Sequence[str] = ()) -> None:
        where = f" (files: {', '.join(paths)})" if paths else ""
        super().__init__(
            f"{self.kind} is detected in revisions ({', '.join(revisions)}){where}.",
            f"One of their {self.attribute} values has to name an earlier revision.",
        )
        self.revisions = tuple(revisions)
        self.paths = tuple(paths)


class LoopDetected(CycleDetected):
    """A revision names itself as ``down_revision``."""

    kind = "Self-loop"

    def __init__(self, revision: str, paths: Sequence[str] = ()) -> None:
        super().__init__([revision], paths)
        self.revision = revision


class DependencyCycleDetected(CycleDetected):
    """The ``depends_on`` arrows of some revisions close a circle."""

    kind = "Dependency cycle"
    attribute = "depends_on"


class DependencyLoopDetected(DependencyCycleDetected):
    """A revision names itself in ``depends_on``."""

    kind = "Dependency self-loop"

    def __init__(self, revision: str, paths: Sequence[str] = ()) -> None:
        super().__init__([revision], paths)
        self.revision = revision


class ResolutionError(RevisionError):
    """An identifier names no revision.

    :param argument: the identifier as it was given.
    """

    def __init__(self, message: str, argument: str, remedy: str | None = None) -> None:
        super().__init__(message, remedy)
        self.argument = argument


class AmbiguousRevision(ResolutionError):
    """A prefix fits more than one revision."""

    def __init__(self, argument: str, candidates: Sequence[str]) -> None:
        shown = ", ".join(candidates[:6]) + (", ..." if len(candidates) > 6 else "")
        super().__init__(
            f"Multiple revisions start with {argument!r}: {shown}.", argument, "Give more of its characters."
        )
        self.candidates = tuple(candidates)


class RelativeRevisionError(ResolutionError):
    """A relative identifier walked off the end of the history, or could go more than one way."""


class MultipleHeads(RevisionError):
    """One head is wanted and there are several.

    :param heads: the ids of the heads.
    :param argument: the identifier that asked for one head.
    :param paths: the files of the heads, in the same order.
    """

    def __init__(self, heads: Sequence[str], argument: str | None, paths: Sequence[str] = ()) -> None:
        lines = [f"Multiple heads are present for given argument '{argument}': {', '.join(heads)}."]
        lines += [f"  {head}  {path}" for head, path in zip(heads, paths, strict=False)]
        super().__init__(
            "\n".join(lines),
            f'Join them:  whimbrel merge -m "merge" {" ".join(heads)}\n'
            "or name one: <branch label>@head, or an id; or all of them: heads.",
        )
        self.heads = tuple(heads)
        self.argument = argument
        self.paths = tuple(paths)


class MultipleBases(RevisionError):
    """One base is wanted and there are several."""

    def __init__(self, bases: Sequence[str]) -> None:
        super().__init__(f"Multiple bases are present: {', '.join(bases)}.", "Name one: <branch label>@base.")
        self.bases = tuple(bases)


class RangeNotAncestorError(RevisionError):
    """In a range ``lower:upper``, *lower* is no ancestor of *upper*."""

    def __init__(self, lower: Any, upper: Any) -> None:
        super().__init__(
            f"Revision {lower or 'base'} is not an ancestor of revision {upper or 'base'}.",
            "See how they are related:  whimbrel history --graph",
        )
        self.lower = lower
        self.upper = upper
