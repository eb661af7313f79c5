"""What has arrived, its receipt, where its files lie, which delivery counts, what it is compared with."""
