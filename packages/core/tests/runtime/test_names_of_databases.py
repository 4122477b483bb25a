"""Several databases in one run: what is told of it names each, in log lines and on a terminal."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path

import pytest

from whimbrel import command
from whimbrel.cli.terminal.progress import Progress
from whimbrel.config import Config

ENV = """
from whimbrel import context
from sqlalchemy import NullPool, create_engine

for name in ("books", "orders", None):
    with create_engine(f"sqlite:///{name}.db", poolclass=NullPool).connect() as connection:
        context.configure(connection=connection, %s)
        with context.begin_transaction():
            context.run_migrations(%s)
"""
SCRIPT = """
revision = "a1"
down_revision = None

def upgrade(**given):
    pass
"""


@pytest.fixture(params=[("engine_name=name", ""), ("", "engine_name=name")], ids=["configure", "run_migrations"])
def config(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    monkeypatch.chdir(tmp_path)
    Path("migrations/versions").mkdir(parents=True)
    Path("migrations/env.py").write_text(ENV % request.param)
    Path("migrations/versions/a1.py").write_text(SCRIPT)
    config = Config()
    config.set_main_option("script_location", "migrations")
    return config


def test_log_lines_name_the_database(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "whimbrel.runtime.migration")
    command.upgrade(config, "head")
    assert [record.getMessage() for record in caplog.records if "Running" in record.getMessage()] == [
        "books: Running upgrade  -> a1",
        "orders: Running upgrade  -> a1",
        "Running upgrade  -> a1",
    ]


def test_so_does_the_line_of_a_failure(config: Config, caplog: pytest.LogCaptureFixture) -> None:
    Path("migrations/versions/a1.py").write_text(SCRIPT.replace("pass", "1 / 0"))
    with pytest.raises(Exception, match="division by zero"):
        command.upgrade(config, "head")
    assert "books: Failed upgrade  -> a1 (1 of 1)" in [record.getMessage() for record in caplog.records]


def test_so_does_the_terminal(config: Config) -> None:
    shown = io.StringIO()
    for _ in range(2):
        command.upgrade(config, "head", reporter=Progress(shown))
    lines = [line.rpartition("\r\x1b[K")[2] for line in shown.getvalue().rstrip("\n").split("\n")]
    assert [re.sub(r"\d+\.\d\d s", "0.00 s", line) for line in lines] == [
        "books: [1/1] upgrade <base> -> a1  0.00 s",
        "books: Done: 1 step in 0.00 s",
        "orders: [1/1] upgrade <base> -> a1  0.00 s",
        "orders: Done: 1 step in 0.00 s",
        "[1/1] upgrade <base> -> a1  0.00 s",
        "Done: 1 step in 0.00 s",
        "books: Nothing to do: the database is there already.",
        "orders: Nothing to do: the database is there already.",
        "Nothing to do: the database is there already.",
    ]
