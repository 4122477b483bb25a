"""The one place that says which version all of Whimbrel's packages carry."""

__version__ = "0.1.0"
