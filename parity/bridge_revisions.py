"""A dozen revisions as projects have them: branches, merges, two heads, folders, and what people write in scripts."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import NamedTuple


class Revision(NamedTuple):
    """A revision file.

    :param id: its id.
    :param down: what it follows; a tuple for a merge.
    :param upgrade: the statements of ``upgrade()``.
    :param downgrade: those of ``downgrade()``.
    :param head: statements at the top of the file.
    :param folder: where it is, below the project.
    :param labels: its branch labels.
    :param depends_on: what has to run before it.
    """

    id: str
    down: str | tuple[str, ...] | None
    upgrade: str = "pass"
    downgrade: str = "pass"
    head: str = ""
    folder: str = "migrations/versions"
    labels: str | None = None
    depends_on: str | None = None


ENUM = 'status = sa.Enum("new", "paid", "10% off", name="account_status")'

ACCOUNT = """\
account = sa.table("account", sa.column("id", sa.Integer), sa.column("name", sa.String), sa.column("status", status),
                   sa.column("since", sa.Date))"""

SESSION = """\
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Account(Base):
    __tablename__ = "account"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
"""

REVISIONS = [
    Revision(
        "r01",
        None,
        """
        op.create_table(
            "account",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("name", sa.String(80), nullable=False),
            sa.Column("status", status, server_default="new", nullable=False),
            sa.Column("since", sa.Date),
            sa.Column("balance", sa.Numeric(10, 2), server_default=sa.text("0")),
        )
        op.create_index("ix_account_name", "account", ["name"])
        """,
        """
        op.drop_index("ix_account_name", table_name="account")
        op.drop_table("account")
        status.drop(op.get_bind(), checkfirst=False)
        """,
        ENUM,
        labels="shop",
    ),
    Revision(
        "r02",
        "r01",
        r"""
        op.execute("INSERT INTO account (id, name) VALUES (1, '100% sure')")
        op.execute(sa.text("INSERT INTO account (id, name) VALUES (2, 'at 10\\:30')"))
        op.execute("UPDATE account SET name = 'x%' WHERE name LIKE '100%'")
        op.execute(account.update().where(account.c.id == op.inline_literal(2)).values(name=op.inline_literal("it's")))
        """,
        'op.execute("DELETE FROM account WHERE id IN (1, 2)")',
        f"{ENUM}\n{ACCOUNT}",
    ),
    Revision(
        "r03",
        "r02",
        """
        op.bulk_insert(account, [
            {"id": 10, "name": "a: b", "status": "paid", "since": datetime.date(2020, 2, 29)},
            {"id": 11, "name": "50%", "status": "10% off", "since": None},
        ])
        op.bulk_insert(account, [{"id": 12, "name": "c", "status": "new", "since": None}], multiinsert=False)
        """,
        'op.execute("DELETE FROM account WHERE id > 9")',
        f"import datetime\n\n{ENUM}\n{ACCOUNT}",
        folder="migrations/versions/2024/spring",
    ),
    Revision(
        "r04",
        "r03",
        """
        with op.batch_alter_table("account") as batch:
            batch.add_column(sa.Column("email", sa.String(120), server_default="", nullable=False))
            batch.add_column(sa.Column("rank", sa.Integer))
        """,
        """
        with op.batch_alter_table("account") as batch:
            batch.drop_column("rank")
            batch.drop_column("email")
        """,
    ),
    Revision(
        "r05",
        "r04",
        """
        op.create_table(
            "invoice",
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("account_id", sa.Integer, sa.ForeignKey("account.id", name="fk_invoice_account")),
            sa.Column("number", sa.String(20), nullable=False),
            sa.UniqueConstraint("number", name="uq_invoice_number"),
            sa.CheckConstraint("account_id > 0", name="ck_invoice_account"),
        )
        """,
        'op.drop_table("invoice")',
        labels="billing",
    ),
    Revision(
        "r06",
        "r04",
        """
        op.create_table("note", sa.Column("id", sa.Integer, primary_key=True), sa.Column("body", sa.Text))
        op.create_index("ix_note_id_body", "note", ["id"], unique=True)
        """,
        'op.drop_index("ix_note_id_body", "note")\nop.drop_table("note")',
        folder="more",
    ),
    Revision("r07", ("r05", "r06")),
    Revision(
        "r08",
        "r07",
        """
        if not context.is_offline_mode():
            session = Session(bind=op.get_bind())
            for account in session.query(Account).filter(Account.name.like("%:%")):
                account.name = account.name.replace(":", "%")
            session.add(Account(id=20, name="by a session"))
            session.flush()
        """,
        'op.execute("DELETE FROM account WHERE id = 20")',
        f"from alembic import context\n{SESSION}",
    ),
    Revision(
        "r09",
        "r08",
        """
        if context.is_offline_mode() or not sa.inspect(op.get_bind()).has_table("city"):
            op.add_column("note", sa.Column("city", sa.String(40)))
        if op.get_context().dialect.name == "postgresql":
            op.execute("CREATE SEQUENCE note_number START 7")
        if not context.is_offline_mode():
            count = op.get_bind().execute(sa.text("SELECT count(*) FROM account")).scalar()
            op.execute(f"INSERT INTO note (id, body) VALUES (1, '{count} accounts')")
        """,
        """
        if op.get_context().dialect.name == "postgresql":
            op.execute("DROP SEQUENCE note_number")
        op.execute("DELETE FROM note")
        with op.batch_alter_table("note") as batch:
            batch.drop_column("city")
        """,
        "from alembic import context",
        folder="more/late",
    ),
    Revision(
        "r10",
        "r09",
        """
        with op.batch_alter_table("invoice") as batch:
            batch.alter_column("number", new_column_name="code", existing_type=sa.String(20), type_=sa.String(30),
                               existing_nullable=False)
            batch.create_index("ix_invoice_pair", ["id", "account_id"])
        op.rename_table("note", "remark")
        """,
        """
        op.rename_table("remark", "note")
        with op.batch_alter_table("invoice") as batch:
            batch.alter_column("code", new_column_name="number", existing_type=sa.String(30), type_=sa.String(20),
                               existing_nullable=False)
            batch.drop_index("ix_invoice_pair")
        """,
    ),
    Revision("r11", "r10", 'op.add_column("remark", sa.Column("one_way", sa.Integer))', "raise NotImplementedError"),
    Revision(
        "s01",
        None,
        'op.create_table("stock", sa.Column("id", sa.Integer, primary_key=True, autoincrement=False))',
        'op.drop_table("stock")',
        labels="stock",
        depends_on="r05",
        folder="more",
    ),
    Revision(
        "s02",
        "s01",
        'op.add_column("stock", sa.Column("amount", sa.Integer, server_default="1"))',
        """
        with op.batch_alter_table("stock") as batch:
            batch.drop_column("amount")
        """,
        folder="more",
    ),
]

FILE = '''\
"""revision {id}"""

from alembic import op
import sqlalchemy as sa

revision = {id!r}
down_revision = {down!r}
branch_labels = {labels!r}
depends_on = {depends_on!r}

{head}


def {up}():
{upgrade}


def {down_name}():
{downgrade}
'''

DISPATCH = """

def upgrade(engine_name):
    globals()["upgrade_%s" % engine_name]()


def downgrade(engine_name):
    globals()["downgrade_%s" % engine_name]()


upgrade_engine2, downgrade_engine2 = upgrade_engine1, downgrade_engine1
"""


def write_revisions(project: Path, *, multidb: bool) -> None:
    """Write the files.

    :param project: the folder of the project.
    :param multidb: each has functions for two databases.
    """
    suffix = "_engine1" if multidb else ""
    for item in REVISIONS:
        folder = project / item.folder
        folder.mkdir(parents=True, exist_ok=True)
        halves = {"upgrade": item.upgrade, "downgrade": item.downgrade}
        bodies = {name: textwrap.indent(textwrap.dedent(body).strip(), "    ") for name, body in halves.items()}
        facts = {**item._asdict(), **bodies, "up": f"upgrade{suffix}", "down_name": f"downgrade{suffix}"}
        (folder / f"{item.id}_it.py").write_text(FILE.format(**facts) + (DISPATCH if multidb else ""))


STEPS = [
    "upgrade r02",
    "upgrade +1",
    "upgrade r05",
    "downgrade -1",
    "upgrade r04 --sql",
    "upgrade heads --sql",
    "upgrade r07",
    "downgrade r06",
    "upgrade r10",
    "downgrade r08",
    "upgrade r07:r11 --sql",
    "upgrade stock@head",
    "downgrade r11:r10 --sql",
    "downgrade r10:r07 --sql",
    "downgrade r04:r01 --sql",
    "downgrade stock@base",
    "upgrade heads",
    "downgrade r09",
    "stamp --purge r10 s02",
    "history",
    "heads",
    "current",
    "downgrade base",
    "upgrade heads",
]
"""The commands, each followed by a look at the version rows and the schema."""

UNORDERED = frozenset({"upgrade heads --sql", "history", "heads", "current"})
"""Commands that take, or list, both sides of a fork, and labels, in the order of a set there."""

THEIRS_FAIL = {"sqlite": frozenset({"downgrade r04:r01 --sql"})}
"""Commands that only theirs refuses: its batch is written as text for SQLite only where no column goes."""
