"""Contracts: the model of their words, and loading them with inheritance."""
