"""What a lease asks of this database, which has no lock for runs that Whimbrel knows: its clock, and a table."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.schema import CreateTable

from whimbrel.runtime.lock.lease import lease_table
from whimbrel.runtime.migration import MigrationContext


def test_the_clock_is_the_servers_in_utc() -> None:
    context = MigrationContext.configure(dialect_name="oracle", opts={"as_sql": True})
    statement = sa.select(context.impl.server_time().label("now"))
    assert (
        " ".join(str(statement.compile(dialect=context.dialect)).split())
        == "SELECT SYS_EXTRACT_UTC(SYSTIMESTAMP) AS now FROM DUAL"
    )


def test_the_table_of_leases_can_be_spelt() -> None:
    context = MigrationContext.configure(dialect_name="oracle", opts={"as_sql": True})
    text = " ".join(str(CreateTable(lease_table("audit")).compile(dialect=context.dialect)).split())
    assert text == (
        "CREATE TABLE audit.whimbrel_lock ( scope VARCHAR2(255 CHAR) NOT NULL, owner VARCHAR2(32 CHAR), "
        "process INTEGER, host VARCHAR2(255 CHAR), since DATE, expires DATE NOT NULL, PRIMARY KEY (scope) )"
    )
