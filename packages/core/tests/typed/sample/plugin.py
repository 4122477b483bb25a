"""How a package that adds verbs has them typed, and how a script uses them; it is checked, never run."""

from __future__ import annotations

from typing import cast

import sqlalchemy as sa

from whimbrel import op as whimbrel_op
from whimbrel.operations import MigrateOperation, Operations


class CreateViewOp(MigrateOperation):
    def __init__(self, name: str, query: str) -> None:
        self.name = name
        self.query = query

    @classmethod
    def create_view(cls, operations: Operations, name: str, query: str) -> None:
        operations.invoke(cls(name, query))


class ViewOperations(Operations):
    def create_view(self, name: str, query: str) -> None:
        CreateViewOp.create_view(self, name, query)


op = cast(ViewOperations, whimbrel_op)


def upgrade() -> None:
    op.create_table("book", sa.Column("title", sa.String(80)))
    op.create_view("titles", query="SELECT title FROM book")
