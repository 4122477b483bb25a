"""Whimbrel's SQLite dialect; core finds it by its entry point, ``plugin``."""
