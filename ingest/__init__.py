"""Files to accepted and quarantined records. Knows files and contracts; imports no Dagster, no dbt."""
