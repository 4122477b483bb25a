"""Renames: what the models have under another name than the database, declared or asked about, else remarked upon."""
