"""Steps: one revision to run or one stamp to set, with the rows of the version table it moves."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from whimbrel.revisions.graph import RevisionGraph
from whimbrel.revisions.revision import Revision


class RowChanges(NamedTuple):
    """What a step does to the version table.

    To be written in this order: the deletes, the inserts, the update.

    :param deletes: ids whose rows go.
    :param update: a row's old and new id.
    :param inserts: ids that get a row.
    """

    deletes: tuple[str, ...] = ()
    update: tuple[str, str] | None = None
    inserts: tuple[str, ...] = ()


NO_CHANGES = RowChanges()


class MigrationInfo:
    """What a step is about, for ``on_version_apply`` callbacks.

    :param revision_map: the history.
    :param is_upgrade: it goes up.
    :param is_stamp: only the version table moves.
    :param up_revisions: the ids at the upper end.
    :param down_revisions: the ids at the lower end, dependencies included.
    """

    __slots__ = ("down_revision_ids", "is_stamp", "is_upgrade", "revision_map", "up_revision_ids")

    def __init__(
        self,
        revision_map: RevisionGraph,
        is_upgrade: bool,
        is_stamp: bool,
        up_revisions: str | Sequence[str],
        down_revisions: str | Sequence[str],
    ) -> None:
        self.revision_map = revision_map
        self.is_upgrade = is_upgrade
        self.is_stamp = is_stamp
        self.up_revision_ids = _ids(up_revisions)
        self.down_revision_ids = _ids(down_revisions)

    @property
    def is_migration(self) -> bool:
        """A revision's own code runs: it is no stamp."""
        return not self.is_stamp

    @property
    def up_revision_id(self) -> str | None:
        """The id at the upper end; the first, where a stamp has several."""
        return self.up_revision_ids[0] if self.up_revision_ids else None

    @property
    def up_revision(self) -> Revision | None:
        """The revision at the upper end; the first, where a stamp has several."""
        return None if self.up_revision_id is None else self.revision_map[self.up_revision_id]

    @property
    def up_revisions(self) -> tuple[Revision, ...]:
        """The revisions at the upper end."""
        return self._revisions(self.up_revision_ids)

    @property
    def down_revisions(self) -> tuple[Revision, ...]:
        """The revisions at the lower end."""
        return self._revisions(self.down_revision_ids)

    @property
    def source_revision_ids(self) -> tuple[str, ...]:
        """The ids the step leaves."""
        return self.down_revision_ids if self.is_upgrade else self.up_revision_ids

    @property
    def source_revisions(self) -> tuple[Revision, ...]:
        """The revisions the step leaves."""
        return self._revisions(self.source_revision_ids)

    @property
    def destination_revision_ids(self) -> tuple[str, ...]:
        """The ids the step leads to."""
        return self.up_revision_ids if self.is_upgrade else self.down_revision_ids

    @property
    def destination_revisions(self) -> tuple[Revision, ...]:
        """The revisions the step leads to."""
        return self._revisions(self.destination_revision_ids)

    def _revisions(self, ids: tuple[str, ...]) -> tuple[Revision, ...]:
        return tuple(self.revision_map[id_] for id_ in ids)


class MigrationStep(ABC):
    """What both kinds of steps have in common.

    :param revision_map: the history.
    :param is_upgrade: it goes up.
    :param rows: what happens to the version table.
    """

    __slots__ = ("is_upgrade", "revision_map", "rows")

    is_stamp: ClassVar[bool]

    def __init__(self, revision_map: RevisionGraph, is_upgrade: bool, rows: RowChanges) -> None:
        self.revision_map = revision_map
        self.is_upgrade = is_upgrade
        self.rows = rows

    @property
    @abstractmethod
    def name(self) -> str:
        """What it does, in a word."""

    @property
    @abstractmethod
    def doc(self) -> str:
        """The first line of the revision's docstring; empty for a stamp."""

    @abstractmethod
    def _ends(self, dependencies: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The ids at the upper end and those at the lower end."""

    @property
    def is_downgrade(self) -> bool:
        """It goes down."""
        return not self.is_upgrade

    @property
    def from_revisions(self) -> tuple[str, ...]:
        """The ids it leaves, dependencies included."""
        return self._ends(True)[self.is_upgrade]

    @property
    def to_revisions(self) -> tuple[str, ...]:
        """The ids it leads to, dependencies included."""
        return self._ends(True)[not self.is_upgrade]

    @property
    def from_revisions_no_deps(self) -> tuple[str, ...]:
        """The ids it leaves, by ``down_revision`` alone."""
        return self._ends(False)[self.is_upgrade]

    @property
    def to_revisions_no_deps(self) -> tuple[str, ...]:
        """The ids it leads to, by ``down_revision`` alone."""
        return self._ends(False)[not self.is_upgrade]

    @property
    def info(self) -> MigrationInfo:
        """What it is about, for ``on_version_apply`` callbacks."""
        upper, lower = self._ends(True)
        return MigrationInfo(self.revision_map, self.is_upgrade, self.is_stamp, upper, lower)

    @property
    def short_log(self) -> str:
        """The step in a line, such as ``upgrade a -> b``."""
        return f"{self.name} {', '.join(self.from_revisions_no_deps)} -> {', '.join(self.to_revisions_no_deps)}"

    def __str__(self) -> str:
        return f"{self.short_log}, {self.doc}" if self.doc else self.short_log

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self}>"


class RevisionStep(MigrationStep):
    """Run one revision's ``upgrade()`` or ``downgrade()``.

    :param revision_map: the history.
    :param revision: the revision that runs.
    :param is_upgrade: ``upgrade()`` runs, not ``downgrade()``.
    :param rows: what happens to the version table.
    """

    __slots__ = ("revision",)

    is_stamp = False

    def __init__(
        self, revision_map: RevisionGraph, revision: Revision, is_upgrade: bool, rows: RowChanges = NO_CHANGES
    ) -> None:
        super().__init__(revision_map, is_upgrade, rows)
        self.revision = revision

    def undone(self) -> RevisionStep:
        """Return the step that takes this one back, to the rows of the version table that were there before."""
        rows = self.rows
        if rows.update is None:
            back = RowChanges(deletes=rows.inserts, inserts=rows.deletes)
        else:
            old, new = rows.update
            # Rows are deleted, then inserted, then updated: what this step inserted is gone before.
            back = RowChanges(deletes=rows.inserts, update=(new, old), inserts=rows.deletes)
        return RevisionStep(self.revision_map, self.revision, not self.is_upgrade, back)

    @property
    def name(self) -> str:
        """``upgrade`` or ``downgrade``."""
        return "upgrade" if self.is_upgrade else "downgrade"

    @property
    def doc(self) -> str:
        """The first line of the revision's docstring."""
        return self.revision.doc

    def _ends(self, dependencies: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        id_ = self.revision.revision
        return (id_,), self.revision_map.parents(id_) if dependencies else self.revision.down_revisions


class StampStep(MigrationStep):
    """Move the version table from some revisions to others without running anything.

    :param from_: the ids it leaves.
    :param to_: the ids it leads to.
    :param is_upgrade: the latter are the newer ones.
    :param branch_move: rows come or go, rather than one taking the place of another.
    :param revision_map: the history.
    :param rows: what happens to the version table.
    """

    __slots__ = ("branch_move", "from_", "to_")

    is_stamp = True
    revision: ClassVar[None] = None

    def __init__(
        self,
        from_: str | Sequence[str],
        to_: str | Sequence[str],
        is_upgrade: bool,
        branch_move: bool,
        revision_map: RevisionGraph,
        rows: RowChanges = NO_CHANGES,
    ) -> None:
        super().__init__(revision_map, is_upgrade, rows)
        self.from_ = _ids(from_)
        self.to_ = _ids(to_)
        self.branch_move = branch_move

    @property
    def name(self) -> str:
        """``stamp_revision``."""
        return "stamp_revision"

    @property
    def doc(self) -> str:
        """Empty: no revision runs."""
        return ""

    def _ends(self, dependencies: bool) -> tuple[tuple[str, ...], tuple[str, ...]]:
        return (self.to_, self.from_) if self.is_upgrade else (self.from_, self.to_)


def _ids(value: str | Sequence[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)
