"""The key of a quarter's partition in Dagster, and the quarter of a key."""

from __future__ import annotations


def partition_key(quarter: str) -> str:
    """The key of a quarter's partition."""
    return quarter


def quarter_of(partition_key: str) -> str:
    """The quarter of a partition's key: its own, or that in which its first day lies."""
    if "Q" in partition_key:
        return partition_key
    return f"{partition_key[:4]}Q{(int(partition_key[5:7]) + 2) // 3}"
