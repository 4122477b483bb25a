"""Runs scenarios with one tool and writes what happened as JSON; executed by each tool's own Python.

    python driver.py whimbrel|alembic SCENARIOS.json RESULT.json FOLDER

Knows neither tool: both have ``command``, ``config.Config`` and the same arguments.
"""

import contextlib
import importlib
import io
import json
import logging
import os
import sqlite3
import sys
import warnings

ENV = """
from sqlalchemy import create_engine, pool
from {package} import context

url = context.config.get_main_option("sqlalchemy.url")
options = dict(transaction_per_migration=True, version_table="version_rows")
if context.is_offline_mode():
    context.configure(url=url, literal_binds=True, dialect_opts=dict(paramstyle="named"), **options)
    with context.begin_transaction():
        context.run_migrations()
else:
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        context.configure(connection=connection, **options)
        with context.begin_transaction():
            context.run_migrations()
"""

SCRIPT = '''"""{doc}"""
from {package} import op
import sqlalchemy as sa

revision = {id!r}
down_revision = {down!r}
branch_labels = {labels!r}
depends_on = {depends!r}


def upgrade():
{upgrade}


def downgrade():
{downgrade}
'''


class Lines(logging.Handler):
    """Keeps the steps that a tool says it takes."""

    def __init__(self):
        super().__init__()
        self.steps = []

    def emit(self, record):
        text = record.getMessage()
        if text.startswith("Running "):
            self.steps.append(text[len("Running ") :])


def main(package, scenarios_path, result_path, folder):
    with open(scenarios_path) as stream:
        scenarios = json.load(stream)
    handler = Lines()
    logger = logging.getLogger(package)
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    results = {}
    for number, scenario in enumerate(scenarios):
        place = os.path.join(folder, str(number))
        results[scenario["name"]] = run_scenario(package, scenario, place, handler)
    with open(result_path, "w") as stream:
        json.dump(results, stream)


def run_scenario(package, scenario, place, handler):
    versions = os.path.join(place, "migrations", "versions")
    os.makedirs(versions)
    for node in scenario["revisions"]:
        with open(os.path.join(versions, node["id"] + ".py"), "w") as stream:
            stream.write(SCRIPT.format(package=package, **with_defaults(node)))
    with open(os.path.join(place, "migrations", "env.py"), "w") as stream:
        stream.write(ENV.format(package=package))
    database = os.path.join(place, "state.db")
    return [act(package, action, place, database, handler) for action in scenario["actions"]]


def with_defaults(node):
    table = "t_" + node["id"]
    filled = {
        "doc": "revision " + node["id"],
        "down": None,
        "labels": None,
        "depends": None,
        "upgrade": '    op.create_table("%s", sa.Column("id", sa.Integer, primary_key=True))' % table,
        "downgrade": '    op.drop_table("%s")' % table,
    }
    filled.update(node)
    for key in ("down", "labels", "depends"):
        if isinstance(filled[key], list):
            filled[key] = tuple(filled[key])
    return filled


def act(package, action, place, database, handler):
    config_module = importlib.import_module(package + ".config")
    command = importlib.import_module(package + ".command")
    out = io.StringIO()
    config = config_module.Config(stdout=out, output_buffer=out)
    config.set_main_option("script_location", os.path.join(place, "migrations"))
    config.set_main_option("sqlalchemy.url", action.get("url", "sqlite:///" + database))
    handler.steps = []
    failed = None
    try:
        with contextlib.redirect_stderr(io.StringIO()), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            getattr(command, action["command"])(config, *action.get("args", []), **action.get("kwargs", {}))
    except Exception as error:
        failed = type(error).__name__ + ": " + str(error)
    return {
        "failed": failed,
        "steps": handler.steps,
        "rows": rows(database),
        "tables": tables(database),
        "out": out.getvalue().replace(place, "PLACE"),
    }


def rows(database):
    if not os.path.exists(database):
        return []
    with contextlib.closing(sqlite3.connect(database)) as connection:
        if not connection.execute("select 1 from sqlite_master where name = 'version_rows'").fetchall():
            return []
        return sorted(row[0] for row in connection.execute("select version_num from version_rows"))


def tables(database):
    if not os.path.exists(database):
        return []
    with contextlib.closing(sqlite3.connect(database)) as connection:
        return sorted(
            row[0] for row in connection.execute("select name from sqlite_master where name like 't!_%' escape '!'")
        )


if __name__ == "__main__":
    main(*sys.argv[1:])
