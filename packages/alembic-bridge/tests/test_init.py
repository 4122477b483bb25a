"""A project made by ``alembic.command.init`` is one that Alembic could have made."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

import whimbrel_alembic


@pytest.fixture(autouse=True)
def bridge() -> Iterator[None]:
    whimbrel_alembic.install()
    yield
    whimbrel_alembic.uninstall()


@pytest.mark.parametrize("template", ["generic", "async", "multidb", "pyproject", "pyproject_async"])
def test_a_new_project_works(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str) -> None:
    monkeypatch.chdir(tmp_path)
    from alembic import command
    from alembic.config import Config

    command.init(Config("alembic.ini"), "migrations", template=template)
    ini = (tmp_path / "alembic.ini").read_text()
    driver = "sqlite+aiosqlite" if "async" in template else "sqlite"
    for name in ("dbname2", "dbname"):
        ini = ini.replace(f"driver://user:password@localhost/{name}", f"{driver}:///{name}.db")
    (tmp_path / "alembic.ini").write_text(ini)
    env = (tmp_path / "migrations" / "env.py").read_text()
    assert "whimbrel" not in ini + env
    env = env.replace("    fileConfig(config.config_file_name)", "    pass")  # it would silence this test's loggers
    (tmp_path / "migrations" / "env.py").write_text(env)

    toml = "pyproject.toml" if "pyproject" in template else None
    made = command.revision(Config("alembic.ini", toml), message="begin", rev_id="a1")
    assert "from alembic import op" in Path(made.path).read_text()
    command.upgrade(Config("alembic.ini", toml), "head")
    for name in ("dbname", "dbname2") if template == "multidb" else ("dbname",):
        engine = sa.create_engine(f"sqlite:///{name}.db")
        with engine.connect() as connection:
            assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == ["a1"]
        engine.dispose()
    command.upgrade(Config("alembic.ini", toml), "head", sql=True)


def test_a_pyproject_is_added_to_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    from alembic import command
    from alembic.config import Config

    (tmp_path / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    command.init(Config("alembic.ini"), "one", template="pyproject")
    command.init(Config("alembic.ini"), "two", template="pyproject")
    text = (tmp_path / "pyproject.toml").read_text()
    assert text.startswith('[project]\nname = "shop"\n')
    assert text.count("[tool.alembic]") == 1
    assert 'script_location = "%(here)s/one"' in text


def test_the_templates_are_listed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from alembic import command
    from alembic.config import Config

    command.list_templates(Config())
    out = capsys.readouterr().out
    assert "One database, as Alembic projects have it." in out
    assert "multidb" in out


def test_a_program_that_sets_the_folder_itself_is_not_told_of_settings_that_are_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    from alembic import command
    from alembic.config import Config

    config = Config("migrations/alembic.ini")
    config.set_main_option("script_location", "migrations")
    (tmp_path / "templates" / "plain").mkdir(parents=True)
    for name, text in {
        "alembic.ini.mako": "[alembic]\n",
        "env.py": "",
        "script.py.mako": "",
        "README": "Mine.\n",
    }.items():
        (tmp_path / "templates" / "plain" / name).write_text(text)
    monkeypatch.setattr(config, "get_template_directory", lambda: str(tmp_path / "templates"))
    command.init(config, "migrations", template="plain")
    out = capsys.readouterr().out
    assert "cannot be read" not in out
    assert "Next: look at migrations/alembic.ini, and at env.py in migrations." in out
