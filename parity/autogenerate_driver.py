"""Compares pairs of models with one tool and tells the diffs and the script; executed by each tool's own Python.

    python autogenerate_driver.py whimbrel|alembic PAIRS.json RESULT.json

Knows neither tool: both have ``compare_metadata``, ``produce_migrations`` and ``render_python_code``.
"""

import ast
import importlib
import json
import sys
import textwrap
import warnings

import sqlalchemy as sa
from sqlalchemy.dialects import mysql, postgresql, sqlite

AUTOGENERATE = {"whimbrel": "whimbrel_autogen", "alembic": "alembic.autogenerate"}


def main(package, pairs_path, result_path):
    with open(pairs_path) as stream:
        asked = json.load(stream)
    autogenerate = importlib.import_module(AUTOGENERATE[package])
    context = importlib.import_module(package + ".runtime.migration").MigrationContext
    warnings.simplefilter("ignore")
    results = {}
    for backend, (url, pairs) in asked.items():
        engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        results[backend] = {name: compared(autogenerate, context, engine, *pair) for name, pair in pairs.items()}
    with open(result_path, "w") as stream:
        json.dump(results, stream)


def compared(autogenerate, context, engine, before, after):
    """What one pair comes to: {"diffs": [...], "upgrade": ..., "downgrade": ...}, or {"error": ...}."""
    old, new = models(before), models(after)
    try:
        old.create_all(engine)
        with engine.connect() as connection:
            run = context.configure(connection, opts={"compare_server_default": True, "target_metadata": new})
            diffs = [line for diff in autogenerate.compare_metadata(run, new) for line in told(diff, engine.dialect)]
            script = autogenerate.produce_migrations(run, new)
            halves = {
                "upgrade": normalised(autogenerate.render_python_code(script.upgrade_ops, migration_context=run)),
                "downgrade": normalised(autogenerate.render_python_code(script.downgrade_ops, migration_context=run)),
            }
        return {"diffs": "\n".join(sorted(diffs)), **halves}
    except Exception as error:
        return {"error": type(error).__name__ + ": " + str(error).split("\n")[0]}
    finally:
        cleared(engine)


def models(source):
    metadata = sa.MetaData()
    names = {"sa": sa, "mysql": mysql, "postgresql": postgresql, "sqlite": sqlite, "metadata": metadata}
    exec(textwrap.dedent(source), names)
    return metadata


def cleared(engine):
    """Empty the database."""
    found = sa.MetaData()
    with engine.begin() as connection:
        found.reflect(connection)
        found.drop_all(connection)
        if engine.dialect.name == "postgresql":
            for enum in sa.inspect(connection).get_enums():
                connection.exec_driver_sql('DROP TYPE "' + enum["name"] + '"')


def told(diff, dialect):
    """The words of one diff: its kind and what it is about; of a change, what it changes to."""
    if isinstance(diff, list):
        return [line for item in diff for line in told(item, dialect)]
    kind, *rest = diff
    if kind.startswith("modify_"):
        _, table, column, _, _, new = rest
        return [" ".join([kind, str(table), str(column), word(new, dialect)])]
    return [" ".join([kind, *(word(item, dialect) for item in rest if item is not None)])]


def word(item, dialect):
    if isinstance(item, sa.Table):
        return item.name
    if isinstance(item, sa.Column):
        return item.name + " " + word(item.type, dialect)
    if isinstance(item, sa.types.TypeEngine):
        return str(item.compile(dialect=dialect))
    if isinstance(item, sa.Index):
        parts = [str(getattr(part, "name", part)) for part in item.expressions]
        return str(item.name) + " (" + ", ".join(parts) + ")" + (" unique" if item.unique else "")
    if isinstance(item, sa.ForeignKeyConstraint):
        targets = ", ".join(element.target_fullname for element in item.elements)
        return str(item.name) + " (" + ", ".join(item.column_keys) + ") to " + targets
    if isinstance(item, sa.schema.ColumnCollectionConstraint):
        return str(item.name) + " (" + ", ".join(column.name for column in item.columns) + ")"
    if isinstance(item, sa.DefaultClause):
        return str(item.arg)
    return str(item)


def normalised(code):
    """A script without differences of layout: one statement a line, keywords in the order of the alphabet."""
    lines = textwrap.dedent("    " + code)
    tree = ast.parse("\n".join(line for line in lines.split("\n") if not line.lstrip().startswith("#")) or "pass")
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            node.keywords.sort(key=lambda keyword: keyword.arg or "")
    return "\n".join(ast.unparse(statement) for statement in tree.body)


if __name__ == "__main__":
    main(*sys.argv[1:])
