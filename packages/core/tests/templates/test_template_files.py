"""The templates: which files they have, and what becomes of each."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mako.template import Template

from whimbrel.config import Config
from whimbrel.errors import CommandError
from whimbrel.templates import TemplateFile, assignment, revises, script_location, template_files

FOLDER = Config().get_template_directory()

CONFIG_FILES = {
    "generic": "whimbrel.ini",
    "async": "whimbrel.ini",
    "multidb": "whimbrel.ini",
    "pyproject": "pyproject.toml",
    "pyproject_async": "pyproject.toml",
    "minimal": "whimbrel.toml",
}


def source(template: str, name: str) -> Path:
    return Path(FOLDER, template, name)


def render(template: str, name: str, **variables: object) -> str:
    rendered = Template(filename=str(source(template, name)), input_encoding="utf-8").render(**variables)
    assert isinstance(rendered, str)
    return rendered


def revision_file(template: str, **changes: object) -> str:
    config = Config()
    config.set_main_option("databases", "engine1, engine2")
    variables = {
        "message": "create account table",
        "up_revision": "a1b2",
        "down_revision": None,
        "branch_labels": None,
        "depends_on": None,
        "create_date": "2025-01-31 12:00:00",
        "imports": "",
        "upgrades": "",
        "downgrades": "",
        "config": config,
    }
    return render(template, "script.py.mako", **{**variables, **changes})


def test_every_template_is_complete() -> None:
    found = {name: [file.name for file in template_files(FOLDER, name)] for name in CONFIG_FILES}
    env = ["README", "env.py", "script.py.mako"]
    assert found == {
        "generic": [*env, "whimbrel.ini"],
        "async": [*env, "whimbrel.ini"],
        "multidb": [*env, "whimbrel.ini"],
        "pyproject": [*env, "pyproject.toml"],
        "pyproject_async": [*env, "pyproject.toml"],
        "minimal": ["README", "script.py.mako", "whimbrel.toml"],
    }
    assert sorted(path.name for path in Path(FOLDER).iterdir() if path.joinpath("README").is_file()) == sorted(found)


def test_only_the_configuration_is_rendered() -> None:
    assert template_files(FOLDER, "minimal") == [
        TemplateFile(str(source("minimal", "README")), "README", False),
        TemplateFile(str(source("minimal", "script.py.mako")), "script.py.mako", False),
        TemplateFile(str(source("minimal", "whimbrel.toml.mako")), "whimbrel.toml", True),
    ]


@pytest.mark.parametrize("name", ["genric", "", "..", "__pycache__"])
def test_no_such_template(name: str) -> None:
    with pytest.raises(CommandError) as caught:
        template_files(FOLDER, name)
    assert str(caught.value) == (
        f"There is no template {name!r}.\nThere are: async, generic, minimal, multidb, pyproject, pyproject_async.  "
        "See:  whimbrel list_templates"
    )


@pytest.mark.parametrize(
    ("directory", "config_file", "text"),
    [
        ("migrations", "whimbrel.ini", "%(here)s/migrations"),
        ("./db/migrations/", "pyproject.toml", "%(here)s/db/migrations"),
        ("migrations", "settings/whimbrel.ini", "%(here)s/../migrations"),
        ("100%", "whimbrel.ini", "%(here)s/100%%"),
        ("100%", "whimbrel.toml", "%(here)s/100%"),
    ],
)
def test_the_place_of_the_scripts_is_told_from_the_configuration(directory: str, config_file: str, text: str) -> None:
    assert script_location(directory, config_file) == text


@pytest.mark.parametrize(("template", "file"), CONFIG_FILES.items())
def test_the_new_configuration_is_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str, file: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(file).write_text(render(template, f"{file}.mako", script_location="%(here)s/migrations"))
    monkeypatch.setenv("DATABASE_URL", "sqlite:///shop.db")
    monkeypatch.setenv("DATABASE_URL1", "sqlite:///one.db")
    monkeypatch.setenv("DATABASE_URL2", "sqlite:///two.db")
    config = Config.discover()
    settings = config.settings
    assert settings.warnings == ()
    assert settings.script_directory() == f"{tmp_path}/migrations"
    assert settings.prepend_sys_path == (str(tmp_path),)
    if template == "multidb":
        assert config.get_main_option("databases") == "engine1, engine2"
        urls = [config.get_section_option(name, "sqlalchemy.url") for name in ("engine1", "engine2")]
        assert urls == ["sqlite:///one.db", "sqlite:///two.db"]
    else:
        assert settings.require_url().reveal() == "sqlite:///shop.db"


@pytest.mark.parametrize(("template", "file"), CONFIG_FILES.items())
def test_what_is_commented_out_in_the_new_configuration_works_too(tmp_path: Path, template: str, file: str) -> None:
    lines = render(template, f"{file}.mako", script_location="%(here)s/migrations").splitlines()
    keys = ("target_metadata", "file_template", "timezone", "[", "hooks", "ruff.", "name", "type", "module", "options")
    live = [line[2:] if line.startswith("# ") and line[2:].startswith(keys) else line for line in lines]
    (tmp_path / file).write_text("\n".join(live))
    settings = Config.discover([str(tmp_path / file)]).settings
    assert settings.warnings == ()
    assert settings.file_template == "%(year)d/%(month).2d/%(rev)s_%(slug)s"
    assert settings.timezone == "UTC"
    assert settings.target_metadata == (() if template == "multidb" else ("myapp.models:Base.metadata",))
    assert settings.post_write_hooks == (
        ("ruff", {"type": "module", "module": "ruff", "options": "format REVISION_SCRIPT_FILENAME"}),
    )


@pytest.mark.parametrize("template", [name for name in CONFIG_FILES if name != "multidb"])
def test_a_new_revision_file(template: str) -> None:
    assert (
        revision_file(template)
        == '''\
"""create account table

Revision ID: a1b2
Revises: nothing, it is the first
Create Date: 2025-01-31 12:00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa

from whimbrel import op

# Plain values, so that whimbrel can read them without running this file.
revision: str = "a1b2"
down_revision: str | Sequence[str] | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
'''
    )


def test_a_new_revision_file_with_everything() -> None:
    assert revision_file(
        "generic",
        down_revision=("a1", "b2"),
        branch_labels=["billing"],
        depends_on="c3",
        imports="from sqlalchemy.dialects import postgresql",
        upgrades='op.add_column("a", sa.Column("b", postgresql.JSONB))\n    op.drop_table("c")',
        downgrades='op.drop_column("a", "b")',
    ).endswith('''\
Revises: a1, b2
Create Date: 2025-01-31 12:00:00
"""

from collections.abc import Sequence

import sqlalchemy as sa

from whimbrel import op
from sqlalchemy.dialects import postgresql

# Plain values, so that whimbrel can read them without running this file.
revision: str = "a1b2"
down_revision: str | Sequence[str] | None = ("a1", "b2")
branch_labels: str | Sequence[str] | None = ("billing",)
depends_on: str | Sequence[str] | None = "c3"


def upgrade() -> None:
    op.add_column("a", sa.Column("b", postgresql.JSONB))
    op.drop_table("c")


def downgrade() -> None:
    op.drop_column("a", "b")
''')


def test_a_new_revision_file_for_several_databases() -> None:
    text = revision_file("multidb", engine1_upgrades='op.drop_table("a")')
    assert (
        text[text.index("def upgrade") :]
        == """\
def upgrade(engine_name: str) -> None:
    globals()[f"upgrade_{engine_name}"]()


def downgrade(engine_name: str) -> None:
    globals()[f"downgrade_{engine_name}"]()


def upgrade_engine1() -> None:
    op.drop_table("a")


def downgrade_engine1() -> None:
    pass


def upgrade_engine2() -> None:
    pass


def downgrade_engine2() -> None:
    pass
"""
    )


MANY = tuple(f"{number:012x}" for number in range(9))


@pytest.mark.parametrize("value", [None, "a1", "", 'a"\\é', ("a1",), ("a1", "b2"), MANY, []])
def test_an_assignment_means_what_was_given(value: str | tuple[str, ...] | list[str] | None) -> None:
    text = assignment("depends_on: str | Sequence[str] | None", value)
    statement = ast.parse(text).body[0]
    assert isinstance(statement, ast.AnnAssign)
    assert statement.value is not None
    assert ast.literal_eval(statement.value) == (tuple(value) if isinstance(value, list) else value)
    assert all(len(line) <= 88 for line in text.splitlines())


def test_what_a_revision_follows() -> None:
    assert [revises(value) for value in (None, "a1", ("a1", "b2"))] == ["nothing, it is the first", "a1", "a1, b2"]


RUFF = shutil.which("ruff", path=str(Path(sys.executable).parent)) or shutil.which("ruff")


@pytest.mark.skipif(RUFF is None, reason="ruff is a tool of the lint session; this test needs it as a formatter")
@pytest.mark.parametrize("template", CONFIG_FILES)
def test_formatters_leave_new_files_as_they_are(tmp_path: Path, template: str) -> None:
    shapes: dict[str, dict[str, object]] = {
        "plain": {},
        "merge": {"down_revision": ("a1", "b2")},
        "large merge": {"down_revision": MANY},
    }
    for name, changes in shapes.items():
        (tmp_path / f"{name}.py").write_text(revision_file(template, **changes))
    if template != "minimal":
        shutil.copy(source(template, "env.py"), tmp_path)
    command = [str(RUFF), "format", "--isolated", "--line-length=88", "--diff", "--no-cache", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("", 0)
