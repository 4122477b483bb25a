[tool.alembic]
# The folder with env.py and the version files.
script_location = "${script_location}"
# Folders to import the models from.
prepend_sys_path = ["."]
# The name of a new version file.
# file_template = "%%(rev)s_%%(slug)s"
