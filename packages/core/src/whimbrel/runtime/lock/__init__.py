"""One run at a time: which lock keeps a database to one run, waiting for it, and the lease."""
