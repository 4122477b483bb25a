"""The subjects of a comparison, one module each: a plugin that answers autogenerate's hooks as a stranger's would."""
