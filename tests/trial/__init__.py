"""The trial of publishing: it is broken off at random moments, run again, and what came of it is looked at."""
