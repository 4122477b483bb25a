"""alembic.testing: the real package's folder over our modules, as suites of third-party dialects use it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from testing.addons import Environment, environment_of

FILES = {
    "setup.cfg": "[sqla_testing]\nrequirement_cls = requirements:Requirements\nprofile_file = profiles.txt\n\n"
    "[db]\ndefault = sqlite:///:memory:\n",
    "requirements.py": """
from alembic.testing.requirements import SuiteRequirements as AlembicRequirements
from sqlalchemy.testing.requirements import SuiteRequirements


class Requirements(AlembicRequirements, SuiteRequirements):
    pass
""",
    "conftest.py": "from sqlalchemy.testing.plugin.pytestplugin import *\n",
    "test_dialect.py": """
import alembic
from alembic import op, util
from alembic.testing import TestBase, eq_, expect_raises_message
from alembic.testing.fixtures import op_fixture
from alembic.testing.suite import IncludeHooksTest  # one class of the suite for dialects
from sqlalchemy import Column, Integer


class DialectTest(TestBase):
    def test_whose_modules_these_are(self):
        eq_(alembic.__spec__.origin, "whimbrel_alembic")

    def test_statements(self):
        context = op_fixture("postgresql")
        op.add_column("kite", Column("tail", Integer))
        op.drop_table("kite")
        context.assert_("ALTER TABLE kite ADD COLUMN tail INTEGER", "DROP TABLE kite")

    def test_errors(self):
        with expect_raises_message(util.CommandError, "no wind"):
            raise util.CommandError("no wind today")
""",
}


@pytest.fixture(scope="module")
def environment() -> Environment:
    return environment_of("alembic", "pytest")


def test_a_suite_of_a_dialect(environment: Environment, tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    done = environment.run(
        "-m", "pytest", "-q", "-p", "whimbrel_alembic.pytest_plugin", "-p", "no:logging", cwd=tmp_path
    )
    passed = re.search(r"^(\d+) passed", done.stdout, re.MULTILINE)
    assert passed is not None
    assert int(passed[1]) > 3
