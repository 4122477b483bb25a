"""Log lines on standard error, where neither env.py nor the application says what to do with them."""

from __future__ import annotations

import logging


def show_logs(level: int) -> None:
    """Print Whimbrel's log lines from *level* up, unless somebody has set up handlers of their own.

    The handler takes the place of ``logging.lastResort``, which Python asks only where no other handler answers: a
    program's or an env.py's own set-up is neither doubled nor replaced.

    :param level: for example ``logging.INFO``.
    """
    handler = logging.StreamHandler()
    handler.setLevel(level)
    handler.setFormatter(logging.Formatter("%(levelname)-5.5s [%(name)s] %(message)s"))
    logging.lastResort = handler
    logging.getLogger("whimbrel").setLevel(level)
