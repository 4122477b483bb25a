"""Cases of columns that compute or count by themselves, where such a column can be altered at all."""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy import Column, Computed, Identity, Integer

from whimbrel.impl import Capability as Can
from whimbrel.impl import Support
from whimbrel.operations import Operations
from whimbrel.testing.running import Action
from whimbrel.testing.suites.case import Case
from whimbrel.testing.suites.start import key

PLAIN: Final[dict[str, Any]] = {"existing_type": Integer(), "existing_nullable": True}
COUNTS: Final[dict[str, Any]] = {"existing_type": Integer(), "existing_nullable": False}


def stored(sqltext: str) -> Computed:
    """Return what a stored column computes: fewer databases alter virtual ones."""
    return Computed(sqltext, persisted=True)


def sums(op: Operations) -> None:
    """Create a table with a plain column, and one that computes where something could be done to it."""
    altered = any(op.impl.support(can) is not Support.NO for can in (Can.COMPUTED_EXPRESSION, Can.COMPUTED_TO_PLAIN))
    computes = [stored("a + 1")] if altered else []
    op.create_table("sums", key("a"), Column("plain", Integer), Column("total", Integer, *computes))


def keys(*identity: Identity) -> Action:
    """Return what creates a table with a column that counts, where something could be done to it."""

    def create(op: Operations) -> None:
        altered = any(op.impl.support(can) is not Support.NO for can in (Can.IDENTITY_OPTIONS, Can.IDENTITY_TO_PLAIN))
        counts = identity if altered else ()
        op.create_table("keys", Column("a", Integer, *counts, nullable=False), Column("b", Integer))

    return create


def computing(column_name: str, new: Computed | None, old: Computed | None) -> Action:
    """Return an action that changes what a column of ``sums`` computes; ``None`` for nothing."""
    was: dict[str, Any] = {} if old is None else {"existing_server_default": old}
    return lambda op: op.alter_column("sums", column_name, server_default=new, **was, **PLAIN)


def counting(new: Identity | None, old: Identity | None) -> Action:
    """Return an action that changes how the column of ``keys`` counts; ``None`` for not at all."""
    was: dict[str, Any] = {} if old is None else {"existing_server_default": old}
    return lambda op: op.alter_column("keys", "a", server_default=new, **was, **COUNTS)


GENERATED: Final[tuple[Case, ...]] = (
    Case(
        "alter_column_computed",
        computing("plain", stored("a + 1"), None),
        "- column sums.plain INTEGER null\n+ column sums.plain INTEGER null computed *1*",
        computing("plain", None, stored("a + 1")),
        needs=(Can.PLAIN_TO_COMPUTED,),
        back_needs=(Can.COMPUTED_TO_PLAIN,),
        start=sums,
    ),
    Case(
        "alter_column_computed_expression",
        computing("total", stored("a + 2"), stored("a + 1")),
        "- column sums.total INTEGER null computed *1*\n+ column sums.total INTEGER null computed *2*",
        computing("total", stored("a + 1"), stored("a + 2")),
        needs=(Can.COMPUTED_EXPRESSION,),
        back_needs=(Can.COMPUTED_EXPRESSION,),
        start=sums,
    ),
    Case(
        "alter_column_computed_no_more",
        computing("total", None, stored("a + 1")),
        "- column sums.total INTEGER null computed *1*\n+ column sums.total INTEGER null",
        computing("total", stored("a + 1"), None),
        needs=(Can.COMPUTED_TO_PLAIN,),
        back_needs=(Can.PLAIN_TO_COMPUTED,),
        start=sums,
        may_pass_over=True,  # where there is no such column
    ),
    Case(
        "alter_column_identity",
        counting(Identity(start=5), None),
        "- column keys.a INTEGER not null\n+ column keys.a INTEGER not null identity from 5",
        counting(None, Identity(start=5)),
        needs=(Can.PLAIN_TO_IDENTITY,),
        back_needs=(Can.IDENTITY_TO_PLAIN,),
        start=keys(),
    ),
    Case(
        "alter_column_identity_options",
        counting(Identity(always=True, start=5), Identity(start=5)),
        "- column keys.a INTEGER not null identity from 5\n+ column keys.a INTEGER not null identity always from 5",
        counting(Identity(start=5), Identity(always=True, start=5)),
        needs=(Can.IDENTITY_OPTIONS,),
        back_needs=(Can.IDENTITY_OPTIONS,),
        start=keys(Identity(start=5)),
    ),
    Case(
        "alter_column_identity_no_more",
        counting(None, Identity(start=5)),
        "- column keys.a INTEGER not null identity from 5\n+ column keys.a INTEGER not null",
        counting(Identity(start=5), None),
        needs=(Can.IDENTITY_TO_PLAIN,),
        back_needs=(Can.PLAIN_TO_IDENTITY,),
        start=keys(Identity(start=5)),
        may_pass_over=True,  # where there is no such column
    ),
)
"""What may be done to a column that computes or counts, and to a plain one that is to."""
