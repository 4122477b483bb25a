"""Log lines on standard error, where neither env.py nor the application says what to do with them."""

from __future__ import annotations

import logging
from collections.abc import Callable


def show_logs(level: int) -> Callable[[], None]:
    """Print Whimbrel's log lines from *level* up, unless somebody has set up handlers of their own.

    The handler takes the place of ``logging.lastResort``, which Python asks only where no other handler answers: a
    program's or an env.py's own set-up is neither doubled nor replaced.

    :param level: for example ``logging.INFO``.
    :return: puts everything back as it was.
    """
    logger = logging.getLogger("whimbrel")
    before = logging.lastResort, logger.level
    handler = logging.StreamHandler()
    handler.setLevel(level)
    handler.setFormatter(logging.Formatter("%(levelname)-5.5s [%(name)s] %(message)s"))
    logging.lastResort = handler
    logger.setLevel(level)

    def restore() -> None:
        logging.lastResort = before[0]
        logger.setLevel(before[1])

    return restore
