"""The environment of a project without an env.py: the settings name the database and the models."""

from __future__ import annotations

from sqlalchemy.engine import Connection
from sqlalchemy.exc import NoSuchModuleError

from whimbrel import context
from whimbrel.runtime.connect import parsed_url

target_metadata = context.target_metadata()


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()


async def migrate_async() -> None:
    async with context.connect_async() as connection:
        await connection.run_sync(migrate)


def write_sql() -> None:
    context.configure(url=context.database_url(), target_metadata=target_metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


def is_driver_async() -> bool:
    if context.config.attributes.get("connection") is not None:
        return False  # the program that runs us has connected already
    try:
        return parsed_url(context.database_url()).get_dialect().is_async
    except NoSuchModuleError:
        return False  # connect() will say what is missing


context.configure_logging()

if context.is_offline_mode():
    write_sql()
elif is_driver_async():
    context.run_async(migrate_async)
else:
    with context.connect() as connection:
        migrate(connection)
