"""Cells of a sheet, page or dump → the tables of a contract."""
