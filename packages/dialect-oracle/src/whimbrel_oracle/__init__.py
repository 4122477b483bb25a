"""Whimbrel's Oracle dialect; core finds it by its entry point, ``plugin``."""
