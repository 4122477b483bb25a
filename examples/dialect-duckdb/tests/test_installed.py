"""Installed by pip into an environment of its own, and used as a user would: init, upgrade, downgrade, --sql."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from testing.environment import Environment

PACKAGE = Path(__file__).resolve().parents[1]

FIRST = '''"""create books"""

import sqlalchemy as sa
from whimbrel import op

revision = "1a"
down_revision = None


def upgrade():
    book = op.create_table(
        "book",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("title", sa.String(80), nullable=False, comment="as printed"),
        sa.Column("price", sa.Integer),
    )
    op.bulk_insert(book, [{"id": 1, "title": "It's 50% off", "price": 9}])


def downgrade():
    op.drop_table("book")
'''

SECOND = '''"""prices have cents"""

import sqlalchemy as sa
from whimbrel import op

revision = "2b"
down_revision = "1a"


def upgrade():
    op.alter_column("book", "price", new_column_name="cents", type_=sa.BigInteger())
    with op.batch_alter_table("book", recreate="always") as batch:
        batch.create_check_constraint("ck_cents", "cents > 0")


def downgrade():
    with op.batch_alter_table("book", recreate="always") as batch:
        batch.drop_constraint("book_cents_check", type_="check")
    op.alter_column("book", "cents", new_column_name="price", type_=sa.Integer())
'''

REFUSED = '''"""cannot be done"""

from whimbrel import op

revision = "3c"
down_revision = "2b"


def upgrade():
    op.create_check_constraint("ck_title", "book", "title <> ''")
'''

TEXT = """
CREATE TABLE book (
    id INTEGER NOT NULL,
    title VARCHAR(80) NOT NULL,
    price INTEGER,
    PRIMARY KEY (id)
);

COMMENT ON COLUMN book.title IS 'as printed';

INSERT INTO book (id, title, price) VALUES (1, 'It''s 50% off', 9);
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    made = Environment(tmp_path_factory.mktemp("installed"), "duckdb:///shop.duckdb")
    made.pip_install(PACKAGE)
    made.whimbrel("init", "--template", "minimal", "migrations")
    for name, text in (("1a_first", FIRST), ("2b_second", SECOND)):
        (made.project / f"migrations/versions/{name}.py").write_text(text, encoding="utf-8")
    return made


def asked(environment: Environment, statement: str) -> list[tuple[object, ...]]:
    """What the database answers."""
    engine = sa.create_engine(f"duckdb:///{environment.project / 'shop.duckdb'}", poolclass=sa.NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(statement)]


def test_up_and_down(environment: Environment) -> None:
    assert "whimbrel-duckdb 1.0" in environment.whimbrel("plugins")
    environment.whimbrel("upgrade", "head")
    assert "2b (head)" in environment.whimbrel("current")
    assert asked(environment, "SELECT * FROM book") == [(1, "It's 50% off", 9)]
    found = asked(environment, "SELECT column_name, data_type, comment FROM duckdb_columns() WHERE table_name = 'book'")
    assert found == [("id", "INTEGER", None), ("title", "VARCHAR", "as printed"), ("cents", "BIGINT", None)]
    environment.whimbrel("downgrade", "-1")
    found = asked(environment, "SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = 'book'")
    assert found == [("id", "INTEGER"), ("title", "VARCHAR"), ("price", "INTEGER")]
    environment.whimbrel("downgrade", "base")
    assert asked(environment, "SELECT table_name FROM duckdb_tables()") == [
        ("whimbrel_history",),
        ("whimbrel_version",),
    ]


def test_as_text(environment: Environment) -> None:
    said = environment.whimbrel("upgrade", "1a", "--sql")
    assert TEXT in "\n".join(line.rstrip() for line in said.splitlines())
    assert "DROP TABLE book;\n\nDELETE FROM whimbrel_version" in environment.whimbrel("downgrade", "1a:base", "--sql")


def test_what_duckdb_cannot_do_is_refused_with_the_way_out(environment: Environment) -> None:
    path = environment.project / "migrations/versions/3c_third.py"
    path.write_text(REFUSED, encoding="utf-8")
    try:
        said = environment.whimbrel("upgrade", "head", code=1)
        assert "duckdb cannot add a check constraint to a table: create_check_constraint('book', 'ck_title')" in said
        assert "op.batch_alter_table('book', recreate=\"always\")" in said
        assert "Traceback" not in said
        assert "2b" in environment.whimbrel("current")
    finally:
        path.unlink()
        environment.whimbrel("downgrade", "base")
