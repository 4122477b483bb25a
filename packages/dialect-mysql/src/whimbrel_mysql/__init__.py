"""Whimbrel's dialect for MySQL and MariaDB; core finds it by its entry points, ``plugin``."""
