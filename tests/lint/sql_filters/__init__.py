"""Stand-ins for the filters of `ingest.sql`, so that sqlfluff can read the templates."""

SQLFLUFF_JINJA_FILTERS = {"text": lambda value: f"'{value}'", "name": str}
