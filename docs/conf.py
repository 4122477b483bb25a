"""Sphinx builds the documentation with this: ``nox -s docs``."""

from whimbrel._version import __version__

project = "Whimbrel"
author = "Whimbrel contributors"
copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build", "tests"]
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
nitpicky = False
# The first lines "# file: NAME" tell a reader where a snippet goes; console blocks show a prompt.
highlight_language = "text"

html_theme = "furo"
html_title = f"Whimbrel {version}"

autodoc_member_order = "bysource"
autodoc_typehints = "description"
