"""``import alembic`` finds Whimbrel while the bridge is installed, and the real package before and after."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import whimbrel_alembic
from whimbrel.errors import CommandError
from whimbrel_alembic.modules import MODULES, PACKAGES

REAL = {
    "alembic/__init__.py": "__version__ = 'real'\n",
    "alembic/op.py": "who = 'real'\n",
    "alembic/testing/__init__.py": "from alembic import util\nfrom alembic.testing.fixtures import fixture\n",
    "alembic/testing/fixtures.py": "from alembic.util import CommandError\nfixture = CommandError\n",
}


@pytest.fixture
def bridge() -> Iterator[None]:
    whimbrel_alembic.install()
    yield
    whimbrel_alembic.uninstall()


@pytest.fixture
def real_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Another package of that name is installed."""
    for name, text in REAL.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield
    whimbrel_alembic.uninstall()
    for name in [name for name in sys.modules if name.partition(".")[0] == "alembic"]:
        del sys.modules[name]


def test_names_are_ours(bridge: None) -> None:
    import alembic
    from alembic import context, op
    from alembic.operations import MigrateOperation, Operations, ops

    import whimbrel.op
    from whimbrel.operations import Operations as OurOperations

    assert alembic.__version__ == whimbrel_alembic.PEER_VERSION == "1.20.1"
    assert op.create_table is whimbrel.op.create_table
    assert Operations is OurOperations
    assert issubclass(ops.AddColumnOp, MigrateOperation)
    assert "configure" in dir(context)
    assert "operations" in dir(alembic)


@pytest.mark.parametrize("module", sorted(MODULES))
def test_each_module_of_the_table_can_be_imported_and_has_the_names_it_lists(bridge: None, module: str) -> None:
    face = importlib.import_module(module)
    assert face.__name__ == module
    assert hasattr(face, "__path__") is (module in PACKAGES)
    for name in dir(face):
        if module in ("alembic.op", "alembic.context") and name in ("config", "script"):
            continue  # of a run
        getattr(face, name)


def test_what_is_not_there_is_said_as_python_says_it(bridge: None) -> None:
    with pytest.raises(ModuleNotFoundError, match=r"No module named 'alembic\.nonsense'"):
        importlib.import_module("alembic.nonsense")
    with pytest.raises(ImportError, match=r"cannot import name 'nonsense' from 'alembic\.ddl'"):
        exec("from alembic.ddl import nonsense", {})
    import alembic.op

    with pytest.raises(AttributeError, match="no attribute '_Proxy'"):
        _ = alembic.op._Proxy


def test_a_sibling_that_is_missing_is_named(bridge: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith(("whimbrel_autogen", "whimbrel_alembic.autogen"))]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "whimbrel_autogen", None)
    with pytest.raises(ImportError, match=r"needs whimbrel-autogen\. Install it:  pip install whimbrel-autogen"):
        exec("from alembic.autogenerate import comparators", {})


def test_what_belongs_to_a_run_is_looked_up_each_time(bridge: None) -> None:
    from alembic import context

    with pytest.raises(AttributeError, match="outside of a migration run"):
        _ = context.config
    assert "config" not in vars(context)


def test_ours_answers_where_the_real_one_is_installed(real_package: None) -> None:
    whimbrel_alembic.install()
    import alembic

    assert alembic.__version__ == "1.20.1"


def test_ours_answers_where_the_real_one_has_been_imported_until_the_end(real_package: None) -> None:
    before = importlib.import_module("alembic")
    assert before.__version__ == "real"
    assert importlib.import_module("alembic.op").who == "real"
    whimbrel_alembic.install()
    whimbrel_alembic.install()
    assert whimbrel_alembic.is_installed()
    assert importlib.import_module("alembic").__version__ == "1.20.1"
    assert not hasattr(importlib.import_module("alembic.op"), "who")
    whimbrel_alembic.uninstall()
    whimbrel_alembic.uninstall()
    assert not whimbrel_alembic.is_installed()
    assert importlib.import_module("alembic") is before
    assert importlib.import_module("alembic.op").who == "real"


def test_its_folder_testing_is_imported_over_ours(real_package: None) -> None:
    whimbrel_alembic.install()
    testing = importlib.import_module("alembic.testing")
    assert testing.fixture is CommandError


def test_without_the_real_package_there_is_no_folder_testing(bridge: None) -> None:
    if importlib.machinery.PathFinder.find_spec("alembic") is not None:
        pytest.skip("the real package is installed in this environment")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("alembic.testing")


def test_importing_costs_those_nothing_who_do_not_use_it(tmp_path: Path) -> None:
    (tmp_path / "whimbrel.ini").write_text("[whimbrel]\nscript_location = %(here)s\n")
    (tmp_path / "versions").mkdir()
    assert not [name for name in imported(tmp_path, "heads") if name.startswith("whimbrel_alembic")]


def test_commands_about_the_history_import_neither_sqlalchemy_nor_plugins(tmp_path: Path) -> None:
    (tmp_path / "alembic.ini").write_text("[alembic]\nscript_location = %(here)s\n")
    (tmp_path / "versions").mkdir()
    for command in ("heads", "history", "branches"):
        modules = imported(tmp_path, command)
        assert "whimbrel_alembic.config" in modules
        heavy = ("sqlalchemy", "mako", "pluggy", "whimbrel_alembic.finder", "importlib.metadata._meta")
        assert [name for name in modules if name.startswith(heavy)] == []


def imported(folder: Path, *words: str) -> list[str]:
    code = (
        "import json, sys\nfrom whimbrel.cli.main import main\n"
        f"code = main({list(words)!r})\nprint(json.dumps([code, sorted(sys.modules)]))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, text=True, check=True)
    code, modules = json.loads(done.stdout.splitlines()[-1])
    assert code == 0
    return list(modules)
