"""``alembic.config.Config``: the configuration of a project of Alembic's."""

from __future__ import annotations

import os
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

    def get_template_directory(self) -> str:
        """Return the folder of the templates of ``init``: projects as Alembic makes them."""
        return os.path.join(os.path.dirname(os.path.abspath(__file__)), "templates")
