"""Names that released add-ons reach for, most with an underscore: adapters over what core offers, set on its classes.

Core has none of them. They are set when ``alembic`` is first imported, so that the objects of a run have them too.
"""

from __future__ import annotations

import dataclasses
import functools
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import CursorResult, Executable, MetaData, Table, text
from sqlalchemy.util import immutabledict

from whimbrel.config import Config
from whimbrel.config.parse import path_separator
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
from whimbrel.runtime.environment import EnvironmentContext
from whimbrel.runtime.migration import MigrationContext
from whimbrel.runtime.planning import Planner
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


def version_locations(self: ScriptDirectory) -> list[str]:
    """Return the folders of the version files."""
    return self.version_locations or [os.path.join(self.dir, "versions")]


def separator_character(self: Config, name: str) -> str | None:
    """Return the character that the option *name* says stands between paths; ``None`` where it says nothing."""
    if not self.get_main_option(name):
        return None
    said, _ = path_separator(self.lookup())
    return {"os": os.pathsep, "space": " ", "newline": "\n"}.get(said, said)


def planner(self: MigrationContext) -> Planner | None:
    """Return the function that plans runs over this context; ``None`` where its environment does."""
    return self.options.extra.get("fn")


def plan_by(self: MigrationContext, function: Planner | None) -> None:
    """Plan runs over this context by *function*."""
    self.options = dataclasses.replace(self.options, extra={**self.options.extra, "fn": function})


def context_options(self: EnvironmentContext) -> dict[str, Any]:
    """Return the options of the context, which each context of ours has for itself."""
    own: dict[str, Any] | None = vars(self).get("context_options")
    return self.get_context().opts if own is None else own


def set_context_options(self: EnvironmentContext, options: dict[str, Any]) -> None:
    """Remember *options*, which add-ons copy so that the next context does not share them: here none does."""
    vars(self)["context_options"] = options


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


ADAPTERS: dict[tuple[type, str], Any] = {
    (ScriptDirectory, "_upgrade_revs"): upgrade_revs,
    (ScriptDirectory, "_downgrade_revs"): downgrade_revs,
    (ScriptDirectory, "_stamp_revs"): stamp_revs,
    (ScriptDirectory, "_load_revisions"): load_revisions,
    (ScriptDirectory, "_version_locations"): property(version_locations),
    (Config, "_get_file_separator_char"): separator_character,
    (MigrationContext, "_migrations_fn"): property(planner, plan_by),
    (EnvironmentContext, "context_opts"): property(context_options, set_context_options),
    (Script, "_from_path"): staticmethod(script_from_path),
    (RevisionMap, "_revision_map"): property(revision_map),
    (DefaultImpl, "_exec"): exec_,
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
