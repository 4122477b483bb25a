"""A PgBouncer in front of a PostgreSQL, started here: on a free port, in transaction mode, as an unprivileged user."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

from testing.servers import Unavailable, answers, find_program, free_port

SETTINGS = """
[databases]
* = host={host} port={port} user={user}{password}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {listen}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 10
ignore_startup_parameters = extra_float_digits
"""


@contextmanager
def transaction_pooler(url: str, seconds: float = 20) -> Iterator[sa.URL]:
    """Yield the URL of the same database through a pooler that hands each transaction to any server process.

    :param url: a PostgreSQL database.
    :param seconds: how long the pooler may take to answer.
    :raises Unavailable: this machine has no ``pgbouncer``, or it does not answer.
    """
    program = find_program("pgbouncer")
    if program is None:
        raise Unavailable("no pgbouncer on this machine (Debian: apt-get install pgbouncer)")
    server = sa.make_url(url)
    port = free_port()
    folder = Path(tempfile.mkdtemp(prefix="whimbrel-pgb-"))
    try:
        settings = folder / "pgbouncer.ini"
        settings.write_text(
            SETTINGS.format(
                host=server.host or server.query["host"],
                port=server.port or server.query.get("port", 5432),
                user=server.username,
                password=f" password={server.password}" if server.password else "",
                listen=port,
            )
        )
        folder.chmod(0o755)
        settings.chmod(0o644)
        # It refuses to run as root.
        as_nobody = ["-u", "nobody"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        log = folder / "pgbouncer.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [program, *as_nobody, str(settings)], stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        try:
            pooled = server.set(host="127.0.0.1", port=port, query={})
            deadline = time.monotonic() + seconds
            while problem := answers(pooled.render_as_string(hide_password=False)):
                if process.poll() is not None or time.monotonic() > deadline:
                    raise Unavailable(f"{problem}: {log.read_text(errors='replace')[-400:]}")
                time.sleep(0.1)
            yield pooled
        finally:
            process.terminate()
            process.wait(timeout=20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
