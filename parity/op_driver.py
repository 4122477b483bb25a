"""Writes op calls as SQL with one tool, for every dialect, as JSON; executed by each tool's own Python.

    python op_driver.py whimbrel|alembic CALLS.json RESULT.json

Knows neither tool: both have ``Operations``, ``MigrationContext.configure`` and the same verbs.
"""

import datetime
import decimal
import importlib
import io
import json
import sys
import uuid
import warnings

import sqlalchemy as sa
from sqlalchemy.dialects import mssql, mysql, oracle, postgresql, sqlite


def main(package, calls_path, result_path):
    with open(calls_path) as stream:
        calls = json.load(stream)
    tools = {
        "context": importlib.import_module(package + ".runtime.migration").MigrationContext,
        "operations": importlib.import_module(package + ".operations").Operations,
        "ops": importlib.import_module(package + ".operations.ops"),
    }
    results = {dialect: {code: written(tools, dialect, code) for code in codes} for dialect, codes in calls.items()}
    with open(result_path, "w") as stream:
        json.dump(results, stream)


def written(tools, dialect, code):
    """What one call writes, and how it ends: {"sql": ..., "error": type and message or None}."""
    buffer = io.StringIO()
    names = {"sa": sa, "mssql": mssql, "mysql": mysql, "oracle": oracle, "postgresql": postgresql, "sqlite": sqlite}
    names.update(datetime=datetime, decimal=decimal, uuid=uuid, ops=tools["ops"], opts={})
    setup, _, call = code.rpartition("#!\n")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            exec(setup, names)
            opts = {"as_sql": True, "output_buffer": buffer, "literal_binds": True}
            opts.update(names["opts"])
            context = tools["context"].configure(dialect_name=dialect, opts=opts)
            with tools["operations"].context(context) as op:
                names["op"] = op
                exec(call, names)
    except Exception as error:
        return {"sql": buffer.getvalue(), "error": type(error).__name__ + ": " + str(error)}
    return {"sql": buffer.getvalue(), "error": None}


if __name__ == "__main__":
    main(*sys.argv[1:])
