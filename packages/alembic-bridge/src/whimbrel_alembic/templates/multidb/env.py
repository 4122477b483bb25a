import re
from logging.config import fileConfig

from sqlalchemy import engine_from_config, pool

from alembic import context

config = context.config

if config.config_file_name is not None:
    fileConfig(config.config_file_name)

# The models that autogenerate compares each database with:
#     target_metadata = {"engine1": models1.metadata, "engine2": models2.metadata}
target_metadata = {}

names = re.split(r",\s*", config.get_main_option("databases", ""))


def run_migrations_offline() -> None:
    """Write the SQL of each database into a file of its own."""
    for name in names:
        with open(f"{name}.sql", "w") as buffer:
            context.configure(
                url=config.get_section_option(name, "sqlalchemy.url"),
                output_buffer=buffer,
                target_metadata=target_metadata.get(name),
                literal_binds=True,
                dialect_opts={"paramstyle": "named"},
            )
            with context.begin_transaction():
                context.run_migrations(engine_name=name)


def run_migrations_online() -> None:
    """Migrate all databases, and commit when the last one is there."""
    opened = {}
    for name in names:
        engine = engine_from_config(config.get_section(name, {}), prefix="sqlalchemy.", poolclass=pool.NullPool)
        connection = engine.connect()
        opened[name] = connection, connection.begin()
    try:
        for name, (connection, _) in opened.items():
            context.configure(
                connection=connection,
                upgrade_token=f"{name}_upgrades",
                downgrade_token=f"{name}_downgrades",
                target_metadata=target_metadata.get(name),
            )
            context.run_migrations(engine_name=name)
        for _, transaction in opened.values():
            transaction.commit()
    except BaseException:
        for _, transaction in opened.values():
            transaction.rollback()
        raise
    finally:
        for connection, _ in opened.values():
            connection.close()


if context.is_offline_mode():
    run_migrations_offline()
else:
    run_migrations_online()
