"""Made-up feeds, definitions of every family over them, and a plain recount in pandas of what these should come to."""
