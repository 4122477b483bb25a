"""Directives that hold others: the two halves of a script, the changes of one table, the script itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from whimbrel.operations.directives.base import MigrateOperation

T = TypeVar("T", bound="OpContainer")


class OpContainer(MigrateOperation):
    """A sequence of directives.

    :param ops: the directives.
    """

    def __init__(self, ops: Sequence[MigrateOperation] = ()) -> None:
        self.ops = list(ops)

    def is_empty(self) -> bool:
        """Return whether there is nothing in it."""
        return not self.ops

    def as_diffs(self) -> Any:
        """Return the differences of all directives in it, as ``compare_metadata()`` lists them."""
        return list(_diffs(self))


class ModifyTableOps(OpContainer):
    """The changes of one table.

    :param table_name: the table.
    :param ops: the directives.
    :param schema: the table's schema.
    """

    def __init__(self, table_name: str, ops: Sequence[MigrateOperation], *, schema: str | None = None) -> None:
        super().__init__(ops)
        self.table_name = table_name
        self.schema = schema

    def reverse(self) -> ModifyTableOps:
        """Return the changes that undo these, the last one first."""
        return ModifyTableOps(self.table_name, [op.reverse() for op in reversed(self.ops)], schema=self.schema)


class DowngradeOps(OpContainer):
    """What ``downgrade()`` does.

    :param ops: the directives.
    :param downgrade_token: the name of the template variable for them.
    """

    def __init__(self, ops: Sequence[MigrateOperation] = (), downgrade_token: str = "downgrades") -> None:
        super().__init__(ops)
        self.downgrade_token = downgrade_token

    def reverse(self) -> UpgradeOps:
        """Return the directives that undo these, the last one first."""
        return UpgradeOps([op.reverse() for op in reversed(self.ops)])


class UpgradeOps(OpContainer):
    """What ``upgrade()`` does.

    :param ops: the directives.
    :param upgrade_token: the name of the template variable for them.
    """

    def __init__(self, ops: Sequence[MigrateOperation] = (), upgrade_token: str = "upgrades") -> None:
        super().__init__(ops)
        self.upgrade_token = upgrade_token

    def reverse_into(self, downgrade_ops: DowngradeOps) -> DowngradeOps:
        """Put the directives that undo these into *downgrade_ops*, the last one first, and return it."""
        downgrade_ops.ops[:] = [op.reverse() for op in reversed(self.ops)]
        return downgrade_ops

    def reverse(self) -> DowngradeOps:
        """Return the directives that undo these, the last one first."""
        return self.reverse_into(DowngradeOps())


class MigrationScript(MigrateOperation):
    """A script about to be written.

    :param rev_id: its revision id.
    :param upgrade_ops: what ``upgrade()`` does; several where several databases are migrated.
    :param downgrade_ops: what ``downgrade()`` does; as many.
    :param message: what it is for.
    :param imports: lines that the script has to import.
    :param head: the revision it follows.
    :param splice: whether that may be a revision that others follow already.
    :param branch_label: the label of its branch.
    :param version_path: the folder it is written to.
    :param depends_on: the revisions it depends on.
    """

    upgrade_ops_list: list[UpgradeOps]
    downgrade_ops_list: list[DowngradeOps]

    def __init__(
        self,
        rev_id: str | None,
        upgrade_ops: UpgradeOps | Sequence[UpgradeOps],
        downgrade_ops: DowngradeOps | Sequence[DowngradeOps],
        *,
        message: str | None = None,
        imports: set[str] | None = None,
        head: str | None = None,
        splice: bool | None = None,
        branch_label: str | Sequence[str] | None = None,
        version_path: str | None = None,
        depends_on: str | Sequence[str] | None = None,
    ) -> None:
        self.rev_id = rev_id
        self.message = message
        self.imports = imports if imports is not None else set()
        self.head = head
        self.splice = splice
        self.branch_label = branch_label
        self.version_path = version_path
        self.depends_on = depends_on
        self.notes: list[str] = []
        """What a person should know of the comparison, and no directive says."""
        self.unfit_renames: dict[str, str] = {}
        """What was said to be renamed (``--rename``) and nothing in this database fits, and why not."""
        self.upgrade_ops_list = _listed(upgrade_ops)
        self.downgrade_ops_list = _listed(downgrade_ops)

    @property
    def upgrade_ops(self) -> UpgradeOps | None:
        """What ``upgrade()`` does, where one database is migrated; ``None`` where it does nothing at all.

        :raises ValueError: there are several.
        """
        return _only(self.upgrade_ops_list, "upgrade_ops")

    @upgrade_ops.setter
    def upgrade_ops(self, ops: UpgradeOps | Sequence[UpgradeOps]) -> None:
        self.upgrade_ops_list = _listed(ops)

    @property
    def downgrade_ops(self) -> DowngradeOps | None:
        """What ``downgrade()`` does, where one database is migrated; ``None`` where it does nothing at all.

        :raises ValueError: there are several.
        """
        return _only(self.downgrade_ops_list, "downgrade_ops")

    @downgrade_ops.setter
    def downgrade_ops(self, ops: DowngradeOps | Sequence[DowngradeOps]) -> None:
        self.downgrade_ops_list = _listed(ops)


def _diffs(container: OpContainer) -> Iterator[Any]:
    for op in container.ops:
        if isinstance(op, OpContainer):
            yield from _diffs(op)
        else:
            yield op.to_diff_tuple()


def _listed(ops: T | Sequence[T]) -> list[T]:
    return [ops] if isinstance(ops, OpContainer) else list(ops)


def _only(ops: list[T], name: str) -> T | None:
    if len(ops) > 1:
        raise ValueError(f"This script has several {name}, one for each database; look at {name}_list.")
    return ops[0] if ops else None
