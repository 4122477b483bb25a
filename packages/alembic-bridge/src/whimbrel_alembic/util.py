"""``alembic.util``: the helpers that people came to use."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterable
from functools import cached_property as memoized_property
from typing import Any, NoReturn, TypeVar

import sqlalchemy
from sqlalchemy.util import immutabledict, unique_list

from whimbrel.commands.new_revision import new_revision_id as rev_id
from whimbrel.config.parse import FLAGS
from whimbrel.redact import redact
from whimbrel_alembic.dispatch import Dispatcher, DispatchPriority, PriorityDispatcher, PriorityDispatchResult

__all__ = [
    "EMPTY_DICT",
    "DispatchPriority",
    "Dispatcher",
    "PriorityDispatchResult",
    "PriorityDispatcher",
    "asbool",
    "err",
    "format_as_comma",
    "immutabledict",
    "memoized_property",
    "msg",
    "not_none",
    "obfuscate_url_pw",
    "rev_id",
    "sqla_2_1",
    "to_list",
    "to_tuple",
    "unique_list",
    "warn",
    "warn_deprecated",
]

T = TypeVar("T")

EMPTY_DICT: immutabledict[Any, Any] = immutabledict()

sqla_2_1 = tuple(int(part) for part in sqlalchemy.__version__.split(".")[:2]) >= (2, 1)


def asbool(obj: Any) -> bool:
    """Return what a text such as ``true``, ``no`` or ``1`` says; of anything else, whether it is true.

    :raises ValueError: the text says neither.
    """
    if not isinstance(obj, str):
        return bool(obj)
    text = obj.strip().lower()
    known = {**FLAGS, "y": True, "t": True, "n": False, "f": False}
    if text not in known:
        raise ValueError(f"{obj!r} is neither true nor false.")
    return known[text]


def to_list(x: Any, default: list[Any] | None = None) -> list[Any]:
    """Return something, or several things, as a list; *default* for ``None``."""
    if x is None:
        return default  # type: ignore[return-value]  # the peer's own promise is no better
    return [x] if isinstance(x, str) or not isinstance(x, Iterable) else list(x)


def to_tuple(x: Any, default: tuple[Any, ...] | None = None) -> tuple[Any, ...] | None:
    """Return something, or several things, as a tuple; *default* for ``None``."""
    return default if x is None else tuple(to_list(x))


def not_none(value: T | None) -> T:
    """Return *value*, which is not ``None``."""
    assert value is not None
    return value


def format_as_comma(value: str | Iterable[str] | None) -> str:
    """Return ids as templates write them: nothing, one, or several with commas between."""
    if value is None:
        return ""
    return value if isinstance(value, str) else ", ".join(value)


def obfuscate_url_pw(input_url: str) -> str:
    """Return a database URL with its password hidden."""
    return redact(str(input_url))


def err(message: str, quiet: bool = False) -> NoReturn:
    """Print that something failed, and end the program.

    :param message: what failed.
    :param quiet: print nothing.
    """
    msg(f"FAILED: {message}", quiet=quiet)
    sys.exit(-1)


def msg(msg: str, newline: bool = True, flush: bool = False, quiet: bool = False) -> None:
    """Print a line for people.

    :param msg: the line.
    :param newline: end it.
    :param flush: show it at once.
    :param quiet: print nothing.
    """
    if quiet:
        return
    sys.stdout.write(f"  {msg}" + ("\n" if newline else ""))
    if flush:
        sys.stdout.flush()


def warn(msg: str, stacklevel: int = 2) -> None:
    """Warn the caller's caller."""
    warnings.warn(msg, UserWarning, stacklevel=stacklevel)


def warn_deprecated(msg: str, stacklevel: int = 2) -> None:
    """Warn the caller's caller that something goes away."""
    warnings.warn(msg, DeprecationWarning, stacklevel=stacklevel)
