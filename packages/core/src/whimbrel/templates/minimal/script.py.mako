<%! from whimbrel.templates import assignment, revises %>\
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


def upgrade() -> None:
    ${upgrades or "pass"}


def downgrade() -> None:
    ${downgrades or "pass"}
