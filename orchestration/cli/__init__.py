"""What a person starts, and what the terminal says."""
