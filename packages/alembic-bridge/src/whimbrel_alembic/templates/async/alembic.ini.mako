[alembic]
# The folder with env.py and the version files.
script_location = ${script_location}
# Folders to import the models from.
prepend_sys_path = .
# What stands between paths: os, :, ;, space or newline.
path_separator = os
# The name of a new version file.
# file_template = %%(rev)s_%%(slug)s
# The database. Only env.py reads it.
sqlalchemy.url = driver://user:password@localhost/dbname

# Programs to run over a new version file.
[post_write_hooks]
# hooks = ruff
# ruff.type = exec
# ruff.executable = ruff
# ruff.options = format REVISION_SCRIPT_FILENAME

# Logging, which env.py sets up.
[loggers]
keys = root,sqlalchemy,alembic

[handlers]
keys = console

[formatters]
keys = generic

[logger_root]
level = WARNING
handlers = console
qualname =

[logger_sqlalchemy]
level = WARNING
handlers =
qualname = sqlalchemy.engine

[logger_alembic]
level = INFO
handlers =
qualname = alembic

[handler_console]
class = StreamHandler
args = (sys.stderr,)
level = NOTSET
formatter = generic

[formatter_generic]
format = %(levelname)-5.5s [%(name)s] %(message)s
datefmt = %H:%M:%S
