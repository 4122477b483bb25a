"""Settings are read without those of whoever runs the tests."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WHIMBREL_CONFIG", raising=False)
    monkeypatch.delenv("WHIMBREL_DATABASE_URL", raising=False)
