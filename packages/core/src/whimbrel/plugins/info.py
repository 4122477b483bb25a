"""What is known of one installed plugin, and how its failure is told."""

from __future__ import annotations

from typing import Literal, NamedTuple

from whimbrel.errors import PluginError
from whimbrel.redact import redact

PluginState = Literal["loaded", "available", "failed", "disabled"]
"""``available``: installed, and nothing has needed it yet. ``disabled``: switched off by ``--no-plugins``."""


class PluginInfo(NamedTuple):
    """One entry point of an installed distribution, as ``whimbrel plugins`` lists it.

    :param group: its entry-point group, such as ``whimbrel.dialects``.
    :param name: its name within the group.
    :param value: the module, or ``module:object``, that it names.
    :param distribution: what to give to pip.
    :param version: the installed version of the distribution.
    :param state: whether it is loaded.
    :param error: why it failed, on one line; ``None`` where it did not.
    :param hooks: the hooks it implements; empty until it is loaded.
    """

    group: str
    name: str
    value: str
    distribution: str
    version: str
    state: PluginState
    error: str | None = None
    hooks: tuple[str, ...] = ()


def describe(error: BaseException) -> str:
    """Return *error* on one line, with the place that raised it and without passwords.

    :param error: what importing or calling a plugin raised.

    Example::

        >>> describe(ModuleNotFoundError("No module named 'views'"))
        "ModuleNotFoundError: No module named 'views'"
    """
    if isinstance(error, PluginError):
        return redact(error.message)
    said = " ".join(str(error).split())
    told = f"{type(error).__name__}: {said}" if said else type(error).__name__
    return redact(told + _place(error))


def _place(error: BaseException) -> str:
    """Name the last line outside of Python's import machinery and of Whimbrel's own loading."""
    if isinstance(error, SyntaxError):
        return ""  # it says so itself
    place = ""
    step = error.__traceback__
    while step is not None:
        file = step.tb_frame.f_code.co_filename
        package = str(step.tb_frame.f_globals.get("__name__")).partition(".")[0]
        if package not in ("whimbrel", "importlib", "pluggy") and not file.startswith("<frozen"):
            place = f" ({file}, line {step.tb_lineno})"
        step = step.tb_next
    return place
