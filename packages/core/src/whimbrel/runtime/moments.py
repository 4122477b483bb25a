"""Moments as the tool's own tables keep them: in UTC, without a zone: not every database has types for one."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> datetime:
    """Return the time in UTC as it is written."""
    return datetime.now(UTC).replace(tzinfo=None)


def in_utc(moment: datetime) -> datetime:
    """Return *moment* in UTC: what a database without zones gives back was written so."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
