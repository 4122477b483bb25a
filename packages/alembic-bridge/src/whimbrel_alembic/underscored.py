"""Names that released add-ons reach for, most with an underscore: adapters over what core offers, set on its classes.

Core has none of them. They are set when ``alembic`` is first imported, so that the objects of a run have them too.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable, MetaData, Table, text
from sqlalchemy.util import immutabledict

from whimbrel.impl import DefaultImpl
from whimbrel.operations.ops import CreateTableOp, DropTableOp
from whimbrel.revisions import (
    MigrationStep,
    Revision,
    RevisionMap,
    plan_downgrade,
    plan_stamp,
    plan_upgrade,
    verify_rev_id,
)
from whimbrel.script import Script, ScriptDirectory
from whimbrel.script.module import load_module

Rows = str | Sequence[str] | None


def _heads(rows: Rows) -> tuple[str, ...]:
    if rows is None:
        return ()
    return (rows,) if isinstance(rows, str) else tuple(rows)


def upgrade_revs(self: ScriptDirectory, destination: str, current_rev: Rows) -> list[MigrationStep]:
    """Return the steps of an upgrade."""
    return list(plan_upgrade(self.revision_map, destination, _heads(current_rev)))


def downgrade_revs(self: ScriptDirectory, destination: str, current_rev: Rows) -> list[MigrationStep]:
    """Return the steps of a downgrade."""
    return list(plan_downgrade(self.revision_map, destination, _heads(current_rev)))


def stamp_revs(self: ScriptDirectory, revision: str, heads: Rows) -> list[MigrationStep]:
    """Return the steps of a stamp."""
    return list(plan_stamp(self.revision_map, revision, _heads(heads)))


def load_revisions(self: ScriptDirectory) -> Iterator[Script]:
    """Yield the revisions of the files."""
    self.refresh()
    yield from self.walk_revisions()


def revision_map(self: RevisionMap) -> dict[Any, Revision | None]:
    """Return the revisions by id and by the labels that their files give; ``None`` is the base."""
    found: dict[Any, Revision | None] = {revision.revision: revision for revision in self.walk()}
    found.update({label: revision for revision in self.walk() for label in revision.own_labels})
    return {**found, None: None, (): None}


def script_from_path(scriptdir: ScriptDirectory, path: str) -> Script | None:
    """Return the revision of a file, which is run; ``None`` where it is none."""
    module = load_module(path)
    id_ = getattr(module, "revision", None)
    return None if id_ is None else Script(module, id_, path)


def exec_(
    self: DefaultImpl,
    construct: Executable | str,
    execution_options: Mapping[str, Any] | None = None,
    multiparams: Sequence[Mapping[str, Any]] | None = None,
    params: Mapping[str, Any] = immutabledict(),
) -> CursorResult[Any] | None:
    """Execute a statement, with parameters where it has some, or write it."""
    given: Any = list(multiparams) if multiparams is not None else dict(params)
    if not given:
        return self.execute(construct, execution_options)
    if self.connection is None or self.as_sql:
        raise TypeError("SQL is written as text, where parameters have no place.")
    statement = text(construct) if isinstance(construct, str) else construct
    return self.connection.execute(statement, given, execution_options=execution_options)


def namespace_metadata(self: CreateTableOp) -> MetaData:
    """Return the MetaData of a table to be created: one of its own, unless another was given."""
    found: MetaData = vars(self).setdefault("namespace_metadata", MetaData())
    return found


def with_namespace(init: Callable[..., None]) -> Callable[..., None]:
    """Return the constructor of ``CreateTableOp``, with one keyword more."""

    @functools.wraps(init)
    def wrapped(self: CreateTableOp, *args: Any, _namespace_metadata: MetaData | None = None, **kw: Any) -> None:
        init(self, *args, **kw)
        if _namespace_metadata is not None:
            vars(self)["namespace_metadata"] = _namespace_metadata

    return wrapped


def create_from_table(cls: type[CreateTableOp], table: Table, *, _namespace_metadata: Any = None) -> CreateTableOp:
    """Return the directive that creates *table*; its MetaData is the table's, unless another is given."""
    op: CreateTableOp = _FROM_TABLE[CreateTableOp](cls, table)
    vars(op)["namespace_metadata"] = _namespace_metadata or table.metadata
    return op


def drop_from_table(cls: type[DropTableOp], table: Table, *, _namespace_metadata: Any = None) -> DropTableOp:
    """Return the directive that drops *table*, and knows how to create it again."""
    op: DropTableOp = _FROM_TABLE[DropTableOp](cls, table)
    if op._reverse is not None:
        vars(op._reverse)["namespace_metadata"] = _namespace_metadata or table.metadata
    return op


_FROM_TABLE: dict[type, Callable[..., Any]] = {
    CreateTableOp: vars(CreateTableOp)["from_table"].__func__,
    DropTableOp: vars(DropTableOp)["from_table"].__func__,
}


def verify_id(self: Revision, revision: str) -> None:
    """Raise unless *revision* can be an id."""
    verify_rev_id(revision, self.path)


def no_options(self: DefaultImpl, reflected_object: Mapping[str, Any], kind: str) -> dict[str, Any]:
    """Return the dialect's options of something reflected that count: what core reads are only those already."""
    return dict(reflected_object.get("dialect_options", {}))


ADAPTERS: dict[tuple[type, str], Any] = {
    (ScriptDirectory, "_upgrade_revs"): upgrade_revs,
    (ScriptDirectory, "_downgrade_revs"): downgrade_revs,
    (ScriptDirectory, "_stamp_revs"): stamp_revs,
    (ScriptDirectory, "_load_revisions"): load_revisions,
    (Script, "_from_path"): staticmethod(script_from_path),
    (RevisionMap, "_revision_map"): property(revision_map),
    (DefaultImpl, "_exec"): exec_,
    (DefaultImpl, "adjust_reflected_dialect_options"): no_options,
    (DefaultImpl, "type_arg_extract"): (),
    (DefaultImpl, "identity_attrs_ignore"): (),
    (CreateTableOp, "_namespace_metadata"): property(namespace_metadata),
    (CreateTableOp, "from_table"): classmethod(create_from_table),
    (DropTableOp, "from_table"): classmethod(drop_from_table),
    (Revision, "verify_rev_id"): verify_id,
}
"""What is set where."""


def attach() -> None:
    """Set the adapters, once a process."""
    if hasattr(ScriptDirectory, "_upgrade_revs"):
        return
    for (owner, name), adapter in ADAPTERS.items():
        setattr(owner, name, adapter)
    setattr(CreateTableOp, "__init__", with_namespace(CreateTableOp.__init__))  # noqa: B010  # mypy knows why
