"""Deliveries of every format with structure-aware faults, read as the pipeline reads them: `make fuzz N=10000`."""
