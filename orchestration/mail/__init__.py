"""E-mail: what is said of runs, return slips and due days, and sending it once."""
