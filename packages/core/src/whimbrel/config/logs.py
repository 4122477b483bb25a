"""Setting up logging as an ini file says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from whimbrel.errors import ConfigError

if TYPE_CHECKING:
    from configparser import ConfigParser


def set_up_logging(parser: ConfigParser, file: str | None, *, in_program: bool) -> None:
    """Set up logging as the sections ``[loggers]``, ``[handlers]`` and ``[formatters]`` say; loggers stay enabled.

    :param parser: holds the sections.
    :param file: its file, for messages.
    :param in_program: an application runs commands by itself: nothing happens if it has set up logging already.
    :raises ConfigError: those sections are wrong.
    """
    import logging.config

    known = [logging.root, *logging.root.manager.loggerDict.values()]
    if in_program and any(getattr(logger, "handlers", None) for logger in known):
        return
    try:
        logging.config.fileConfig(parser, disable_existing_loggers=False)
    except Exception as error:  # it raises whatever the classes named in the file raise
        raise ConfigError(
            f"{file}: logging cannot be set up: {type(error).__name__}: {error}",
            "Mend the sections [loggers], [handlers] and [formatters], or remove them.",
            file=file,
        ) from error
