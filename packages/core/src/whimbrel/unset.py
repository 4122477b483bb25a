"""UNSET: the caller said nothing, which is not the same as None."""

from __future__ import annotations

import enum
from typing import Final, Literal


class Unset(enum.Enum):
    """The type of :data:`UNSET`; an enum, so that ``x is UNSET`` narrows for type checkers."""

    UNSET = "unset"

    def __repr__(self) -> str:
        return "UNSET"

    def __bool__(self) -> bool:
        return False


UNSET: Final = Unset.UNSET
UnsetType = Literal[Unset.UNSET]
