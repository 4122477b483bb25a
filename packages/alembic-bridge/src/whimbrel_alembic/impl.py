"""``alembic.ddl.impl``: what core's ``DefaultImpl`` does not have under the same name."""

from __future__ import annotations

from typing import Any

from whimbrel.impl import ComparisonResult, DefaultImpl

__all__ = ["ComparisonResult", "DefaultImpl", "ImplMeta"]


class ImplMeta(type):
    """The class of classes that serve a dialect. Core finds a subclass of ``DefaultImpl`` without it.

    :param classname: the name of the new class.
    :param bases: what it derives from.
    :param dict_: what is in it.
    """

    def __init__(cls, classname: str, bases: tuple[type, ...], dict_: dict[str, Any]) -> None:
        super().__init__(classname, bases, dict_)

    def __instancecheck__(cls, item: object) -> bool:
        """Say that each class derived from ``DefaultImpl`` is one."""
        return isinstance(item, type) and issubclass(item, DefaultImpl)
