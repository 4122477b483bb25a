"""What a page promises to list it lists: each command with its options, each setting, operation and method."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click
import pytest

import whimbrel.op
import whimbrel.testing
from whimbrel import command
from whimbrel.cli import exit_codes
from whimbrel.cli.table import COMMANDS
from whimbrel.cli.terminal.group import group
from whimbrel.config import Config
from whimbrel.config.settings import KNOWN_KEYS
from whimbrel.operations import Operations
from whimbrel.runtime.environment import EnvironmentContext
from whimbrel.runtime.options import MigrationOptions

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"


def page(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


def section(name: str, title: str) -> str:
    """The text below one heading of the second level."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", page(name), re.MULTILINE | re.DOTALL)
    assert found, f"{name} has no section {title}"
    return found[1]


def rows(text: str) -> Iterator[list[str]]:
    """The cells of each row of the tables in *text*, without headings."""
    for line in text.splitlines():
        if line.startswith("| ") and not line.startswith("| setting |"):
            yield [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip("|"))]


def options(of: click.Command) -> Iterator[tuple[str, ...]]:
    for parameter in of.params:
        if isinstance(parameter, click.Option):
            yield (*parameter.opts, *parameter.secondary_opts)


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_stands_on_its_page_with_its_options_and_no_others(name: str) -> None:
    text = section("commands.md", name)
    told = {word for row in rows(text) for word in re.findall(r"`(--?[\w-]+)", row[0])}
    assert told == {word for spellings in options(import_module(f"whimbrel.cli.{name}").command) for word in spellings}
    assert f"whimbrel {name}" in text


def test_the_options_before_the_command_stand_on_its_page() -> None:
    text = section("commands.md", "Options before the command")
    told = {word for row in rows(text) for word in re.findall(r"`(--?[\w-]+)", row[0])}
    assert told == {word for spellings in options(group) for word in spellings} | {"-h", "--help"}


def test_each_exit_code_stands_on_its_page() -> None:
    told = {int(row[0]) for row in rows(section("commands.md", "Exit codes")) if row[0].isdigit()}
    assert told == {value for name, value in vars(exit_codes).items() if name.isupper()}


def test_each_setting_stands_on_its_page_with_its_default() -> None:
    told = {row[0].strip("`"): row[2].strip("`") for row in rows(section("configuration.md", "All settings"))}
    assert set(told) == set(KNOWN_KEYS)
    settings = Config().settings
    for key, default in told.items():
        actual = getattr(settings, key, getattr(settings.safety, key, None))
        text = f"{actual:g}" if isinstance(actual, float) else str(actual)
        shown = text.lower() if isinstance(actual, bool) else text if actual else "none"
        assert default == shown, key


def test_each_environment_variable_stands_on_its_page() -> None:
    text = section("configuration.md", "Environment variables")
    sources = [path.read_text(encoding="utf-8") for path in ROOT.glob("packages/*/src/**/*.py")]
    read = {name for source in sources for name in re.findall(r'"(WHIMBREL_[A-Z_]+)"', source)}
    assert read == set(re.findall(r"`(WHIMBREL_[A-Z_]+)`", text))


def test_each_template_stands_on_its_page() -> None:
    told = {row[0].strip("`") for row in rows(section("configuration.md", "Templates"))}
    folder = Path(Config().get_template_directory())
    assert {path.parent.name for path in folder.glob("*/README")} == told - {"template"}


def test_each_method_of_context_stands_on_its_page() -> None:
    text = section("environment.md", "What `context` offers")
    methods = {name for name in vars(EnvironmentContext) if not name.startswith("_")} - {"steps"}
    assert methods - set(re.findall(r"`(\w+)", text)) == set()


def test_each_option_of_configure_stands_on_its_page() -> None:
    text = section("environment.md", "Options of `configure()`")
    names = {*MigrationOptions.__dataclass_fields__, "connection", "url", "dialect_name", "dialect_opts"}
    assert names - {"extra", "as_sql", "output_encoding"} - set(re.findall(r"`(\w+)", text)) == set()


def test_each_operation_stands_on_its_page() -> None:
    assert (
        set(whimbrel.op.__all__) - {"Operations", "context"} - set(re.findall(r"\w+", page("operations.md"))) == set()
    )
    assert {name for name in vars(Operations) if not name.startswith("_")} <= set(whimbrel.op.__all__)


def test_each_command_stands_in_the_reference() -> None:
    told = re.findall(r"autofunction:: whimbrel\.command\.(\w+)", page("reference/commands.md"))
    assert sorted(told) == sorted(command.__all__)


def test_each_name_for_authors_of_dialects_stands_in_the_reference() -> None:
    told = re.findall(r"auto\w+:: whimbrel\.testing\.(\w+)", page("reference/testing.md"))
    assert sorted(told) == sorted(whimbrel.testing.__all__)


def test_each_room_of_core_stands_on_the_page_of_the_house() -> None:
    core = ROOT / "packages/core/src/whimbrel"
    rooms = {path.parent.name for path in core.glob("*/__init__.py")} | {path.stem for path in core.glob("[a-z]*.py")}
    text = page("internals/house.md")
    assert {room for room in rooms if not re.search(rf"`(whimbrel\.)?{room}/?`", text)} == set()
