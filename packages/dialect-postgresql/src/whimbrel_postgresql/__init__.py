"""Whimbrel's PostgreSQL dialect; core finds it by its entry point, ``plugin``."""
