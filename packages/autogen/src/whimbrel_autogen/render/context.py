"""Rendering: how one script is spelt, and the imports that it turns out to need."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from whimbrel.impl import Capability, Support
from whimbrel.operations.batch.reading import conventional_name
from whimbrel.operations.ops import CreateIndexOp, DropIndexOp
from whimbrel_autogen.render.layout import Source, literal

if TYPE_CHECKING:
    from whimbrel.operations.ops import AddConstraintOp, ModifyTableOps
    from whimbrel_autogen.context import AutogenContext


_KINDS = {"unique": "uq", "foreignkey": "fk", "primary": "pk", "check": "ck"}
"""What kinds of constraints are called in a naming convention."""


class Rendering:
    """How one script is spelt.

    :param context: the comparison, whose options say it: prefixes, ``render_item``, ``render_as_batch``.
    """

    def __init__(self, context: AutogenContext) -> None:
        self.context = context
        self.sqlalchemy = str(context.opts.get("sqlalchemy_module_prefix") or "")
        self.operations = str(context.opts.get("alembic_module_prefix") or "")
        self.batch: str | None = None
        """What is called in a batch block, such as ``batch_op.``; ``None`` outside of one."""
        self.convention: dict[str, str] = {}
        """The naming convention that the batch block needs."""

    def as_batch(self, op: ModifyTableOps) -> bool:
        """Return whether the changes of a table are spelt as a batch block.

        Where nobody says, they are on a database whose ALTER TABLE does little, unless all of them are about indexes.

        :param op: the changes.
        """
        wanted = self.context.opts.get("render_as_batch")
        if wanted is not None:
            return bool(wanted)
        plain = all(isinstance(inner, CreateIndexOp | DropIndexOp) for inner in op.ops)
        return not plain and self.context.impl.support(Capability.ALTER_COLUMN_TYPE) is Support.NO

    def sa(self, name: str) -> str:
        """Return the name of something of SQLAlchemy, such as ``sa.Column``."""
        return f"{self.sqlalchemy}{name}"

    def verb(self, name: str) -> str:
        """Return what is called for an operation, such as ``op.add_column``."""
        return f"{self.batch if self.batch is not None else self.operations}{name}"

    def name(self, name: str | None) -> Source:
        """Return the name of a constraint or an index: final, so no naming convention adds to it."""
        from sqlalchemy.schema import conv

        if name is None:
            return "None"
        return f"{self.verb('f')}({literal(str(name))})" if isinstance(name, conv) else literal(str(name))

    def conventional(self, op: AddConstraintOp) -> str | None:
        """Return the name by which the batch block can drop a constraint that has none; the block is to be told how.

        :param op: what would create the constraint.
        """
        known = self.context.impl.constraint_convention
        name = conventional_name(op, known)
        kind = _KINDS.get(op.constraint_type, "")
        if name is not None and kind in known:
            self.convention[kind] = known[kind]
        return name

    def asked(self, kind: str, item: object) -> str | None:
        """Return what ``render_item`` or a plugin spells an object as; ``None`` where neither does.

        :param kind: ``type``, ``server_default``, ``column``, ``constraint``, ``index`` ...
        :param item: the object.
        """
        given = self.context.opts.get("render_item")
        if given is not None:
            said = given(kind, item, self.context)
            if said is not False:
                return None if said is None else str(said)
        hook = self.context.migration_context.plugins.hook.whimbrel_render_item
        answer: Any = hook(context=self.context, kind=kind, item=item, imports=self.context.imports)
        return None if answer is None else str(answer)

    @contextmanager
    def in_batch(self, prefix: str = "batch_op.") -> Iterator[None]:
        """Spell what is rendered within the block as calls in a batch block."""
        before = self.batch
        self.batch = prefix
        self.convention = {}
        try:
            yield
        finally:
            self.batch = before
