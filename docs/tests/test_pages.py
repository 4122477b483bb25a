"""Every command and snippet of the documentation is run (see ``testing/pages.py`` for how a page is read)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from testing.databases import Database
from testing.pages import Page, needs

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [
        *(path for path in ROOT.glob("docs/**/*.md") if "_build" not in path.parts),
        *ROOT.glob("*.md"),
        *ROOT.glob("packages/*/README.md"),
        *ROOT.glob("examples/**/README.md"),
        *ROOT.glob("benchmarks/README.md"),
    ]
)


@pytest.mark.skipif(sys.platform == "win32", reason="the pages speak to a POSIX shell")
@pytest.mark.parametrize("path", PAGES, ids=[str(path.relative_to(ROOT)) for path in PAGES])
def test_everything_on_the_page_is_so(path: Path, tmp_path: Path, new_database: Callable[[str], Database]) -> None:
    backends = needs(path.read_text(encoding="utf-8"))
    folder = tmp_path / "app"
    folder.mkdir()
    Page(path, folder, {f"{backend.upper()}_URL": new_database(backend).url for backend in backends}).run()
