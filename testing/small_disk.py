"""A file system that is soon full."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from testing.servers import Unavailable


@contextlib.contextmanager
def small_disk(folder: Path, size: str) -> Iterator[Path]:
    """Have a folder that is a file system of its own.

    :param folder: is made.
    :param size: as ``mount`` wants it, such as ``64m``.
    :raises Unavailable: nothing can be mounted here.
    """
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)]
    if sys.platform != "linux" or os.geteuid():
        raise Unavailable("only root mounts a small disk, on Linux")
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"no small disk can be mounted: {done.stderr.strip()}")
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def fill(folder: Path, leave: int = 0) -> Path:
    """Fill the file system of *folder*, and return the file that does it.

    :param leave: bytes that stay free.
    """
    there = os.statvfs(folder)
    ballast = folder / "ballast"
    free = there.f_bavail * there.f_frsize - leave
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while free > 0:
            free -= file.write(b"x" * min(free, 65536))
    return ballast
