"""``pytest -p whimbrel_alembic.pytest_plugin``: the test suite's ``import alembic`` finds Whimbrel.

pytest imports what ``-p`` names before it looks for tests and before other plugins are loaded by their entry points,
so that a plugin which imports ``alembic`` gets ours too.
"""

from __future__ import annotations

from whimbrel_alembic.finder import install

install()
