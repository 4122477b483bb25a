"""Whimbrel's SQL Server dialect; core finds it by its entry point, ``plugin``."""
