"""Folders named in settings: a path, or a folder inside an installed package."""

from __future__ import annotations

import os
import re

from whimbrel.errors import ConfigError

_PACKAGE = r"([^\W\d]\w+(?:\.[^\W\d]\w*)*):(.*)"  # two letters: C:\x is a path


def names_package(text: str) -> bool:
    """Return whether a folder is written as one inside a package, ``package:folder``."""
    return not os.path.isabs(text) and ":" in text and re.fullmatch(_PACKAGE, text) is not None


def resolve_location(text: str, key: str = "script_location") -> str:
    """Return the path of a folder named in settings.

    :param text: a path, relative ones counting from the working directory, or ``package:folder``: a folder inside a
        package that can be imported, itself not imported.
    :param key: the setting, for messages.
    :return: the path as it was written, or the absolute path of the folder in the package.
    :raises ConfigError: there is no such package.

    Example::

        >>> resolve_location("migrations")
        'migrations'
        >>> resolve_location("email:mime").endswith("/email/mime")
        True
    """
    found = None if os.path.isabs(text) or ":" not in text else re.fullmatch(_PACKAGE, text)
    if found is None:
        return text
    package, folder = found[1], found[2]
    from importlib.util import find_spec

    try:
        spec = find_spec(package)
    except (ImportError, ValueError):  # the parent is missing, or is no package
        spec = None
    folders = list(spec.submodule_search_locations or ()) if spec else []
    if not folders:
        what = "is a module without folders" if spec else "cannot be found"
        raise ConfigError(
            f"{key} is {text!r}, and the package {package} {what}.",
            "Install it, or name the folder that holds it in prepend_sys_path.",
            key=key,
        )
    candidates = [os.path.join(os.path.abspath(root), *folder.split("/")) for root in folders]
    return next((path for path in candidates if os.path.isdir(path)), candidates[0])
