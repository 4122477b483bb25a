"""What a script needs so that it does no harm to rows that are there."""
