"""Scratch copies: what a database of MySQL or MariaDB has, made anew in another one."""

from __future__ import annotations

import sqlalchemy as sa

from testing.databases import Database
from whimbrel.runtime.migration import MigrationContext

EVERYTHING = (
    "CREATE TABLE book (id int AUTO_INCREMENT PRIMARY KEY, author_id int NOT NULL, title varchar(60) "
    "COMMENT 'on the cover, 100%', pages int DEFAULT 7, CONSTRAINT has_pages CHECK (pages > 0), "
    "KEY by_title (title(10)), UNIQUE KEY once (author_id, title)) COMMENT 'what is read'",
    "CREATE TABLE author (id int PRIMARY KEY, name varchar(40) CHARACTER SET latin1 NOT NULL, "
    "twice int GENERATED ALWAYS AS (id * 2) STORED, seen timestamp NULL DEFAULT CURRENT_TIMESTAMP "
    "ON UPDATE CURRENT_TIMESTAMP)",
    "ALTER TABLE book ADD CONSTRAINT fk_author FOREIGN KEY (author_id) REFERENCES author (id) ON DELETE CASCADE",
    "CREATE TABLE `odd ``name`` %s` (`per cent %` int, `a``b` enum('x', 'it''s'))",
    "INSERT INTO author (id, name) VALUES (1, 'Jane')",
)


def printed(connection: sa.Connection) -> dict[str, str]:
    """What the server prints of each table."""
    quoted = {name: "`" + name.replace("`", "``") + "`" for name in sa.inspect(connection).get_table_names()}
    return {
        name: connection.exec_driver_sql(f"SHOW CREATE TABLE {quoted[name]}", None, {"no_parameters": True}).one()[1]
        for name in quoted
    }


def test_a_copy_has_everything_but_rows(mysql_database: Database) -> None:
    with mysql_database.engine().connect() as connection:
        for statement in EVERYTHING:
            connection.exec_driver_sql(statement, None, {"no_parameters": True})
        if connection.dialect.is_mariadb:
            connection.exec_driver_sql("CREATE SEQUENCE tickets START WITH 5")
            connection.exec_driver_sql("CREATE TABLE ticket (id int DEFAULT nextval(tickets))")
        connection.commit()
        impl = MigrationContext.configure(connection).impl
        with impl.scratch_database({None}) as scratch:
            impl.copy_structure(scratch)
            assert printed(scratch) == {
                name: text.replace(f"`{mysql_database.engine().url.database}`.", f"`{scratch.engine.url.database}`.")
                for name, text in printed(connection).items()
            }
            assert scratch.exec_driver_sql("SELECT count(*) FROM author").scalar() == 0
            name = scratch.engine.url.database
        assert name is not None
        assert name not in {row[0] for row in connection.exec_driver_sql("SHOW DATABASES")}
