"""Add-ons as the package index has them: collected by ``nox -s addons`` only, since they are installed from there."""

from __future__ import annotations

from testing.addons import environments

collect_ignore_glob = ["test_*.py"] if environments() is None else []
