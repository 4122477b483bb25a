"""``python -m whimbrel_alembic install``: how application code and test suites come to use this package."""

from __future__ import annotations

import sys

from whimbrel_alembic.peer import PEER_VERSION

HOW = f"""\
The command line needs nothing: whimbrel upgrade head, in the project's folder.

In an application that runs migrations by itself, before it first imports alembic:

    import whimbrel_alembic

    whimbrel_alembic.install()

In a test suite:

    pytest -p whimbrel_alembic.pytest_plugin

or in pyproject.toml:

    [tool.pytest.ini_options]
    addopts = ["-p", "whimbrel_alembic.pytest_plugin"]

From then on "import alembic" means Whimbrel in that process, the real package installed or not;
alembic.__version__ is {PEER_VERSION}."""


def main(words: list[str]) -> int:
    """Print what to write where.

    :param words: what stands behind the program's name.
    :return: the exit code.
    """
    if words != ["install"]:
        sys.stderr.write("Usage: python -m whimbrel_alembic install\n")
        return 2
    sys.stdout.write(f"{HOW}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
