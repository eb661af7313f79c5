"""Delivered text → values, column by column, as SQL expressions."""
