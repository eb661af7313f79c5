"""Which of several deliveries counts: a later one replaces an earlier as a whole."""

from __future__ import annotations

from collections.abc import Container, Iterable

from ingest.deliveries.delivery import Delivery


def current(
    deliveries: Iterable[Delivery], refused: set[str], paused: Container[str] = frozenset()
) -> dict[str, str]:
    """Status by relative path: `current`, `superseded`, `refused` or `paused`.

    A later file for the same region, source, quarter and part replaces the earlier one as a whole. A refused file
    and one that waits for a person replace nothing.
    """
    ordered = sorted(deliveries, key=lambda d: (d.received_at, d.relative))
    out = {
        d.relative: "refused" if d.relative in refused else "paused"
        for d in ordered
        if d.relative in refused or d.relative in paused
    }
    latest: dict[tuple[str, str, str, str], Delivery] = {}
    for delivery in ordered:
        if delivery.relative not in out:
            latest[(delivery.region, delivery.source, delivery.quarter, delivery.part)] = delivery
    winners = {d.relative for d in latest.values()}
    return {
        d.relative: out.get(d.relative) or ("current" if d.relative in winners else "superseded")
        for d in ordered
    }
