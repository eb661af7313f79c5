"""The return slip of one delivery: where it lies, and writing it where there is anything to tell.

    SANGAM_HOME/return/<region>/<source>/<quarter>/<file stem>_return.xlsx

A slip holds the partner's own rows in clear and nothing else does: it goes back to the partner, never to the lake.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from ingest import files
from ingest.deliveries.delivery import Delivery
from ingest.feedback.slip.slip_content import FileContent

_collector: ContextVar[dict[str, FileContent] | None] = ContextVar("collector", default=None)


@contextmanager
def collected() -> Iterator[dict[str, FileContent]]:
    """Give what the slips of all deliveries taken in meanwhile say, by path in the landing; for `sangam check`."""
    contents: dict[str, FileContent] = {}
    token = _collector.set(contents)
    try:
        yield contents
    finally:
        _collector.reset(token)


def slip_path(delivery: Delivery) -> Path:
    """Where a delivery's slip lies within the home; two files of one stem have slips of their own."""
    name = delivery.file.removesuffix(".gz")
    stem, _, ending = name.rpartition(".")
    alike = [p for p in delivery.path.parent.glob(f"{stem or name}.*") if p.name != delivery.file]
    stem = f"{stem}_{ending}" if stem and alike else stem or name
    return Path("return") / delivery.region / delivery.source / delivery.quarter / f"{stem}_return.xlsx"


def send(home: Path, content: FileContent) -> str | None:
    """Write the slip if there is anything to tell; its path within the home."""
    collector = _collector.get()
    if collector is not None:
        collector[content.delivery.relative] = content
    at = slip_path(content.delivery)
    is_our_fault = (
        content.refusal is not None and content.refusal[0] == "our_fault"
    )  # nothing a partner could mend
    if is_our_fault or not content.is_worth_sending:
        (home / at).unlink(missing_ok=True)
        return None
    # For start-up: a run that finds nothing to tell writes no workbook.
    from ingest.feedback.slip.slip_workbook import to_workbook

    with files.atomic(home / at, 0o600) as temporary:
        temporary.write_bytes(to_workbook([content]))
    return at.as_posix()
