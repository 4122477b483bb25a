"""From the names of models in the settings to their MetaData."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Sequence

from sqlalchemy import MetaData

from whimbrel.errors import ConfigError


def load_metadata(names: Sequence[str]) -> MetaData | list[MetaData] | None:
    """Import what ``target_metadata`` names.

    :param names: each ``module:attribute``, such as ``myapp.models:Base.metadata`` or ``myapp.models:Base``.
    :return: the one MetaData, a list where several are named, ``None`` where none is.
    :raises ConfigError: a name cannot be imported, or is no MetaData.
    """
    loaded = [_load(name) for name in names]
    if not loaded:
        return None
    return loaded[0] if len(loaded) == 1 else loaded


def _load(name: str) -> MetaData:
    module_name, _, attribute = name.partition(":")
    try:
        found: object = importlib.import_module(module_name)
        for part in (attribute or "metadata").split("."):
            found = getattr(found, part)
    except (ImportError, AttributeError) as error:
        raise _not_imported(name, error) from error
    if isinstance(found, MetaData):
        return found
    inner = getattr(found, "metadata", None)
    if isinstance(inner, MetaData):
        return inner
    raise ConfigError(
        f"target_metadata names {name!r}, which is a {type(found).__name__}, not a MetaData.",
        "Name the MetaData itself, such as myapp.models:Base.metadata.",
        key="target_metadata",
    )


def _not_imported(name: str, error: ImportError | AttributeError) -> ConfigError:
    # What has a line below the import of the module was found, and fails by itself.
    frames = [frame for frame in traceback.extract_tb(error.__traceback__)[1:] if not _is_importing(frame.filename)]
    if frames:
        return ConfigError(
            f"target_metadata names {name!r}, whose import fails in {frames[-1].filename}, line {frames[-1].lineno}: "
            f"{error}",
            "Mend that line, install what it imports, or add the folder holding that to prepend_sys_path.",
            key="target_metadata",
        )
    return ConfigError(
        f"target_metadata names {name!r}, which cannot be imported: {error}",
        "Write it as module:attribute, such as myapp.models:Base.metadata, and see that the folder holding the "
        "package is in prepend_sys_path.",
        key="target_metadata",
    )


def _is_importing(file: str) -> bool:
    return file == importlib.__file__ or file.startswith("<frozen importlib")
