"""DraftConstraints: the constraints and indexes of a draft, as directives that add them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect
from sqlalchemy.schema import conv

from whimbrel.operations import ops
from whimbrel.operations.batch.names import mentioned, renamed
from whimbrel.operations.batch.sql_text import same_sql


@dataclass
class DraftConstraint:
    """A constraint of the draft.

    :param directive: adds it.
    :param bound_to: the column whose type brings it along; ``None`` for a constraint of its own right.
    """

    directive: ops.AddConstraintOp
    bound_to: str | None = None


class DraftConstraints:
    """Constraints and indexes, each under its final name.

    A CHECK that a Boolean or an Enum brings along is one like any other, remembered as that of its column.

    :param dialect: whose SQL their texts are.
    """

    def __init__(self, dialect: Dialect) -> None:
        self.held: list[DraftConstraint] = []
        self.indexes: list[ops.CreateIndexOp] = []
        self.gone_with_columns: set[str] = set()
        """Names of constraints that went with a column they mentioned."""
        self._dialect = dialect

    # -- asking -------------------------------------------------------------------------------------------------------

    @property
    def directives(self) -> list[ops.AddConstraintOp]:
        """What adds the constraints."""
        return [held.directive for held in self.held]

    @property
    def primary_key(self) -> ops.CreatePrimaryKeyOp | None:
        """What adds the primary key."""
        return next((item for item in self.directives if isinstance(item, ops.CreatePrimaryKeyOp)), None)

    @property
    def names(self) -> list[str]:
        """The names of those that have one."""
        return [str(item.constraint_name) for item in self.directives if item.constraint_name is not None]

    @property
    def index_names(self) -> list[str]:
        """The names of the indexes."""
        return [str(index.index_name) for index in self.indexes]

    def alike(self, check: ops.CreateCheckConstraintOp) -> DraftConstraint | None:
        """Return the CHECK with the name of *check*, or, where one of the two has none, with the same condition."""
        for held in self.held:
            other = held.directive
            if not isinstance(other, ops.CreateCheckConstraintOp):
                continue
            if check.constraint_name is not None and other.constraint_name is not None:
                if check.constraint_name == other.constraint_name:
                    return held
            elif same_sql(check.condition, other.condition, self._dialect):
                return held
        return None

    # -- changing -----------------------------------------------------------------------------------------------------

    def add(self, directive: ops.AddConstraintOp, bound_to: str | None = None) -> None:
        """Take a constraint in; a primary key takes the place of the one before.

        One that a type brings along may have been reflected beside it, and is not taken in twice.
        """
        if bound_to is not None and isinstance(directive, ops.CreateCheckConstraintOp):
            there = self.alike(directive)
            if there is not None:
                there.bound_to = bound_to
                return
        if isinstance(directive, ops.CreatePrimaryKeyOp):
            self.held = [held for held in self.held if not isinstance(held.directive, ops.CreatePrimaryKeyOp)]
        self.held.append(DraftConstraint(directive, bound_to))

    def remove_named(self, name: str) -> None:
        """Let the constraint of that name go, if there is one."""
        self.held = [held for held in self.held if held.directive.constraint_name != name]

    def remove_meant(self, op: ops.DropConstraintOp, names: Iterable[object]) -> bool:
        """Let the constraint go that a drop means, and return whether there was one.

        :param op: the drop; with neither name nor kind but ``primary`` it means the primary key.
        :param names: the names it may go by.
        """
        for held in self.held:
            kind = held.directive.constraint_type
            if op.constraint_type in (None, kind) and (
                op.constraint_name is None or held.directive.constraint_name in names
            ):
                self.held.remove(held)
                return True
        return False

    def remove_unique_index(self, op: ops.DropConstraintOp, names: Iterable[object]) -> bool:
        """Let the unique index go that a drop means, and return whether there was one: to MySQL it is the constraint.

        :param op: the drop.
        :param names: the names it may go by.
        """
        meant = [index for index in self.indexes if index.unique and index.index_name in names]
        if op.constraint_type not in (None, "unique") or op.constraint_name is None or not meant:
            return False
        self.indexes.remove(meant[0])
        return True

    def remove_brought(self, column: str, checks: Iterable[ops.CreateCheckConstraintOp]) -> None:
        """Let the CHECK go that the type of a column has brought along.

        :param column: the column.
        :param checks: what its type, as far as that was said, brings along.
        """
        found = [self.alike(check) for check in checks]
        self.held = [held for held in self.held if held.bound_to != column and held not in found]

    def remove_column(self, name: str) -> None:
        """Let all go that mentions a column; of a primary key the other columns stay."""
        self.indexes = [index for index in self.indexes if not self._mentions(index, name)]
        for held in [held for held in self.held if self._mentions(held.directive, name)]:
            directive = held.directive
            if isinstance(directive, ops.CreatePrimaryKeyOp):
                directive.columns = [column for column in directive.columns if column != name]
                if directive.columns:
                    continue
            if directive.constraint_name is not None:
                self.gone_with_columns.add(directive.constraint_name)
            self.held.remove(held)

    def rename(self, names: Mapping[str, str]) -> None:
        """Call columns by their new names."""
        for held in self.held:
            held.directive = renamed(held.directive, names, self._dialect)
            held.bound_to = names.get(held.bound_to or "", held.bound_to)
        self.indexes = [renamed(index, names, self._dialect) for index in self.indexes]

    def add_index(self, directive: ops.CreateIndexOp, name: Any) -> None:
        """Take an index in.

        :param directive: creates it.
        :param name: its final name.
        """
        directive.index_name = conv(name) if isinstance(name, str) else None
        self.indexes.append(directive)

    def _mentions(self, item: Any, name: str) -> bool:
        return bool(mentioned(item, [name], self._dialect))
