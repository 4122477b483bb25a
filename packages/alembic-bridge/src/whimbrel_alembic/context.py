"""``alembic.context``: core's, but for the names by which ``configure()`` chooses what takes part in a comparison."""

from __future__ import annotations

from typing import Any

from whimbrel import context
from whimbrel_alembic.plugins import with_translated
from whimbrel_alembic.runtime import EnvironmentContext, announce

__all__ = ["EnvironmentContext", "configure"]


def configure(*args: Any, **kw: Any) -> None:
    """Name the database of this run; see :meth:`whimbrel.runtime.environment.EnvironmentContext.configure`.

    :param args: as that method takes them.
    :param kw: likewise; ``autogenerate_plugins`` holds patterns of Alembic's names.
    """
    context.configure(*args, **with_translated(kw))
    announce(context.get_context())
