"""What is kept of a delivery: accepted records in the lake, identities in the vault."""
