"""The journal: which statements of a revision are done, where a rollback would not undo them."""
