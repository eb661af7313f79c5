"""Dagster assets: thin, over plain functions."""
