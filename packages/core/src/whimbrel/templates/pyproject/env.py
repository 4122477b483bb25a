"""How whimbrel reaches the database. Runs with each command that talks to one."""

from sqlalchemy import Connection

from whimbrel import context

# The models that `revision --autogenerate` and `check` compare the database with.
# Name them in the settings:
#     target_metadata = "myapp.models:Base.metadata"
# or here:
#     from myapp.models import Base
#     target_metadata = Base.metadata
target_metadata = context.target_metadata()


def migrate(connection: Connection) -> None:
    context.configure(connection=connection, target_metadata=target_metadata)
    with context.begin_transaction():
        context.run_migrations()


def write_sql() -> None:
    context.configure(
        url=context.database_url(),
        target_metadata=target_metadata,
        literal_binds=True,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():  # --sql
    write_sql()
else:
    with context.connect() as connection:
        migrate(connection)
