"""A run against one database: what env.py calls, the engine that applies revisions, and the version table."""
