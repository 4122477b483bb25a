<%!
import re

from whimbrel.templates import assignment, revises
%>\
"""${message}

Revision ID: ${up_revision}
Revises: ${revises(down_revision)}
Create Date: ${create_date}
"""

from collections.abc import Sequence

import sqlalchemy as sa

from whimbrel import op
% if imports:
${imports}
% endif

# Plain values, so that whimbrel can read them without running this file.
${assignment("revision: str", up_revision)}
${assignment("down_revision: str | Sequence[str] | None", down_revision)}
${assignment("branch_labels: str | Sequence[str] | None", branch_labels)}
${assignment("depends_on: str | Sequence[str] | None", depends_on)}


def upgrade(engine_name: str) -> None:
    globals()[f"upgrade_{engine_name}"]()


def downgrade(engine_name: str) -> None:
    globals()[f"downgrade_{engine_name}"]()
% for name in re.findall(r"[^\s,]+", config.get_main_option("databases", "")):


def upgrade_${name}() -> None:
    ${context.get(f"{name}_upgrades") or "pass"}


def downgrade_${name}() -> None:
    ${context.get(f"{name}_downgrades") or "pass"}
% endfor
