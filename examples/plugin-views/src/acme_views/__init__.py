"""Views for Whimbrel; core finds this package by its entry point, ``plugin``."""
