"""A lock on an open file, by whichever way the operating system has."""

from __future__ import annotations

import os
import sys

if sys.platform == "win32":
    import msvcrt

    # A lock keeps others from reading there too, so it lies far behind what is written.
    _BEHIND = 1 << 30

    def lock_file(file: int) -> bool:
        """Lock an open file; return whether nobody else had."""
        os.lseek(file, _BEHIND, os.SEEK_SET)
        try:
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        except PermissionError:
            return False
        finally:
            os.lseek(file, 0, os.SEEK_SET)
        return True

    def unlock_file(file: int) -> None:
        """Give the lock back."""
        os.lseek(file, _BEHIND, os.SEEK_SET)
        msvcrt.locking(file, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def lock_file(file: int) -> bool:
        """Lock an open file; return whether nobody else had."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def unlock_file(file: int) -> None:
        """Give the lock back, for a child process too that has inherited the open file."""
        fcntl.flock(file, fcntl.LOCK_UN)
