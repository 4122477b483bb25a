"""``alembic.autogenerate.render``: functions that add-ons call to spell a directive the ordinary way.

Each is an adapter of the signature that released add-ons know, over the renderers of the autogenerate package. Add-ons
take the last bracket away and go on with an argument of their own, so no comma stands before it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import Column
from sqlalchemy.types import TypeEngine

from whimbrel.operations import ops
from whimbrel_autogen import AutogenContext, renderers
from whimbrel_autogen.render.context import Rendering
from whimbrel_autogen.render.layout import laid_out
from whimbrel_autogen.render.schema import render_column, render_default
from whimbrel_autogen.render.script import indented, render_ops
from whimbrel_autogen.render.types import render_type

__all__ = ["renderers"]


def _built_in(autogen_context: AutogenContext, op: ops.MigrateOperation) -> str:
    spelled = laid_out(renderers.built_in(Rendering(autogen_context), op))
    return re.sub(r",\s*\)\Z", ")", spelled)


def _alter_column(autogen_context: AutogenContext, op: ops.AlterColumnOp) -> str:
    without = copy.copy(op)  # the keywords of a dialect are left to the add-on, as it expects
    without.kw = {name: value for name, value in op.kw.items() if "autoincrement" in name}
    return _built_in(autogen_context, without)


_add_table: Callable[[AutogenContext, ops.CreateTableOp], str] = _built_in
_drop_table: Callable[[AutogenContext, ops.DropTableOp], str] = _built_in
_add_column: Callable[[AutogenContext, ops.AddColumnOp], str] = _built_in
_drop_column: Callable[[AutogenContext, ops.DropColumnOp], str] = _built_in
_add_index: Callable[[AutogenContext, ops.CreateIndexOp], str] = _built_in
_drop_index: Callable[[AutogenContext, ops.DropIndexOp], str] = _built_in


def _render_cmd_body(op_container: ops.OpContainer, autogen_context: AutogenContext) -> str:
    lines = render_ops(op_container, Rendering(autogen_context)) or ["pass"]
    return indented(lines)


def _render_column(column: Column[Any], autogen_context: AutogenContext) -> str:
    return laid_out(render_column(Rendering(autogen_context), column))


def _render_server_default(default: Any, autogen_context: AutogenContext, repr_: bool = True) -> str | None:
    rendered = render_default(Rendering(autogen_context), default)
    return None if rendered is None else laid_out(rendered)


def _repr_type(type_: TypeEngine[Any], autogen_context: AutogenContext, _skip_variants: bool = False) -> str:
    return laid_out(render_type(Rendering(autogen_context), type_))
