"""What is measured of a delivery, in DuckDB; bounds and verdicts do not belong here."""
