"""dbt and the marts: logframes, what has to be built, explaining a number."""
