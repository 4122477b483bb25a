"""A block as SQL text, over a table that ``copy_from`` describes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from whimbrel.operations import BatchOperations, Operations

Changes = Callable[[BatchOperations], object]


@pytest.fixture
def rebuilt(sql: Callable[..., str]) -> Callable[..., str]:
    """Carry out *changes* of *table* as text, each statement in one line."""

    def run(table: sa.Table, changes: Changes, dialect: str | None = None, opts: Any = None, **settings: Any) -> str:
        def script(op: Operations) -> None:
            with op.batch_alter_table(
                table.name, schema=table.schema, recreate="always", copy_from=table, **settings
            ) as batch:
                changes(batch)

        text = sql(script, dialect, **(opts or {}))
        statements = (" ".join(statement.split()) for statement in text.split(";"))
        return "\n".join(statement for statement in statements if statement)

    return run
