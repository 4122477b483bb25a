"""How whimbrel reaches the databases. Runs with each command that talks to one.

The setting `databases` names them; each has a section of its own with its URL.
"""

import re
from contextlib import ExitStack
from typing import Any

from sqlalchemy import MetaData

from whimbrel import context

context.configure_logging()  # as the ini file says, if it says anything about logging

databases = re.findall(r"[^\s,]+", context.config.get_main_option("databases", ""))

# The models of each database, which `revision --autogenerate` and `check` compare it
# with:  target_metadata = {"engine1": Base1.metadata, "engine2": Base2.metadata}
target_metadata: dict[str, MetaData] = {}


def configure(name: str, **database: Any) -> None:
    context.configure(
        target_metadata=target_metadata.get(name),
        upgrade_token=f"{name}_upgrades",
        downgrade_token=f"{name}_downgrades",
        **database,
    )


def migrate() -> None:
    """Migrate each database in a transaction; commit all when all have come through."""
    with ExitStack() as stack:
        connections = {}
        for name in databases:
            connections[name] = stack.enter_context(context.connect(name))
            stack.enter_context(connections[name].begin())
        for name, connection in connections.items():
            configure(name, connection=connection)
            context.run_migrations(engine_name=name)


def write_sql() -> None:
    """Write the SQL of each database into a file of its own, such as engine1.sql."""
    for name in databases:
        with open(f"{name}.sql", "w", encoding="utf-8") as file:
            url = context.database_url(name)
            configure(name, url=url, output_buffer=file, literal_binds=True)
            with context.begin_transaction():
                context.run_migrations(engine_name=name)
        context.config.print_stdout("Wrote %s.sql", name)


if context.is_offline_mode():  # --sql
    write_sql()
else:
    migrate()
