"""The directives: each change to a database as a value."""

from __future__ import annotations
