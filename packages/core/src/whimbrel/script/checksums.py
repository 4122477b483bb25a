"""The fingerprints of version files, kept from one process to the next."""

from __future__ import annotations

import os
from typing import Final

from whimbrel.script.checksum import Checksum, checksum, text_checksum
from whimbrel.script.index import KeptFile
from whimbrel.script.module import read_source

_MOST: Final = 50_000
"""As many are kept of a folder at most, in case that files come and go for years."""


class Checksums:
    """Fingerprints of version files.

    Parsing a file takes longer than anything else that is done to record its revision, and tests apply the same files
    to empty databases again and again. What a text means is therefore kept beside the bytecode cache; the text itself
    is read each time, so that nothing can be out of date.

    :ivar computed: how many files were parsed so far.

    Example::

        sums = Checksums()
        sums.of("migrations/versions/ae1027a6acf_add_account.py").meaning
        sums.keep()
    """

    def __init__(self) -> None:
        self.computed = 0
        self._folders: dict[str, _Folder] = {}

    def of(self, path: str) -> Checksum:
        """Return the fingerprints of a file as it is now.

        :param path: the file.
        :raises ScriptError: it cannot be read.
        """
        source, _ = read_source(path)
        if path.endswith(".pyc"):
            return checksum(source)  # of which there is nothing to parse
        name = os.path.dirname(path)
        folder = self._folders.get(name)
        if folder is None:
            folder = self._folders[name] = _Folder(name)
        text = text_checksum(source)
        meaning = folder.known.get(text)
        if meaning is None:
            self.computed += 1
            meaning = folder.fresh[text] = folder.known[text] = checksum(source).meaning
        return Checksum(text, meaning)

    def keep(self) -> None:
        """Write down what was computed, for the next process."""
        for folder in self._folders.values():
            folder.keep()


class _Folder:
    """What is known of the files of one folder: by the fingerprint of the text, that of the meaning."""

    def __init__(self, folder: str) -> None:
        self._file = KeptFile(KeptFile.path_of(folder, "checksums"), b"whimbrel checksums 1\n")
        self.known: dict[str, str] = self._file.content() or {}
        self.fresh: dict[str, str] = {}

    def keep(self) -> None:
        if self.fresh:
            self._file.keep(self.known if len(self.known) <= _MOST else self.fresh)
            self.fresh = {}
