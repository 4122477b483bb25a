"""The three operations as Python, for the scripts that autogenerate writes."""

from __future__ import annotations

from acme_views.directives import CreateViewOp, DropViewOp, Query, ReplaceViewOp
from whimbrel.plugins import MigrationRun


def render(op: CreateViewOp | ReplaceViewOp | DropViewOp, context: MigrationRun) -> str:
    """Return the call that makes *op*."""
    arguments = [repr(op.name)]
    if isinstance(op, CreateViewOp | ReplaceViewOp):
        arguments.append(_query(op.query, context))
    if op.schema is not None:
        arguments.append(f"schema={op.schema!r}")
    if isinstance(op, DropViewOp):
        arguments += [f"{name}=True" for name in ("if_exists", "cascade") if getattr(op, name)]
    if isinstance(op, ReplaceViewOp | DropViewOp) and op.existing_query is not None:
        arguments.append(f"existing_query={_query(op.existing_query, context)}")
    verb = {CreateViewOp: "create_view", ReplaceViewOp: "replace_view", DropViewOp: "drop_view"}[type(op)]
    call = f"{context.opts['alembic_module_prefix']}{verb}"
    one_line = f"{call}({', '.join(arguments)})"
    if len(one_line) <= 100 and "\n" not in one_line:
        return one_line
    return "\n".join([f"{call}(", *(f"    {argument}," for argument in arguments), ")"])


def _query(query: Query, context: MigrationRun) -> str:
    """Return a query as a literal, one line of it a line."""
    if not isinstance(query, str):
        query = str(query.compile(dialect=context.dialect, compile_kwargs={"literal_binds": True}))
    lines = query.splitlines(keepends=True)
    if len(lines) < 2:
        return repr(query)
    return "\n".join(["(", *(f"        {line!r}" for line in lines), "    )"])
