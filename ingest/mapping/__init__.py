"""Accepted records → the canonical feeds, and identities for the vault."""
