"""Shows the main job on SQLite, every command with what it prints; run by ``nox -s demo``.

Works in a temporary folder and leaves nothing behind. Stops with the exit code of the first command that fails.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ

USERS = (
    'op.create_table("users", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(80)))',
    'op.drop_table("users")',
)
EMAIL = (
    'op.add_column("users", sa.Column("email", sa.String(200)))\n'
    '    op.create_index("ix_users_email", "users", ["email"], unique=True)',
    'op.drop_index("ix_users_email", "users")\n    op.drop_column("users", "email")',
)


class Demo:
    """A newcomer at a terminal in an empty folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("WHIMBREL_")},
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]),
            "PYTHONIOENCODING": "utf-8",
            "WHIMBREL_DATABASE_URL": "sqlite:///app.db",
        }

    def say(self, text: str) -> None:
        """A word of explanation."""
        print(f"\n\033[1m{text}\033[0m" if COLOUR else f"\n{text}", flush=True)

    def whimbrel(self, *arguments: str) -> None:
        """Type a command and look at what it prints."""
        shown = " ".join(f'"{argument}"' if " " in argument else argument for argument in arguments)
        print(f"\n\033[36m$ whimbrel {shown}\033[0m" if COLOUR else f"\n$ whimbrel {shown}", flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "whimbrel", *arguments], cwd=self.folder, env=self.environment, check=False
        )
        if done.returncode:
            raise SystemExit(done.returncode)

    def fill_newest_revision(self, upgrade: str, downgrade: str) -> str:
        """Write the two bodies into the file that ``revision`` has just made, show it, and return its id."""
        newest = max((self.folder / "migrations/versions").glob("*.py"), key=lambda path: path.stat().st_mtime_ns)
        head, _, rest = newest.read_text(encoding="utf-8").partition("def upgrade")
        rest = rest.replace("    pass\n", f"    {upgrade}\n", 1).replace("    pass\n", f"    {downgrade}\n", 1)
        newest.write_text(f"{head}def upgrade{rest}", encoding="utf-8")
        self.say(f"In your editor: {newest.relative_to(self.folder).as_posix()}")
        print("".join(f"  | {line}\n" for line in newest.read_text(encoding="utf-8").splitlines()), end="", flush=True)
        return newest.name.partition("_")[0]


def main() -> None:
    """Init, a first revision, upgrade, a second one, history, SQL, downgrade."""
    with tempfile.TemporaryDirectory(prefix="whimbrel-demo-") as folder:
        demo = Demo(Path(folder))
        demo.say("A new project. The database is named by WHIMBREL_DATABASE_URL=sqlite:///app.db")
        demo.whimbrel("init", "--template", "minimal", "migrations")
        demo.say("The first revision")
        demo.whimbrel("revision", "-m", "create users")
        first = demo.fill_newest_revision(*USERS)
        demo.whimbrel("upgrade", "head")
        demo.say("A second one")
        demo.whimbrel("revision", "-m", "add email")
        demo.fill_newest_revision(*EMAIL)
        demo.say("The history knows where the database is")
        demo.whimbrel("history", "--indicate-current")
        demo.say("What would be run, as SQL, without touching the database")
        demo.whimbrel("upgrade", f"{first}:head", "--sql")
        demo.say("Up")
        demo.whimbrel("upgrade", "head")
        demo.whimbrel("current")
        demo.say("And down again, one revision and then to the beginning")
        demo.whimbrel("downgrade", "-1")
        demo.whimbrel("history", "--indicate-current")
        demo.whimbrel("downgrade", "base")
        demo.whimbrel("current")
        demo.say("That was it. The guide is in docs/.")


if __name__ == "__main__":
    main()
