"""What ties the steps together: Dagster, dbt, releases, the command line."""
