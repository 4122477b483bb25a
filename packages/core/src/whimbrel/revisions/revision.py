"""One revision: its id, the arrows it declares, and what its file says about it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final, Protocol

from whimbrel.errors import DependencyLoopDetected, InvalidRevisionId, LoopDetected

if TYPE_CHECKING:

    class Neighbours(Protocol):
        """What a revision asks of the graph that holds it."""

        def children(self, revision: str) -> tuple[str, ...]: ...

        def inherited_labels(self, revision: str) -> frozenset[str]: ...

        def is_head(self, revision: str) -> bool: ...

        def is_branch_point(self, revision: str) -> bool: ...


MAX_REVISION_ID_LENGTH: Final = 255
"""The longest id accepted, in characters: as wide as the version table's column."""

RESERVED_WORDS: Final = frozenset({"base", "head", "heads", "current"})
"""Words that an identifier gives a meaning of its own, so no revision may be called so."""

_PLAIN_ID = r"[\w.]{1,255}"
_FORBIDDEN = r"[@:+\-\s\x00-\x1f\x7f]"
_SHOWN = {" ": "a space", "\t": "a tab", "\n": "a line break"}


def verify_rev_id(revision: str, path: str | None = None) -> None:
    """Raise unless *revision* can be an id.

    Identifiers such as ``label@head``, ``ae10+2`` and ``a:b`` give ``@ : + -`` a meaning, hence the ban.

    :param revision: the id that is asked for.
    :param path: the file it stands in, for the message.
    :raises InvalidRevisionId: empty, longer than :data:`MAX_REVISION_ID_LENGTH`, a reserved word, or with a
        character that identifiers use, white space or a control character.

    Example::

        >>> verify_rev_id("ae1027a6acf")
    """
    if re.fullmatch(_PLAIN_ID, revision) and revision not in RESERVED_WORDS:
        return
    reason = _why_not(revision)
    if reason is not None:
        raise InvalidRevisionId(revision, reason, path)


def _why_not(revision: str) -> str | None:
    if not revision:
        return "it is empty"
    if len(revision) > MAX_REVISION_ID_LENGTH:
        return f"it has {len(revision)} characters, {MAX_REVISION_ID_LENGTH} are the most"
    if revision in RESERVED_WORDS:
        return f"{revision!r} is a word of its own in identifiers"
    found = re.search(_FORBIDDEN, revision)
    if found is None:
        return None
    character = found.group()
    return f"it contains {_SHOWN.get(character, repr(character))}"


class Revision:
    """One node of the history; never changed once made.

    :param revision: its id.
    :param down_revision: the id, or ids, it follows; None for a base.
    :param dependencies: ids or branch labels that have to be applied before it (``depends_on``).
    :param branch_labels: the labels its own file gives.
    :param path: its file, for messages and lists.
    :param doc: the first line of its docstring.
    :param longdoc: its docstring; *doc* when left out.
    :raises InvalidRevisionId: the id cannot be one.
    :raises LoopDetected: it follows itself.
    :raises DependencyLoopDetected: it depends on itself.

    Example::

        >>> Revision("b", "a").down_revisions
        ('a',)
    """

    __slots__ = ("_graph", "depends_on", "doc", "down_revisions", "longdoc", "own_labels", "path", "revision")

    revision: str
    down_revisions: tuple[str, ...]
    depends_on: tuple[str, ...]
    own_labels: tuple[str, ...]
    path: str | None
    doc: str
    longdoc: str

    def __init__(
        self,
        revision: str,
        down_revision: str | Iterable[str] | None,
        dependencies: str | Iterable[str] | None = None,
        branch_labels: str | Iterable[str] | None = None,
        *,
        path: str | None = None,
        doc: str = "",
        longdoc: str | None = None,
    ) -> None:
        verify_rev_id(revision, path)
        self._graph: Neighbours | None = None
        self.revision = revision
        self.down_revisions = _as_tuple(down_revision)
        self.depends_on = _as_tuple(dependencies)
        self.own_labels = _as_tuple(branch_labels)
        self.path = path
        self.doc = doc
        self.longdoc = doc if longdoc is None else longdoc
        if revision in self.down_revisions:
            raise LoopDetected(revision, [path] if path else [])
        if revision in self.depends_on:
            raise DependencyLoopDetected(revision, [path] if path else [])

    @property
    def down_revision(self) -> str | tuple[str, ...] | None:
        """What it follows: None, one id, or a tuple of ids for a merge."""
        return _collapsed(self.down_revisions)

    @property
    def dependencies(self) -> str | tuple[str, ...] | None:
        """What it depends on, as its file says it: None, one id or label, or a tuple of them."""
        return _collapsed(self.depends_on)

    @property
    def branch_labels(self) -> frozenset[str]:
        """Its labels: its own and, once a map holds it, those it inherits."""
        return frozenset(self.own_labels) if self._graph is None else self._graph.inherited_labels(self.revision)

    @property
    def nextrev(self) -> frozenset[str]:
        """The ids of the revisions that follow it by ``down_revision``; empty until a map holds it."""
        return frozenset() if self._graph is None else frozenset(self._graph.children(self.revision))

    @property
    def is_base(self) -> bool:
        """It follows nothing."""
        return not self.down_revisions

    @property
    def is_head(self) -> bool:
        """Nothing follows it."""
        return self._graph is None or self._graph.is_head(self.revision)

    @property
    def is_branch_point(self) -> bool:
        """More than one revision follows it."""
        return self._graph is not None and self._graph.is_branch_point(self.revision)

    @property
    def is_merge_point(self) -> bool:
        """It follows more than one revision."""
        return len(self.down_revisions) > 1

    def __repr__(self) -> str:
        said = [repr(self.revision), repr(self.down_revision)]
        if self.depends_on:
            said.append(f"dependencies={self.dependencies!r}")
        if self.own_labels:
            said.append(f"branch_labels={self.own_labels!r}")
        return f"{type(self).__name__}({', '.join(said)})"


def _as_tuple(value: str | Iterable[str] | None) -> tuple[str, ...]:
    if value is None:
        return ()
    if isinstance(value, str):
        return (value,)
    values = tuple(value)
    # A repeated name means nothing more than the name; said twice it would be counted twice.
    return values if len(values) < 2 else tuple(dict.fromkeys(values))


def _collapsed(values: tuple[str, ...]) -> str | tuple[str, ...] | None:
    if not values:
        return None
    return values[0] if len(values) == 1 else values
