"""Puts passwords out of sight in any text that is about to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

_URL_PASSWORD = re.compile(r"(?P<head>[A-Za-z][\w+.-]*://[^\s:/@]*:)(?P<secret>[^\s]*)(?=@[^\s@]*)")
_NAMED_PASSWORD = re.compile(r"(?i)\b(password|passwd|pwd)(\s*[=:]\s*)('[^']*'|\"[^\"]*\"|[^\s,;&)]+)")


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return *text* with the passwords of URLs, ``password=...`` pairs and *secrets* put out of sight.

    :param text: any text that is about to be shown.
    :param secrets: further strings to hide wherever they stand, such as a known password.

    Example::

        >>> redact("postgresql://bob:hunter2@db/x")
        'postgresql://bob:***@db/x'
    """
    for secret in sorted({s for s in secrets if s}, key=len, reverse=True):
        text = text.replace(secret, "***")
    text = _URL_PASSWORD.sub(lambda m: m["head"] + "***", text)
    return _NAMED_PASSWORD.sub(lambda m: f"{m[1]}{m[2]}***", text)
