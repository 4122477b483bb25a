"""What is called how in alembic.ini and [tool.alembic], and what Alembic means where they say nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from whimbrel.config import parse
from whimbrel.config.convention import Convention, Divide, percent_doubled
from whimbrel.config.safety import SafetySettings

if TYPE_CHECKING:
    from whimbrel.config.origin import Origin
    from whimbrel.config.sources import Lookup

_LEGACY_KEY = "version_path_separator"


class AlembicConvention(Convention):
    """Alembic's settings; source: https://alembic.sqlalchemy.org/en/latest/tutorial.html#editing-the-ini-file.

    A setting that only Whimbrel has, such as ``version_table``, is not read: what an env.py does with a key of that
    name is the env.py's business. Those of the run lock can be set, since no project has had them for another purpose.
    """

    ini_section = "alembic"
    toml_table = "tool.alembic"
    toml_top = False
    version_table = "alembic_version"
    transaction_per_migration = False
    logger = "alembic"
    safety = SafetySettings(run_lock="available")
    allow_drop_table = True
    safe_steps = False
    render_as_batch = False
    keys = frozenset(
        {
            "script_location",
            "version_locations",
            "path_separator",
            _LEGACY_KEY,
            "recursive_version_locations",
            "file_template",
            "timezone",
            "truncate_slug_length",
            "revision_environment",
            "sourceless",
            "prepend_sys_path",
            "output_encoding",
            "post_write_hooks",
            "run_lock",
            "lock_wait",
        }
    )

    def read(self, value: object, tokens: Mapping[str, str], origin: Origin, key: str) -> object:
        """Return what a value means: ``%%`` is ``%`` in TOML too, and ``${NAME}`` is just text."""
        return percent_doubled(value, tokens) if origin.kind == "toml" else value

    def separators(self, lookup: Lookup) -> tuple[str, Divide, Divide]:
        """Return what takes paths apart; without ``path_separator``, as files from before it was there are read."""
        if lookup.find("path_separator") is not None:
            return super().separators(lookup)
        name = parse.text(lookup, _LEGACY_KEY)
        if name is None:
            return "os", _by(r"[\s,]+"), _by(r"[\s,:]+")
        return name, parse.divide_at(name), _by(r"[\s,:]+")


def _by(pattern: str) -> Divide:
    return lambda value: [part for part in re.split(pattern, value) if part]


ALEMBIC = AlembicConvention()
