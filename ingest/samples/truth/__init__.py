"""What is expected of sample drops: planted defects, counted outcomes, estimates."""
