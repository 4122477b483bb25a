"""Puts passwords out of sight in any text that is about to be shown."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Texts, which `re` compiles and keeps when one is first used: most commands show nothing that has to be looked through.
_URL_PASSWORD = r"(?P<head>[A-Za-z][\w+.-]*://[^\s:/@]*:)(?P<secret>[^\s]*)(?=@[^\s@]*)"
_NAMED_PASSWORD = (
    # "(using password: YES)" is how MySQL says that there was one.
    r"(?i)\b(\w*(?:password|passwd|pwd))(\s*[=:]\s*)(?!(?:YES|NO)\))('[^']*'|\"[^\"]*\"|[^\s,;&)]+)"
)
_SQL_PASSWORD = (
    # What "revision identified by" has behind it is an id, in a message of ours.
    r"(?i)\b(password\s+|(?<!revision )identified\s+by\s+(?:password\s+)?)'(?:[^']|'')*'"
)


def redact(text: str, secrets: Iterable[str] = ()) -> str:
    """Return *text* with the passwords of URLs, of ``password=...`` pairs and of SQL, and *secrets*, put out of sight.

    :param text: any text that is about to be shown.
    :param secrets: further strings to hide wherever they stand for themselves, such as a known password.

    Example::

        >>> redact("postgresql://bob:hunter2@db/x")
        'postgresql://bob:***@db/x'
        >>> redact("no hunter2 here, but a hunter22", ["hunter2"])
        'no *** here, but a hunter22'
    """
    for secret in sorted({s for s in secrets if s}, key=len, reverse=True):
        # A short password may be part of a word: with "post" hidden, "postgresql" is still to be read.
        begin, end = (r"(?<!\w)" if secret[0].isalnum() else ""), (r"(?!\w)" if secret[-1].isalnum() else "")
        text = re.sub(begin + re.escape(secret) + end, "***", text)
    text = re.sub(_URL_PASSWORD, lambda m: m["head"] + "***", text)
    text = re.sub(_SQL_PASSWORD, lambda m: f"{m[1]}'***'", text)
    return re.sub(_NAMED_PASSWORD, lambda m: f"{m[1]}{m[2]}***", text)
