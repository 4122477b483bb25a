"""``init``: a new project."""

from __future__ import annotations

import os
from copy import copy
from typing import TYPE_CHECKING

from whimbrel.commands.new_files import NewFiles, shown
from whimbrel.errors import CommandError, ConfigError

if TYPE_CHECKING:
    from whimbrel.config import Config
    from whimbrel.templates import TemplateFile


def init(config: Config, directory: str, template: str = "generic", package: bool = False) -> None:
    """Create the folder of a project's migrations, and the settings that name it. Nothing is overwritten.

    :param config: says where the settings go; by default to the working directory.
    :param directory: the new folder; it may exist if it is empty.
    :param template: one of those that :func:`~whimbrel.commands.list_templates.list_templates` prints.
    :param package: write an ``__init__.py`` into the folder and into its ``versions``.
    :raises CommandError: the folder is there and not empty, there is no such template, or a file cannot be written;
        what was written by then is removed.

    Example::

        whimbrel.command.init(Config("whimbrel.ini"), "migrations")
    """
    from whimbrel.templates import template_files

    if os.path.isdir(directory) and os.listdir(directory):
        raise CommandError(f"Directory {directory} already exists and is not empty.", "Choose another name.")
    files = template_files(config.get_template_directory(), template)
    settings = [(file, _settings_path(config, file)) for file in files if file.is_config]
    with NewFiles() as new:
        _write_folder(new, directory, [file for file in files if not file.is_config], package)
        kept = [path for file, path in settings if not _write_settings(new, file, path, directory, config)]
    kept_lines = [f"kept     {shown(path)}: it has settings already" for path in kept]
    config.print_stdout("%s", "\n".join(new.told + kept_lines))
    config.print_stdout("%s", "\n" + _next_step(config, directory, settings[0][1]))


def _write_folder(new: NewFiles, directory: str, files: list[TemplateFile], package: bool) -> None:
    versions = os.path.join(directory, "versions")
    new.folder(directory)
    new.folder(versions)
    for file in files:
        with open(file.source, encoding="utf-8") as source:
            new.file(os.path.join(directory, file.name), source.read())
    if package:
        for folder in (directory, versions):
            new.file(os.path.join(folder, "__init__.py"), "")


def _settings_path(config: Config, file: TemplateFile) -> str:
    """Return where the settings go: to the file the configuration names, where it is of the template's kind."""
    if not file.name.endswith(".toml"):
        return config.config_file_name or file.name
    named = config.toml_file_name
    # In pyproject.toml the settings stand in a table; any other TOML file belongs to them as a whole.
    kinds = [os.path.basename(path) == "pyproject.toml" for path in (file.name, named or file.name)]
    return named if named and kinds[0] == kinds[1] else file.name


def _write_settings(new: NewFiles, file: TemplateFile, path: str, directory: str, config: Config) -> bool:
    """Write the settings, or add them to a pyproject.toml that has none; return whether there was room for them."""
    from mako.template import Template

    from whimbrel.templates import script_location

    text = Template(filename=file.source, input_encoding="utf-8").render(
        script_location=script_location(directory, path)
    )
    if not os.path.exists(path):
        new.file(path, text)
        return True
    if os.path.basename(path) == "pyproject.toml":
        from whimbrel.config.toml import read_toml

        if read_toml(path, config.convention.toml_table) is None:
            new.addition(path, f"\n{text}")
            return True
    return False


def _next_step(config: Config, directory: str, settings_path: str) -> str:
    try:
        used = _written(config).settings.script_directory()
        in_use = os.path.realpath(used) == os.path.realpath(directory)
    except ConfigError as error:
        if config.get_main_option("script_location"):  # a program sets it, and knows what is next
            return f"Next: look at {shown(settings_path)}, and at env.py in {shown(directory)}."
        return f"These settings cannot be read yet: {error}"
    if not in_use:
        return (
            f"The commands still use the folder {shown(used)}, as the settings say. "
            f"To use {shown(directory)}, set script_location in {shown(settings_path)}."
        )
    option = _options(config)
    return (
        f"Next: look at {shown(settings_path)}, tell it where the database is, and go on with\n\n"
        f'    whimbrel {option}revision -m "first revision"\n'
        f"    whimbrel {option}upgrade head"
    )


def _written(config: Config) -> Config:
    """Return the configuration that the next command will have."""
    from whimbrel.config import Config as WhimbrelConfig

    files = getattr(config.cmd_opts, "config", None)
    if files is None and (config.config_file_name or config.toml_file_name):
        again = copy(config)  # not made anew: a program's subclass may have a constructor of its own
        WhimbrelConfig.__init__(again, config.config_file_name, config.toml_file_name, config.config_ini_section)
        return again
    return type(config).discover(files or (), config.config_ini_section)


def _options(config: Config) -> str:
    return "".join(f"-c {path} " for path in getattr(config.cmd_opts, "config", None) or ())
