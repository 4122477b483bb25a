"""BatchSettings: what ``batch_alter_table`` is told besides the table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy import Table

Recreate = Literal["auto", "always", "never"]


@dataclass(frozen=True)
class BatchSettings:
    """What ``batch_alter_table`` is told besides the table: see its parameters."""

    recreate: Recreate = "auto"
    partial_reordering: Sequence[tuple[str, ...]] | None = None
    copy_from: Table | None = None
    table_args: Sequence[Any] = ()
    table_kwargs: Mapping[str, Any] = field(default_factory=dict)
    reflect_args: Sequence[Any] = ()
    reflect_kwargs: Mapping[str, Any] = field(default_factory=dict)
    naming_convention: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.recreate not in ("auto", "always", "never"):
            raise TypeError(f"batch_alter_table() takes recreate 'auto', 'always' or 'never', not {self.recreate!r}.")
