"""Logging as the ini file says, and never at the cost of the application's."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from whimbrel.config import Config
from whimbrel.errors import ConfigError

INI = """\
[whimbrel]

[loggers]
keys = root,shop

[handlers]
keys = console

[formatters]
keys = plain

[logger_root]
level = ERROR
handlers = console

[logger_shop]
level = DEBUG
handlers =
qualname = shop

[handler_console]
class = StreamHandler
args = (sys.stdout,)
formatter = plain

[formatter_plain]
format = %(levelname)s ${LEVEL} %(message)s
"""


@pytest.fixture
def ini(tmp_path: Path) -> Path:
    (tmp_path / "whimbrel.ini").write_text(INI)
    return tmp_path / "whimbrel.ini"


@pytest.fixture
def application_logger() -> Iterator[logging.Logger]:
    logger = logging.getLogger("shop.orders")
    yield logger
    logger.disabled = False
    logging.getLogger("shop").setLevel(logging.NOTSET)


def test_pain_14_a_program_keeps_its_logging(ini: Path, application_logger: logging.Logger) -> None:
    before = (logging.root.level, list(logging.root.handlers))
    assert logging.root.handlers  # pytest's, as those of an application would be
    Config(ini).configure_logging()
    assert (logging.root.level, logging.root.handlers) == before
    assert not application_logger.disabled


ON_THE_COMMAND_LINE = """
import logging, sys
from types import SimpleNamespace
from whimbrel.config import Config

application = logging.getLogger("application")
Config(sys.argv[1], cmd_opts=SimpleNamespace()).configure_logging()
logging.getLogger("shop").info("open")
logging.getLogger("other").info("below the root's level")
application.error("application heard: %s", not application.disabled)
"""


def test_pain_14_the_command_line_logs_as_the_ini_file_says_and_disables_nobody(ini: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ON_THE_COMMAND_LINE, str(ini)], capture_output=True, text=True, check=True
    )
    assert done.stdout == "INFO ${LEVEL} open\nERROR ${LEVEL} application heard: True\n"
    assert done.stderr == ""


def test_without_sections_nothing_happens(tmp_path: Path) -> None:
    (tmp_path / "whimbrel.ini").write_text("[whimbrel]\n")
    handlers = list(logging.root.handlers)
    Config(tmp_path / "whimbrel.ini", cmd_opts=SimpleNamespace()).configure_logging()
    Config(cmd_opts=SimpleNamespace()).configure_logging()
    assert logging.root.handlers == handlers


def test_broken_logging_sections_name_the_file(tmp_path: Path) -> None:
    (tmp_path / "whimbrel.ini").write_text("[whimbrel]\n[loggers]\nkeys = root\n")
    with pytest.raises(ConfigError, match=r"whimbrel\.ini: logging cannot be set up: .*\nMend the sections"):
        Config(tmp_path / "whimbrel.ini", cmd_opts=SimpleNamespace()).configure_logging()
