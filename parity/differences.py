"""Where the tools are allowed to differ, each with its reason; what is not named here has to be equal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple


class Difference(NamedTuple):
    """One difference that stays.

    :param reason: why.
    :param applies: says by a scenario's name and the index of its action whether it is meant.
    """

    reason: str
    applies: Callable[[str, int], bool]


DIFFERENCES: list[Difference] = []


def normalised(text: str) -> str:
    """Return SQL or listing text without the differences that stay everywhere.

    * The version column is wider here (Alembic's 32 characters broke people).
    * Alembic's INSERT into the version table asks for RETURNING, whose answer nobody reads.
    * Our SQLite writes BEGIN and COMMIT, because its DDL is transactional once a real BEGIN is issued.
    * Blank lines.
    """
    text = re.sub(r"VARCHAR\(255\)", "VARCHAR(32)", text)
    text = re.sub(r" RETURNING \S*version_num;", ";", text)
    text = re.sub(r"(?m)^(BEGIN|COMMIT);\n?", "", text)
    text = re.sub(r"[ \t]+$", "", text, flags=re.M)
    return re.sub(r"\n{2,}", "\n", text).strip()
