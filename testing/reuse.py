"""Emptying a PostgreSQL database after a test: to make a new one takes half a second, and to drop it as long again.

It is handed on only where nothing of the test can be found in it; else it is dropped.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

_SINCE = (15,)  # in which the schema public belongs to pg_database_owner, and is made again as it was

# From this oid on, objects are a user's: https://www.postgresql.org/docs/current/system-catalog-initial-data.html
_EMPTY = """
SET statement_timeout = '20s';
SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid();
DO $$
DECLARE name text;
BEGIN
    FOR name IN SELECT extname FROM pg_extension WHERE oid >= 16384 LOOP
        EXECUTE format('DROP EXTENSION %I CASCADE', name);
    END LOOP;
    FOR name IN SELECT nspname FROM pg_namespace WHERE oid >= 16384 OR nspname = 'public' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', name);
    END LOOP;
    CREATE SCHEMA public AUTHORIZATION pg_database_owner;
    GRANT USAGE ON SCHEMA public TO PUBLIC;
    COMMENT ON SCHEMA public IS 'standard public schema';
END $$;
"""
_CATALOGS = (
    "am", "cast", "class", "collation", "default_acl", "event_trigger", "extension", "foreign_data_wrapper",
    "foreign_server", "language", "largeobject_metadata", "operator", "proc", "publication", "ts_config", "ts_dict",
    "type",
)  # fmt: skip
# What a new database's own objects may be used for: https://www.postgresql.org/docs/current/catalog-pg-init-privs.html
_RIGHTS = """(
    SELECT count(*) FROM pg_{catalog} o
    LEFT JOIN pg_init_privs i ON i.objoid = o.oid AND i.classoid = 'pg_{catalog}'::regclass AND i.objsubid = 0
    WHERE o.{prefix}namespace = 'pg_catalog'::regnamespace AND o.{prefix}acl IS DISTINCT FROM i.initprivs
)"""
_LEFT = " + ".join(
    [
        _RIGHTS.format(catalog="class", prefix="rel"),
        _RIGHTS.format(catalog="proc", prefix="pro"),
        *(f"(SELECT count(*) FROM pg_{catalog} WHERE oid >= 16384)" for catalog in _CATALOGS),
        "(SELECT count(*) FROM pg_namespace WHERE oid >= 16384 AND nspname <> 'public')",
        "(SELECT count(*) FROM pg_db_role_setting s, me WHERE s.setdatabase = me.oid)",
        "(SELECT count(*) FROM pg_shdepend s, me WHERE s.dbid = me.oid)",
        "(SELECT count(*) FROM me WHERE datacl IS NOT NULL)",
    ]
)


def is_emptied(url: sa.URL) -> bool:
    """Empty a PostgreSQL database, and return whether it is as good as a new one.

    :param url: the database; whoever is connected to it is thrown out.
    """
    engine = sa.create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            if (engine.dialect.server_version_info or ()) < _SINCE:
                return False
            for statement in _EMPTY.split(";\n", 2):
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
            left = connection.exec_driver_sql(
                f"WITH me AS (SELECT oid, datacl FROM pg_database WHERE datname = current_database()) SELECT {_LEFT}"
            )
            return bool(left.scalar_one() == 0)
    except SQLAlchemyError:  # it was renamed, or has more tables than one transaction can lock: a new one is made
        return False
