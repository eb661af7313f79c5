"""What Dagster checks of tables and deliveries, and what waits because of it."""
