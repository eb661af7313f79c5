"""What may leave `ingest`, and in which form: pseudonyms, years, masks."""
