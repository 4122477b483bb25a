"""``alembic.context``: core's, but for the names by which ``configure()`` chooses what takes part in a comparison."""

from __future__ import annotations

from typing import Any

from whimbrel import context
from whimbrel_alembic.plugins import PATTERNS_OPTION, translated
from whimbrel_alembic.runtime import EnvironmentContext

__all__ = ["EnvironmentContext", "configure"]


def configure(*args: Any, **kw: Any) -> None:
    """Name the database of this run; see :meth:`whimbrel.runtime.environment.EnvironmentContext.configure`.

    :param args: as that method takes them.
    :param kw: likewise; ``autogenerate_plugins`` holds patterns of Alembic's names.
    """
    patterns = kw.get("autogenerate_plugins")
    if patterns is not None:
        kw = {**kw, "autogenerate_plugins": translated(patterns), PATTERNS_OPTION: tuple(patterns)}
    context.configure(*args, **kw)
