"""DuckDB for Whimbrel; core finds it by its entry point, ``plugin``."""
