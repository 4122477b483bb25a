"""Where the tools are allowed to differ, each with its reason; what is not named here has to be equal."""

from __future__ import annotations

import re
from typing import NamedTuple


class Difference(NamedTuple):
    """One difference that stays.

    :param reason: why.
    :param aspects: what may differ: ``failed``, ``rows``, ``tables``, ``steps``, ``out``.
    :param scenario: matches the scenario's name.
    :param command: the command whose results may differ.
    """

    reason: str
    aspects: frozenset[str]
    scenario: str
    command: str

    def applies(self, scenario: str, command: str) -> bool:
        """Return whether it is about this command of this scenario."""
        return self.command == command and re.fullmatch(self.scenario, scenario) is not None


DIFFERENCES = [
    Difference(
        "stamp --purge with a target that cannot be resolved: theirs has emptied the version table by then, and the "
        "database has forgotten where it is; here the target is resolved first and nothing is lost",
        frozenset({"rows"}),
        r".*: purge, stamp (zzz|head)",
        "stamp",
    ),
    Difference(
        "stamp to an id with an offset (b222+1): theirs accepts it for upgrade and downgrade only; here an identifier "
        "means the same in every command",
        frozenset({"failed", "rows", "steps"}),
        r".*: stamp \w+[+-]\d",
        "stamp",
    ),
    Difference(
        "history -i marks a head that is applied because a row depends on it as (current) here, as current does; and "
        "for a range open to the right (b222:) whose head another base depends on, theirs ends in an AssertionError",
        frozenset({"out", "failed"}),
        r"needs: reading",
        "history",
    ),
    Difference(
        "which parent of a merge takes the row over and which gets a new one is the order of a set there; here the "
        "first parent takes it over",
        frozenset({"out"}),
        r"offline \w+ diamond: downgrade .*",
        "downgrade",
    ),
]


UNORDERED = ("branches", "current")
"""Commands that list several revisions in the order of a set there, which differs from run to run; here in one order.
Their lines are compared sorted."""


def normalised(text: str) -> str:
    """Return SQL or listing text without the differences that stay everywhere.

    * The version column is wider here (Alembic's 32 characters broke people).
    * Alembic's INSERT into the version table asks for RETURNING, whose answer nobody reads.
    * Our SQLite writes BEGIN and COMMIT, because its DDL is transactional once a real BEGIN is issued.
    * "Branches into:" lists followers in the order of a set there.
    * Blank lines.
    """
    text = re.sub(r"VARCHAR\(255\)", "VARCHAR(32)", text)
    text = re.sub(r" RETURNING \S*version_num;", ";", text)
    text = re.sub(r"(?m)^(BEGIN|COMMIT);\n?", "", text)
    text = re.sub(r"(?<=Branches into: ).*", lambda found: ", ".join(sorted(found[0].split(", "))), text)
    text = re.sub(r"[ \t]+$", "", text, flags=re.M)
    return re.sub(r"\n{2,}", "\n", text).strip()
