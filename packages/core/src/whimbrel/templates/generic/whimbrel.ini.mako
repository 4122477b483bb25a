# The settings of the migrations. The page "Configuration" of Whimbrel's documentation lists all there are.

[whimbrel]
# The folder of env.py and of the revisions. %(here)s is the folder of this file.
script_location = ${script_location}

# Where the modules of the application are imported from.
prepend_sys_path = %(here)s

# The database: a URL, or the environment variable that holds it. In this file a '%' in a URL is written twice.
# Where the environment variable WHIMBREL_DATABASE_URL is set, that one counts.
sqlalchemy.url = <%text>${DATABASE_URL}</%text>

# The models that revision --autogenerate and check compare the database with.
# target_metadata = myapp.models:Base.metadata

# The name of a new revision file, and the time zone of its date.
# file_template = %%(year)d/%%(month).2d/%%(rev)s_%%(slug)s
# timezone = UTC

# Programs to run over a new revision file.
# [post_write_hooks]
# hooks = ruff
# ruff.type = module
# ruff.module = ruff
# ruff.options = format REVISION_SCRIPT_FILENAME
