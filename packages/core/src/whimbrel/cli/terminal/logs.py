"""Log lines on standard error, where neither env.py nor the application says what to do with them."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable
from typing import TextIO


def show_logs(level: int) -> Callable[[], None]:
    """Print Whimbrel's log lines from *level* up, unless somebody has set up handlers of their own, and warnings.

    The handler takes the place of ``logging.lastResort``, which Python asks only where no other handler answers: a
    program's or an env.py's own set-up is neither doubled nor replaced.

    :param level: for example ``logging.INFO``.
    :return: puts everything back as it was.
    """
    import warnings

    logger = logging.getLogger("whimbrel")
    before = logging.lastResort, logger.level, warnings.showwarning
    handler = logging.StreamHandler()
    handler.setLevel(level)
    handler.setFormatter(logging.Formatter("%(levelname)-5s [%(name)s] %(message)s"))
    logging.lastResort = handler
    logger.setLevel(level)

    def show_warning(
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        file: TextIO | None = None,
        line: str | None = None,
    ) -> None:
        if category is UserWarning:  # meant for people, who have no use for the line of code that says it
            sys.stderr.write(f"Warning: {message}\n")
        else:
            before[2](message, category, filename, lineno, file, line)

    warnings.showwarning = show_warning

    def restore() -> None:
        warnings.showwarning = before[2]
        logging.lastResort = before[0]
        logger.setLevel(before[1])

    return restore
