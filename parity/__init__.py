"""Side-by-side runs of this tool and Alembic."""
