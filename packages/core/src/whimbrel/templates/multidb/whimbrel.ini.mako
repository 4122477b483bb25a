# The settings of the migrations. The page "Configuration" of Whimbrel's documentation lists all there are.

[whimbrel]
# The folder of env.py and of the revisions. %(here)s is the folder of this file.
script_location = ${script_location}

# Where the modules of the application are imported from.
prepend_sys_path = %(here)s

# The databases; each has a section below.
databases = engine1, engine2

# The name of a new revision file, and the time zone of its date.
# file_template = %%(year)d/%%(month).2d/%%(rev)s_%%(slug)s
# timezone = UTC

# Of each database a URL, or the environment variable that holds it. In this file a '%' in a URL is written twice.
[engine1]
sqlalchemy.url = <%text>${DATABASE_URL1}</%text>

[engine2]
sqlalchemy.url = <%text>${DATABASE_URL2}</%text>

# Programs to run over a new revision file.
# [post_write_hooks]
# hooks = ruff
# ruff.type = module
# ruff.module = ruff
# ruff.options = format REVISION_SCRIPT_FILENAME
