"""Only for the tests within Whimbrel's own repository: the package, installed. (Elsewhere: pip install -e .)"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from testing.site import throwaway_site

PACKAGE = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def _installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """As ``pip install -e`` would have it, for one test."""
    with throwaway_site(tmp_path_factory.mktemp("site")) as site:
        site.install_project(PACKAGE)
        yield
