"""``alembic.config.Config``: the configuration of a project of Alembic's."""

from __future__ import annotations

from typing import ClassVar

from whimbrel.config import Config as WhimbrelConfig
from whimbrel.config.convention import Convention
from whimbrel_alembic.convention import ALEMBIC

__all__ = ["Config"]


class Config(WhimbrelConfig):
    """The configuration of one project; the parameters are those of :class:`whimbrel.config.Config`.

    Example::

        config = Config("alembic.ini")
        command.upgrade(config, "head")
    """

    convention: ClassVar[Convention] = ALEMBIC
