"""Spelling directives as Python: what a reviewer would have written."""
