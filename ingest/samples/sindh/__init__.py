"""Sample drops of SUCCESS in Sindh."""
