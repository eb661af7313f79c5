"""What accepted records and whole deliveries must look like: pandera schemas and Great Expectations suites."""
