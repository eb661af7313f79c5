"""Why a delivery waits, in words. Imports nothing heavy: commands that only look say it too."""

from __future__ import annotations

from ingest.deliveries.receipt import Receipt


def waits_lines(receipt: Receipt) -> list[str]:
    """Why a delivery waits, a line a reason."""
    waits = receipt.waits
    return [f"compared with {waits.against}: {reason}" for reason in waits.reasons] if waits else []
